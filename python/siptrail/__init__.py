"""Who missed a call or a push notification, why, and which lines of the log prove it.

Everything here runs the program ``siptrail``, which the wheel carries.
"""

from __future__ import annotations

from siptrail._program import Failed, program, report, run
from siptrail._tables import tables

__all__ = ["Failed", "program", "report", "run", "tables"]
