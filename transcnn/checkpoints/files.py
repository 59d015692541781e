"""Reading weight files."""

import io
import json
import os
import pickle
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import safetensors.torch
import torch
from torch import Tensor

from transcnn.checkpoints.bounds import check_legacy, check_zip
from transcnn.errors import (
    BrokenWeights,
    CheckpointError,
    HoldsCode,
    LongHeader,
    NamelessTensors,
    NotPlainFile,
    NotWeights,
    UnknownEnding,
    WeightsTooLarge,
)
from transcnn.files import open_plain, write_file
from transcnn.limits import limits

_MUCH = 50 * 10**6  # bytes; more than any network that is shared in a class
ENDINGS = (".safetensors", ".pth", ".pt", ".pth.tar")


def load(source: str | Path | bytes, name: str | None = None) -> dict[str, Tensor]:
    """The tensors of a weight file, by key: .safetensors, or .pth / .pt / .pth.tar of tensors only.

    `source` is its path or its bytes; `name` its name where the path does not have it.
    A .pth file may hold the tensors directly or under "model" or "state_dict", as published ones
    do. Anything that would need code to be run is refused, and what claims more memory than the
    file has bytes. Raises CheckpointError.
    """
    if isinstance(source, str):
        source = Path(source)
    if isinstance(source, Path) and (source.is_dir() or not source.exists()):
        raise CheckpointError(file=source, reason="there is no such file")
    name = str(source) if name is None else name
    if not name.endswith(ENDINGS):
        raise UnknownEnding(file=name, endings=", ".join(ENDINGS))
    if isinstance(source, bytes) and len(source) > _MUCH and os.name == "posix":
        return _load_from_disk(source, name)
    with _open(source, name) as file:
        if name.endswith(".safetensors"):
            return _read_safetensors(source, file, name)
        return _by_name(_read_torch(source, file, name), name)


def _load_from_disk(source: bytes, name: str) -> dict[str, Tensor]:
    """Of a file only the values that are asked for come into memory, so that one that is refused
    for its keys is not there twice. The tensors outlast the file."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "weights"
        try:
            write_file(path, source)
        except OSError as error:
            raise CheckpointError(file=name, reason=f"{error.strerror}, here") from error
        return load(path, name)


@contextmanager
def _open(source: Path | bytes, name: str) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    most = limits().weights_mb
    try:
        with open_plain(source, most, WeightsTooLarge(file=name, limit=most)) as file:
            yield file
    except NotPlainFile as error:
        reason = f"it is a {error.details['kind']}, not a file"
        raise CheckpointError(file=name, reason=reason) from error


def metadata(source: str | Path | bytes, name: str | None = None) -> dict[str, str]:
    """The metadata in the header of a safetensors file; none for other files and damaged headers,
    which `load` reports."""
    name = str(source) if name is None else name
    if not name.endswith(".safetensors"):
        return {}
    with _open(source if isinstance(source, bytes) else Path(source), name) as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(min(length, limits().weights_header_kb * 1000))
    try:
        found = json.loads(header).get("__metadata__", {})
        return {str(key): str(value) for key, value in found.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _read_safetensors(source: Path | bytes, file: BinaryIO, name: str) -> dict[str, Tensor]:
    start = file.read(9)  # the length of the header, then the header: JSON
    if start[8:] != b"{":
        raise NotWeights(file=name, format="safetensors")
    most = limits().weights_header_kb
    if int.from_bytes(start[:8], "little") > most * 1000:
        raise LongHeader(file=name, limit=most)
    try:  # the library compares shapes, offsets and the length of the file
        if isinstance(source, Path):
            return safetensors.torch.load_file(source)
        return safetensors.torch.load(source)
    except Exception as error:  # a damaged file can fail anywhere
        raise BrokenWeights(file=name, format="safetensors") from error


def _read_torch(source: Path | bytes, file: BinaryIO, name: str) -> object:
    start = file.read(2)
    most = limits().weights_header_kb
    if start == b"PK":
        check_zip(file, name, most)
    elif start[:1] == b"\x80":  # before 2020: bare pickles
        check_legacy(file, name, most)
    else:
        raise NotWeights(file=name, format="PyTorch")
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of pickles that it then refuses
            if start == b"PK" and isinstance(source, Path):  # read as its values are needed
                return torch.load(str(source), map_location="cpu", weights_only=True, mmap=True)
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise HoldsCode(file=name) from error
    except Exception as error:  # a damaged file can fail anywhere
        raise BrokenWeights(file=name, format="PyTorch") from error


def _by_name(content: object, name: str) -> dict[str, Tensor]:
    for key in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) and not value.is_nested  # shapeless
        for key, value in content.items()
    ):
        raise NamelessTensors(file=name)
    return content
