"""Unpacking untrusted archives: every claim is checked, before and while unpacking.

Only plain files and folders are unpacked, below one folder, up to a number, a depth and a size.
The size is counted as bytes are written, since a header can claim anything (zip bombs). Archives
inside archives are not unpacked. What is unpacked belongs to this user alone.
"""

import errno
import functools
import gzip
import io
import lzma
import os
import re
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from transcnn.errors import (
    ArchiveTooDense,
    ArchiveTooLarge,
    BrokenArchive,
    FolderError,
    MemberNoFile,
    MemberOutside,
    MemberTooDeep,
    NotAnArchive,
    TooManyMembers,
)
from transcnn.files import private_file, private_folder
from transcnn.limits import limits

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
_CHUNK = 1 << 20  # bytes
_LONGEST_NAME = 1 << 10  # bytes in a zip's list, for each member that is allowed
_LONGEST_HEADER = 1 << 14  # bytes; tarfile itself reads blocks of 10 kB
_MOST_IDLE = 2 * _CHUNK  # bytes of a gzip stream from which nothing comes
_LITTLE_MB = 50  # unpacked, that an archive of any density may have
_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError),
    # A password, odd headers, a member without a name, a file in the place of a folder, a
    # compression that asks for more memory than there is.
    *(RuntimeError, ValueError, LookupError, OSError, MemoryError),
)


@dataclass(frozen=True)
class ArchiveLimits:
    """Limits of an archive: megabytes unpacked, members, nested folders, and how many times its own
    size it may take."""

    megabytes: int
    members: int
    depth: int
    ratio: int


def labelled_limits() -> ArchiveLimits:
    """The limits of an archive of labelled images."""
    all_of = limits()
    return ArchiveLimits(
        all_of.unpacked_mb, all_of.archive_members, all_of.archive_depth, all_of.archive_ratio
    )


def own_class_limits() -> ArchiveLimits:
    """The limits of an archive with a folder for each own class."""
    all_of = limits()
    return ArchiveLimits(
        all_of.class_unpacked_mb, all_of.class_members, all_of.archive_depth, all_of.archive_ratio
    )


@dataclass(frozen=True)
class _Member:
    name: str
    is_folder: bool
    is_file: bool
    size: int  # as the header claims
    open: Callable[[], IO[bytes] | None]


def unpack(
    file: Path,
    into: Path,
    allowed: ArchiveLimits | None = None,
    name: str | None = None,
    on_member: Callable[[], None] = lambda: None,
) -> Path:
    """Unpack the archive `file` into the folder `into`; the folder in which its pictures are.

    That is `into`, or its only folder, where that holds the class folders, the table or the
    annotations. `name` is
    what the archive is called in errors. `allowed` is `labelled_limits()` unless said. `on_member`
    is called before each member; what it raises ends the work. On any error nothing is left of
    `into`. Raises ArchiveError, or FolderError where the disk is full.
    """
    called = name or file.name
    private_folder(into.parent)
    into.mkdir(mode=0o700)
    try:
        with file.open("rb") as stream:
            _unpack(stream, called, into, allowed or labelled_limits(), on_member)
    except BaseException as error:
        shutil.rmtree(into)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise FolderError(folder=into.parent, reason="no disk space to unpack") from error
        if isinstance(error, _DAMAGE):
            raise BrokenArchive(file=called) from error
        raise
    inside = [p for p in into.iterdir() if not p.name.startswith((".", "__MACOSX"))]
    only = inside[0] if len(inside) == 1 and inside[0].is_dir() else None
    listings = (".csv", ".json", ".xml")
    if only is not None and any(p.is_dir() or p.suffix in listings for p in only.iterdir()):
        return only
    return into


def _unpack(
    stream: IO[bytes],
    called: str,
    into: Path,
    allowed: ArchiveLimits,
    on_member: Callable[[], None],
) -> None:
    dense = max(_LITTLE_MB * 10**6, allowed.ratio * stream.seek(0, io.SEEK_END))
    stream.seek(0)

    def check(size: int) -> None:
        if size > allowed.megabytes * 10**6:
            raise ArchiveTooLarge(file=called, limit=allowed.megabytes)
        if size > dense:
            raise ArchiveTooDense(file=called, limit=allowed.ratio)

    written = 0
    for member in _members(stream, called, allowed, check):
        on_member()
        path = into / _checked(member, called, allowed)
        if member.is_folder:
            private_folder(path)
            continue
        private_folder(path.parent)
        source = member.open()
        assert source is not None  # as of every plain file
        with source, private_file(path) as target:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                check(written)
                target.write(chunk)


def _members(
    stream: IO[bytes], called: str, allowed: ArchiveLimits, check: Callable[[int], None]
) -> Iterator[_Member]:
    start = stream.read(4)
    stream.seek(0)
    if start in (b"PK\3\4", b"PK\5\6"):  # the first of its members, or the end of an empty one
        members = _of_zip(stream, called, allowed, check)
    else:
        is_packed = start.startswith(b"\x1f\x8b")
        packed = _Packed(stream) if is_packed else None
        members = _of_tar(
            stream if packed is None else gzip.GzipFile(fileobj=packed), called, packed
        )
    claimed = 0
    for i, member in enumerate(members):
        claimed += member.size
        if i >= allowed.members:
            raise TooManyMembers(file=called, limit=allowed.members)
        check(claimed)
        yield member


def _of_zip(
    stream: IO[bytes], called: str, allowed: ArchiveLimits, check: Callable[[int], None]
) -> Iterator[_Member]:
    if _has_more_members(stream, allowed.members):
        raise TooManyMembers(file=called, limit=allowed.members)
    archive = zipfile.ZipFile(stream)
    infos = archive.infolist()
    if len(infos) > allowed.members:  # before any of them is unpacked
        raise TooManyMembers(file=called, limit=allowed.members)
    check(sum(info.file_size for info in infos))
    for info in infos:
        kind = info.external_attr >> 28  # of a Unix file: 8 a plain one, 4 a folder, 0 not given
        plain = kind in (0, 8) and not info.is_dir()
        yield _Member(
            info.filename,
            info.is_dir(),
            plain,
            info.file_size,
            functools.partial(archive.open, info),
        )


def _has_more_members(stream: IO[bytes], most: int) -> bool:
    """Whether a zip's list has more than `most` entries, or is too long for them. zipfile reads the
    list as a whole and makes an object of each entry, whatever number the end record says."""
    stream.seek(0, io.SEEK_END)
    start = max(0, stream.tell() - (1 << 16) - 22 - 76)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(b"PK\5\6")
    if tail[-22:-18] == b"PK\5\6" and tail[-2:] == b"\0\0":  # as zipfile looks for it
        at = len(tail) - 22
    end, length = start + at, int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    record, locator = tail[max(0, at - 76) : max(0, at - 20)], tail[max(0, at - 20) : max(0, at)]
    if locator[:4] == b"PK\6\7":  # it says more, of large archives
        if record[:4] != b"PK\6\6":  # some versions of zipfile look for it elsewhere
            raise zipfile.BadZipFile("the end record of a large archive is not at its place")
        end, length = end - 76, int.from_bytes(record[40:48], "little")
    too_many = length > most * _LONGEST_NAME
    if not too_many and length <= end:
        stream.seek(end - length)
        entries, position, count = stream.read(length), 0, 0
        while position < length and not too_many:
            lengths = struct.unpack("<3H", entries[position + 28 : position + 34].ljust(6, b"\0"))
            position += 46 + sum(lengths)
            count += 1
            too_many = count > most
    stream.seek(0)
    return too_many


class _Packed(io.RawIOBase):
    """A gzip stream that may not unpack to nothing for long: headers without end, and empty
    streams one after the other, are read byte by byte."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.idle = 0  # bytes that have been read since something came of them

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.idle += len(chunk)
        if self.idle > _MOST_IDLE:
            raise ValueError("it unpacks to nothing")
        return chunk

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        return self.stream.seek(place, whence)

    def tell(self) -> int:
        return self.stream.tell()


class _Sips(io.RawIOBase):
    """A stream of which nobody reads much at once: tarfile takes in a header of any length, to
    search in it for a time that grows with its square."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, packed: _Packed | None) -> None:
        self.stream = stream
        self.packed = packed
        self.most = _LONGEST_HEADER

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= self.most:
            raise ValueError("a header too long to be one")
        if self.packed is not None:
            self.packed.idle = 0
        return self.stream.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        return self.stream.seek(place, whence)

    def tell(self) -> int:
        return self.stream.tell()


def _of_tar(
    stream: IO[bytes] | gzip.GzipFile, called: str, packed: _Packed | None
) -> Iterator[_Member]:
    sips = _Sips(stream, packed)

    def content(info: tarfile.TarInfo) -> IO[bytes] | None:
        sips.most = _CHUNK
        return archive.extractfile(info)

    try:
        archive = tarfile.open(fileobj=sips, mode="r:")  # noqa: SIM115
    except (tarfile.ReadError, gzip.BadGzipFile) as error:
        raise NotAnArchive(file=called, formats=", ".join(ENDINGS)) from error
    for info in archive:
        yield _Member(
            info.name,
            info.isdir(),
            info.isfile(),
            info.size,
            functools.partial(content, info),
        )
        sips.most = _LONGEST_HEADER


def _checked(member: _Member, called: str, allowed: ArchiveLimits) -> Path:
    """The member's path below the folder; raises ArchiveError unless it is a safe one."""
    path = PurePosixPath(member.name.replace("\\", "/"))
    has_drive = any(PureWindowsPath(part).drive for part in path.parts)
    if path.is_absolute() or ".." in path.parts or has_drive:
        raise MemberOutside(file=called, member=member.name)
    if not (member.is_file or member.is_folder):
        raise MemberNoFile(file=called, member=member.name)
    if len(path.parts) - member.is_file > allowed.depth:  # the last part is no folder
        raise MemberTooDeep(file=called, member=member.name, limit=allowed.depth)
    return Path(*(_usual(part) if os.name == "nt" else part for part in path.parts))


def _usual(name: str) -> str:
    """A name of another system as Windows can have it: there "a:b" is a hidden part of the file
    "a", dots and spaces at the end are lost, and some names are devices."""
    name = re.sub(r'[<>:"|?*\x00-\x1f]', "_", name)
    name = re.sub(r"[. ]+$", lambda end: "_" * len(end[0]), name)
    return re.sub(r"(?i)^(?=(con|prn|aux|nul|com\d|lpt\d)(\.|$))", "_", name)
