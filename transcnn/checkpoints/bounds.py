"""What PyTorch's weight files claim, checked before torch reads any of it.

A .pth file is a zip (or, before 2020, pickles in a row) whose pickles name the tensors; the numbers
follow as they are. Neither needs more memory than the file is long, unless somebody made it to:
members can be compressed, and what a pickle names can ask for memory by itself. Of a pickle only
the opcodes are read here, nothing is built.
"""

import io
import pickletools
import re
import zipfile
from typing import BinaryIO

from transcnn.errors import BrokenWeights, HoldsCode, LongHeader, PackedWeights

_KB = 1000
_LEGACY_PICKLES = 5  # magic number, version, system, the content, the keys of the storages

# What weight files are made of. Others, such as bytearray, are harmless to torch's own reader and
# take any amount of memory.
_GLOBALS = re.compile(
    r"collections (OrderedDict|Counter|defaultdict)"
    r"|torch (\w+Storage|Size|device|b?float\d+|u?int\d+|bool)"
    r"|torch\.storage \w+Storage"
    r"|torch\._utils _rebuild_\w+|torch\._tensor _rebuild_\w+"
    r"|torch\.nn\.parameter Parameter|torch\.serialization _get_layout"
    r"|_codecs encode|(__builtin__|builtins) (set|complex)"
)
# Opcodes that name what is not written out in the file, and so cannot be seen here.
_UNSEEN = ("STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4", "PERSID")


def check_zip(file: BinaryIO, name: str, most_kb: int) -> None:
    """Check that members are stored as they are, and that together they fit into the file.

    Directory and pickle may have `most_kb` each. Raises CheckpointError.
    """
    size = file.seek(0, io.SEEK_END)
    _check_directory(file, size, name, most_kb)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            stored = all(
                one.compress_type == zipfile.ZIP_STORED and one.compress_size == one.file_size
                for one in members
            )
            if not stored or sum(one.file_size for one in members) > size:
                raise PackedWeights(file=name)
            called = [one.filename.lower() for one in members]  # torch finds them in any case
            pickles = [one for one in members if one.filename.lower().endswith("data.pkl")]
            if len(set(called)) < len(called) or len(pickles) != 1:
                raise BrokenWeights(file=name, format="PyTorch")
            if pickles[0].file_size > most_kb * _KB:
                raise LongHeader(file=name, limit=most_kb)
            content = archive.read(pickles[0])
    except (zipfile.BadZipFile, RuntimeError, ValueError, OSError, NotImplementedError) as error:
        raise BrokenWeights(file=name, format="PyTorch") from error
    _check_pickles(content, 1, name)


def _check_directory(file: BinaryIO, size: int, name: str, most_kb: int) -> None:
    """Check that the directory is short and ends where the end record begins: other readers would
    else find another directory."""
    file.seek(max(0, size - 98))
    tail = file.read(98)
    end, zip64, locator = tail[-22:], tail[-98:-42], tail[-42:-22]
    ends_at = size - 22
    length, begins_at = (int.from_bytes(end[i : i + 4], "little") for i in (12, 16))
    if locator[:4] == b"PK\6\7":
        ends_at = size - 98
        length, begins_at = (int.from_bytes(zip64[i : i + 8], "little") for i in (40, 48))
    if end[:4] != b"PK\5\6" or begins_at + length != ends_at:
        raise BrokenWeights(file=name, format="PyTorch")
    if length > most_kb * _KB:
        raise LongHeader(file=name, limit=most_kb)


def check_legacy(file: BinaryIO, name: str, most_kb: int) -> None:
    """Check the pickles of a file from before there were zips. Raises CheckpointError."""
    file.seek(0)
    begin = file.read(most_kb * _KB + 1)
    read = _check_pickles(begin, _LEGACY_PICKLES, name, LongHeader(file=name, limit=most_kb))
    if read > most_kb * _KB:
        raise LongHeader(file=name, limit=most_kb)


def _check_pickles(content: bytes, count: int, name: str, cut: LongHeader | None = None) -> int:
    """Look at the opcodes of so many pickles in a row; how many bytes they are. `cut` is raised
    where they end with `content` because that is a part of the file."""
    stream = io.BytesIO(content)
    try:
        for _ in range(count):
            for code, argument, _ in pickletools.genops(stream):
                if code.name in _UNSEEN or (
                    code.name == "GLOBAL" and not _GLOBALS.fullmatch(str(argument))
                ):
                    raise HoldsCode(file=name)
    except HoldsCode:
        raise
    except Exception as error:  # a damaged one can fail anywhere
        if cut is not None and len(content) > cut.details["limit"] * _KB:
            raise cut from error
        raise BrokenWeights(file=name, format="PyTorch") from error
    return stream.tell()
