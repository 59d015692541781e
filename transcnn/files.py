"""Reading files that a person names, and writing files: whole or not at all."""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from transcnn.errors import ChoiceError, NotPlainFile, TransCNNError
from transcnn.limits import MB

# A FIFO must not keep anybody waiting until somebody writes; Windows knows neither.
_KINDS = {stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
_HOW = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@contextlib.contextmanager
def open_plain(path: Path, most_mb: int, too_large: TransCNNError) -> Iterator[BinaryIO]:
    """The plain file `path`, open for reading. Raises `too_large` where it is larger than
    `most_mb`, NotPlainFile for a device, a pipe or a socket, ChoiceError for a name that no file
    can have, OSError for what cannot be opened.
    """
    try:
        kind = os.stat(path).st_mode
    except ValueError as error:  # a zero byte
        raise ChoiceError(field="file", value=str(path), allowed="names of files") from error
    if not stat.S_ISDIR(kind):  # of a folder the system says so
        _check_plain(kind)
    with open(path, "rb", opener=lambda name, _: os.open(name, _HOW)) as file:
        found = os.fstat(file.fileno())
        _check_plain(found.st_mode)
        if found.st_size > most_mb * MB:
            raise too_large
        yield file


def read_plain(path: Path, most_mb: int, too_large: TransCNNError) -> bytes:
    """The bytes of a file, with the errors of `open_plain`."""
    with open_plain(path, most_mb, too_large) as file:
        data = file.read(most_mb * MB + 1)  # it may grow, and files of the system say size 0
    if len(data) > most_mb * MB:
        raise too_large
    return data


def _check_plain(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotPlainFile(kind=_KINDS.get(stat.S_IFMT(mode), "device"))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place in the end; its folder exists.

    On any error nothing is left of it, and `path` is as it was. An OSError names `path`.
    """
    target = Path(os.path.realpath(path))  # a link goes on leading to it
    # Of any length that a name may have; the ending says how some libraries write.
    part = target.with_name(f".{secrets.token_hex(8)}.part{target.suffix[:16]}")
    try:
        yield part
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except OSError as error:
        if error.errno is not None:
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        part.unlink(missing_ok=True)


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file, whole or not at all; text in UTF-8."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with replacing(path) as part:
        part.write_bytes(data)


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that do not exist, for this user alone."""
    for one in reversed([folder, *folder.parents]):
        if not one.is_dir():
            one.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path) -> BinaryIO:
    """A new file for this user alone, open for writing; FileExistsError where there is one."""
    return open(path, "xb", opener=lambda name, how: os.open(name, how, 0o600))
