"""Runs of uploads: each in a folder whose name is its key, for a day, within a limit of disk.

Whoever knows the name of such a run may use it, so that the name stands in no address that is sent
to a server, and in no log.
"""

import contextlib
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from transcnn.errors import NoRoomForRun
from transcnn.limits import limits
from transcnn.runs.folder import runs_folder

_NAME = re.compile(r"upload-[0-9a-f]{32}")
_KEPT_S = 24 * 3600
_reserved: list[int] = []  # MB of archives that are being unpacked
_reserving = threading.Lock()


def is_upload(run: str) -> bool:
    """Whether a run is that of an upload, by its name."""
    return _NAME.fullmatch(run) is not None


def new_upload() -> str:
    """A name for the run of an upload, which nobody can guess."""
    return f"upload-{secrets.token_hex(16)}"


def upload_folder(run: str) -> Path:
    """Where the run of an upload and its unpacked images are."""
    return _folder() / run


def upload_path(run: str) -> Path:
    """The file of the run of an upload."""
    return upload_folder(run) / "run.sqlite"


def _folder() -> Path:
    return runs_folder() / "uploads"


@contextlib.contextmanager
def room(most: int) -> Iterator[int]:
    """How many megabytes another upload may take, `most` at most; nobody else's until the end.

    Raises NoRoomForRun where the runs of all uploads leave none.
    """
    with _reserving:
        limit = limits().upload_runs_mb
        left = limit - _held_mb() - sum(_reserved)
        if left <= 0:
            raise NoRoomForRun(limit=limit)
        found = min(most, left)
        _reserved.append(found)
    try:
        yield found
    finally:
        with _reserving:
            _reserved.remove(found)


def _held_mb() -> int:
    size = 0
    for folder, _, files in os.walk(_folder()):
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # deleted since
                size += os.stat(os.path.join(folder, file)).st_size
    return -(-size // 10**6)


def forget_old_uploads() -> None:
    """Delete the runs of uploads that nobody has changed for a day."""
    for folder in _folder().glob("upload-*"):
        if time.time() - _last_change(folder) > _KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)


def _last_change(folder: Path) -> float:
    """When a folder or a file in it was changed, in seconds of the epoch. Files come and go beside
    this: SQLite's journal does with each write.
    """
    newest = 0.0
    for path in (folder, *folder.glob("*")):
        with contextlib.suppress(FileNotFoundError):
            newest = max(newest, path.stat().st_mtime)
    return newest
