"""Runs the program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from typing import Any, Union

Path = Union[str, "os.PathLike[str]"]


class Failed(RuntimeError):
    """The program ended with an error; the text is the line that it said."""


def program() -> str:
    """Path of the program: ``SIPTRAIL`` of the environment, else the one that was installed with this package."""
    given = os.environ.get("SIPTRAIL")
    if given:
        return given
    name = "siptrail" + (sysconfig.get_config_var("EXE") or "")
    folders = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    for folder in folders:
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            return path
    found = shutil.which(name)
    if found is None:
        raise Failed("the program siptrail is not installed; install the wheel, or name the program in SIPTRAIL")
    return found


def run(arguments: Iterable[Path], *, path: str | None = None) -> bytes:
    """What the program writes. Raises :class:`Failed` when it ends with an error (status 2)."""
    command = [path or program(), *(os.fspath(argument) for argument in arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        said = done.stderr.decode("utf-8", "replace").strip()
        raise Failed(said or f"siptrail ended with status {done.returncode}")
    return done.stdout


def paths(logs: Path | Iterable[Path]) -> list[str]:
    """One path or several, as several."""
    if isinstance(logs, (str, os.PathLike)):
        return [os.fspath(logs)]
    return [os.fspath(log) for log in logs]


def report(logs: Path | Iterable[Path]) -> dict[str, Any]:
    """The JSON report of logs, or of the job that is named."""
    read: dict[str, Any] = json.loads(run(["report", "--quiet", "--format", "json", *paths(logs)]))
    return read
