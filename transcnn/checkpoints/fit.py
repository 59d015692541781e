"""Strict loading: keys and shapes must agree exactly, errors name the first that does not."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

import torch
from torch import Tensor, nn

from transcnn.errors import ForeignKeys, MissingKeys, NoNumbers, OtherShapes


def load_strictly(
    model: nn.Module,
    state_dict: Mapping[str, Tensor],
    their_key: Callable[[str], str] = str,
    *,
    name: str,
    file: str = "state dict",
) -> None:
    """Give `model`, called `name`, the values of `state_dict`; `their_key` maps our keys to the
    file's.

    Values are converted to the model's number type. Raises the CheckpointError that says which keys
    are missing, extra, misshapen or no numbers; the model is then unchanged.
    """
    named = {"file": file, "model": name}
    wanted = {their_key(ours): (ours, value) for ours, value in model.state_dict().items()}
    missing = [key for key in wanted if key not in state_dict]
    if missing:
        raise MissingKeys(**named, count=len(missing), of=len(wanted), keys=some(missing))
    extra = [key for key in state_dict if key not in wanted]
    if extra:
        raise ForeignKeys(**named, count=len(extra), keys=some(extra))
    for key, given in state_dict.items():
        if not is_plain(given):
            raise NoNumbers(file=file, key=key)
    other = [key for key, (_, value) in wanted.items() if state_dict[key].shape != value.shape]
    if other:
        raise OtherShapes(
            **named,
            count=len(other),
            of=len(wanted),
            key=other[0],
            given=list(state_dict[other[0]].shape),
            wanted=list(wanted[other[0]][1].shape),
        )
    fitting = {}
    for theirs, (ours, value) in wanted.items():
        fitting[ours] = state_dict[theirs].to(value.dtype, copy=True)
        if not torch.isfinite(fitting[ours]).all():
            raise NoNumbers(file=file, key=theirs)
    model.load_state_dict(fitting, assign=True)  # the model may be blank: nothing to copy into


def some(keys: Iterable[str], count: int = 3, longest: int = 80) -> str:
    """The first keys, for an error: a file may have thousands, of any length."""
    first = list(islice(keys, count + 1))
    shown = [key if len(key) <= longest else f"{key[:longest]}…" for key in first[:count]]
    return ", ".join([*shown, "…"] if len(first) > count else shown)


def is_plain(value: object) -> bool:
    """Whether it is a dense tensor whose values are all in the file: sparse, quantised, meta and
    expanded tensors can claim any size with a few bytes."""
    return (
        isinstance(value, Tensor)
        and value.layout == torch.strided
        and value.device.type == "cpu"
        and not value.is_quantized
        and not value.is_complex()
        and value.untyped_storage().nbytes() >= value.numel() * value.element_size()
    )
