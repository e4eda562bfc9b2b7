"""The folder of a job: a path that every machine sees, or a URL whose files are copied."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Folder:
    """A folder on this machine, where the job is worked on."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def down(self, name: str) -> None:
        """Brings a file or folder of the job here, where it is there."""

    def up(self, name: str) -> None:
        """Brings a file or folder from here to the job."""


class Copied(Folder):
    """The same of an object store. A manifest is copied last: whoever sees it finds all that it names."""

    def __init__(self, folder: str, files: Any, root: str) -> None:
        super().__init__(folder)
        self.files = files
        self.root = root.rstrip("/")

    def down(self, name: str) -> None:
        there = f"{self.root}/{name}"
        if not self.files.exists(there):
            return
        for path in self.files.find(there):
            here = os.path.join(self.folder, path[len(self.root) + 1 :])
            os.makedirs(os.path.dirname(here), exist_ok=True)
            self.files.get_file(path, here)

    def up(self, name: str) -> None:
        here = os.path.join(self.folder, name)
        if os.path.isfile(here):
            self.files.makedirs(self.root, exist_ok=True)
            self.files.put_file(here, f"{self.root}/{name}")
            return
        there = f"{self.root}/{name}"
        self.files.makedirs(there, exist_ok=True)
        for file in sorted(os.listdir(here), key=lambda file: file == "manifest"):
            if not file.startswith("."):
                self.files.put_file(os.path.join(here, file), f"{there}/{file}")


def is_url(job: str) -> bool:
    """Whether the job is at a URL, and copied; else it is a folder."""
    return "://" in job


@contextmanager
def local(job: str) -> Iterator[Folder]:
    """The job on this machine."""
    if not is_url(job):
        yield Folder(job)
        return
    try:
        import fsspec
    except ImportError as error:
        raise ImportError("a job at a URL needs fsspec: pip install 'siptrail[stores]', and the driver of the store") from error

    files, root = fsspec.core.url_to_fs(job)
    with tempfile.TemporaryDirectory(prefix="siptrail-") as folder:
        yield Copied(folder, files, root)
