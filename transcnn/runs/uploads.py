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

from transcnn.errors import NoRoomForRun, NoRoomForRunHere
from transcnn.limits import limits
from transcnn.runs.folder import runs_folder

_NAME = re.compile(r"upload-[0-9a-f]{32}")
_KEPT_S = 24 * 3600
_addresses: dict[str, str] = {}  # by run, where it came from; since the server was started
_reserved: dict[str, int] = {}  # MB, by run, of archives that are being unpacked
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
def reserve_disk(run: str, address: str, most: int) -> Iterator[int]:
    """How many megabytes the upload of `run` may take, `most` at most; nobody else's until the end.

    Raises NoRoomForRun, or NoRoomForRunHere, where the runs of all uploads, or those from
    `address`, leave none.
    """
    with _reserving:
        bounds = limits()
        sizes = _sizes_mb() | _reserved
        here = sum(size for known, size in sizes.items() if _addresses.get(known) == address)
        if here >= bounds.upload_runs_address_mb:
            raise NoRoomForRunHere(limit=bounds.upload_runs_address_mb)
        left = bounds.upload_runs_mb - sum(sizes.values())
        if left <= 0:
            raise NoRoomForRun(limit=bounds.upload_runs_mb)
        _addresses[run] = address
        _reserved[run] = min(most, left, bounds.upload_runs_address_mb - here)
    try:
        yield _reserved[run]
    finally:
        with _reserving:
            del _reserved[run]


def _sizes_mb() -> dict[str, int]:
    """What the run of each upload takes."""
    found: dict[str, int] = {}
    for folder in _folder().glob("upload-*"):
        size = 0
        for place, _, files in os.walk(folder):
            for file in files:
                with contextlib.suppress(FileNotFoundError):  # deleted since
                    size += os.stat(os.path.join(place, file)).st_size
        found[folder.name] = -(-size // 10**6)
    for run in _addresses.keys() - found.keys() - _reserved.keys():
        del _addresses[run]
    return found


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
