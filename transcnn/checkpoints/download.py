"""The authors' published weight files, fetched when somebody asks, and kept in the user's cache.

They publish no checksum. The sha256 of the first download is noted beside the file, and whatever is
fetched or opened under its name later is compared with it.

Where they are, their README says (github.com/yun-liu/HAT-Net): the files of HAT-Net as it stands,
those of TransCNN v1.0 as it stood until July 2022, when the repository was still called TransCNN.
The README also names a Google Drive page for each, which only a person can get a file from.
"""

import http.client
import os
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from transcnn.checkpoints.catalogue import sha256
from transcnn.errors import (
    ChangedAtSource,
    CheckpointError,
    CutOff,
    EndlessFile,
    FolderError,
    NotReachable,
    NotThere,
)
from transcnn.files import write_file
from transcnn.limits import MB, limits

BASE = "https://github.com/yun-liu"
_PATHS = {
    "transcnn_v1": "TransCNN/releases/download/v1.0/TransCNN-{size}.pth",
    "hatnet": "HAT-Net/releases/download/v2.0/HAT-Net_{size}.pth",
}
_CHUNK = 2**18  # bytes
_PATIENCE = 20  # seconds without a byte
_ABANDONED = 24 * 3600  # seconds after which an unfinished file has nobody who writes it


@dataclass(frozen=True)
class DownloadProgress:
    """How many bytes have come, of how many; `total` is None where the server does not say."""

    received: int
    total: int | None


def address(name: str) -> str:
    """Where the authors published the weights of their network `name`."""
    family, size = name.rsplit("_", 1)
    return f"{BASE}/{_PATHS[family].format(size=size.capitalize())}"


def cache_path(name: str) -> Path:
    """Where the file is kept, whether it is there yet or not."""
    folder = user_cache_path("transcnn", appauthor=False) / "authors"
    return folder / address(name).rsplit("/", 1)[-1]


def note_path(name: str) -> Path:
    """Where the digest of the first download is noted, as `sha256sum` writes it."""
    path = cache_path(name)
    return path.with_name(f"{path.name}.sha256")


def check_cached(name: str, digest: str) -> None:
    """Raises CheckpointError if the kept file, of sha256 `digest`, is not what was downloaded."""
    first = _noted(name, digest)
    if digest != first:
        reason = f"its sha256 is {digest[:12]}..., but {first[:12]}... was downloaded"
        raise CheckpointError(file=cache_path(name).name, reason=reason)


def _noted(name: str, digest: str) -> str:
    """The digest of the first download, which is `digest` if none was noted."""
    note, path = note_path(name), cache_path(name)
    try:
        if note.is_file():
            return note.read_text(encoding="utf-8", errors="replace")[:64]
        write_file(note, f"{digest}  {path.name}\n")
    except OSError as error:
        raise FolderError(folder=path.parent, reason=error.strerror) from error
    return digest


def download(name: str) -> Generator[DownloadProgress]:
    """Fetch the weights of the authors' network `name` to `cache_path(name)`, yielding progress.

    A file that is there already is not fetched again. The file gets its name only when it is
    complete and has every key and shape of the network; before, it has a name of its own and is
    removed if the download fails or the iterator is closed, which cancels it. Raises DownloadError,
    also for another file than was downloaded before, CheckpointError for a file that is not the
    network's, FolderError if nothing can be written.
    """
    from transcnn.checkpoints.authors import from_authors
    from transcnn.checkpoints.files import load

    path = cache_path(name)
    if path.is_file():
        return
    with _unfinished(path) as part:
        yield from _receive(address(name), part)
        from_authors(name, load(part, path.name), path.name)
        digest = sha256(part)
        if digest != (first := _noted(name, digest)):
            note = note_path(name).name
            raise ChangedAtSource(address=address(name), found=digest, first=first, note=note)
        part.replace(path)


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """A new file beside `path` for as long as it is being written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob(f"{path.name}.*.part"):
            if time.time() - old.stat().st_mtime > _ABANDONED:
                old.unlink()
        handle, name = tempfile.mkstemp(".part", f"{path.name}.", path.parent)
        os.close(handle)
    except OSError as error:
        raise FolderError(folder=path.parent, reason=error.strerror) from error
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _receive(url: str, part: Path) -> Iterator[DownloadProgress]:
    received, total = 0, None
    most = limits().weights_mb
    with part.open("wb") as file:
        for chunk, total in _chunks(url):
            try:
                file.write(chunk)
                file.flush()
            except OSError as error:
                raise FolderError(folder=part.parent, reason=error.strerror) from error
            received += len(chunk)
            if max(received, total or 0) > most * MB:
                raise EndlessFile(address=url, limit=most)
            yield DownloadProgress(received, total)
    if total is not None and received < total:
        raise CutOff(address=url, received=f"{received / 1e6:.1f}")


def _chunks(url: str) -> Iterator[tuple[bytes, int | None]]:
    """What the server sends, piece by piece, the first one empty; and how much it says it sends."""
    received = 0
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
            length = answer.headers["Content-Length"] or ""
            total = int(length) if length.isdecimal() else None
            chunk = b""
            while True:
                yield chunk, total
                chunk = answer.read1(_CHUNK)
                if not chunk:
                    return
                received += len(chunk)
    except urllib.error.HTTPError as error:
        error.close()
        raise NotThere(address=url, status=error.code) from error
    except (OSError, http.client.HTTPException) as error:
        if received:
            raise CutOff(address=url, received=f"{received / 1e6:.1f}") from error
        raise NotReachable(address=url) from error
