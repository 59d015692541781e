"""Reading weight files."""

import pickle
import warnings
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from transcnn.errors import CheckpointError


def load(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a weight file, by key: .safetensors, or .pth / .pt with tensors only.

    A .pth file may hold the tensors directly or under "model" or "state_dict", as published ones
    do. Anything that would need code to be run is refused. Raises CheckpointError.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(file=path, reason="there is no such file")
    if path.suffix == ".safetensors":
        try:
            return safetensors.torch.load_file(path)
        except SafetensorError as error:
            raise CheckpointError(file=path, reason="this is no safetensors file") from error
    if path.suffix not in (".pth", ".pt"):
        raise CheckpointError(file=path, reason="only .safetensors, .pth and .pt can be read")
    with path.open("rb") as file:
        start = file.read(2)
    if not start.startswith((b"PK", b"\x80")):  # a zip, or (before 2020) a bare pickle
        raise CheckpointError(file=path, reason="this is no PyTorch weight file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of pickles that it then reads or refuses
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = "it holds more than tensors, and is refused because reading that can run code"
        raise CheckpointError(file=path, reason=reason) from error
    except Exception as error:  # what is damaged may end the reading anywhere
        raise CheckpointError(file=path, reason="this is no PyTorch weight file") from error
    for key in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise CheckpointError(file=path, reason="it does not hold tensors by name")
    return content
