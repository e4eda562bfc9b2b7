"""Results as Arrow tables, for pandas, Polars and DuckDB."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from siptrail._program import Failed, Path, paths, report, run

if TYPE_CHECKING:
    import pyarrow

#: The tables that there are.
NAMES = ("calls", "pushes", "findings")


def tables(logs: Path | Iterable[Path]) -> dict[str, pyarrow.Table]:
    """Calls, pushes and findings of logs, or of the job that is named, by the name of the table.

    Times are milliseconds on the clock of the reference. Needs ``pyarrow``.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError("tables need pyarrow: pip install 'siptrail[tables]'") from error

    named = paths(logs)
    out: dict[str, pyarrow.Table] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            path = os.path.join(folder, f"{name}.parquet")
            try:
                run(["export", "--quiet", "--as", "parquet", "--table", name, "-o", path, *named])
            except Failed as error:
                if "built without" not in str(error):
                    raise
                return _from_report(report(named))
            out[name] = pyarrow.parquet.read_table(path)
    return out


def _from_report(read: dict[str, Any]) -> dict[str, pyarrow.Table]:
    """The same of the JSON report, for a program that was built without Parquet."""
    import pyarrow

    out = {}
    for name in NAMES:
        rows = [{key: _cell(value) for key, value in row.items()} for row in read[name]]
        columns: dict[str, None] = {}
        for row in rows:
            columns.update(dict.fromkeys(row))
        out[name] = pyarrow.table({column: [row.get(column) for row in rows] for column in columns})
    return out


def _cell(value: Any) -> Any:
    """Lists of texts stay lists; what has parts of its own is told as places are, or as JSON."""
    import json

    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return [_place(one) for one in value]
    return value


def _place(one: Any) -> str:
    import json

    if isinstance(one, str):
        return one
    if isinstance(one, dict) and {"file", "line", "byte"} <= one.keys():
        return f"{one['file']}:{one['line']}:{one['byte']}"
    return json.dumps(one, ensure_ascii=False)
