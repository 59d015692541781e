"""Reading weight files."""

import io
import json
import pickle
import warnings
from pathlib import Path
from typing import BinaryIO

import safetensors.torch
import torch
from torch import Tensor

from transcnn.errors import (
    BrokenWeights,
    CheckpointError,
    HoldsCode,
    NamelessTensors,
    NotWeights,
    UnknownEnding,
)

_LONGEST_HEADER = 10**8  # bytes, as in the safetensors library
ENDINGS = (".safetensors", ".pth", ".pt", ".pth.tar")


def load(source: str | Path | bytes, name: str | None = None) -> dict[str, Tensor]:
    """The tensors of a weight file, by key: .safetensors, or .pth / .pt / .pth.tar of tensors only.

    `source` is its path or its bytes; `name` its name where the path does not have it.
    A .pth file may hold the tensors directly or under "model" or "state_dict", as published ones
    do. Anything that would need code to be run is refused. Raises CheckpointError.
    """
    if isinstance(source, str):
        source = Path(source)
    if isinstance(source, Path) and not source.is_file():
        raise CheckpointError(file=source, reason="there is no such file")
    name = str(source) if name is None else name
    if not name.endswith(ENDINGS):
        raise UnknownEnding(file=name, endings=", ".join(ENDINGS))
    with source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file:
        if name.endswith(".safetensors"):
            return _read_safetensors(source, file, name)
        return _by_name(_read_torch(file, name), name)


def metadata(source: str | Path | bytes, name: str | None = None) -> dict[str, str]:
    """The metadata in the header of a safetensors file; none for other files and damaged headers,
    which `load` reports."""
    name = str(source) if name is None else name
    if not name.endswith(".safetensors"):
        return {}
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(min(length, _LONGEST_HEADER))
    try:
        found = json.loads(header).get("__metadata__", {})
        return {str(key): str(value) for key, value in found.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _read_safetensors(source: Path | bytes, file: BinaryIO, name: str) -> dict[str, Tensor]:
    start = file.read(9)  # the length of the header, then the header: JSON
    if start[8:] != b"{":
        raise NotWeights(file=name, format="safetensors")
    try:
        if isinstance(source, Path):
            return safetensors.torch.load_file(source)
        return safetensors.torch.load(source)
    except Exception as error:  # a damaged file can fail anywhere
        raise BrokenWeights(file=name, format="safetensors") from error


def _read_torch(file: BinaryIO, name: str) -> object:
    start = file.read(2)
    if not start.startswith((b"PK", b"\x80")):  # a zip, or (before 2020) a bare pickle
        raise NotWeights(file=name, format="PyTorch")
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of pickles that it then refuses
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
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise NamelessTensors(file=name)
    return content
