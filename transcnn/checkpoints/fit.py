"""Strict loading: every key, every shape, in both directions, and a sentence when one is off."""

from collections.abc import Callable, Mapping

from torch import Tensor

from transcnn.errors import CheckpointError
from transcnn.model.network import TransCNN


def load_strictly(
    model: TransCNN,
    state_dict: Mapping[str, Tensor],
    their_key: Callable[[str], str] = str,
    file: str = "state dict",
) -> None:
    """Give `model` the values of `state_dict`; `their_key` tells the file's name of our keys.

    Values are converted to the model's number type. Raises CheckpointError naming the first key
    that is missing, misshapen, no tensor, or extra; the model is then unchanged.
    """
    wanted = {their_key(ours): (ours, value) for ours, value in model.state_dict().items()}
    fitting = {}
    for theirs, (ours, value) in wanted.items():
        if theirs not in state_dict:
            raise CheckpointError(file=file, reason=f"the key {theirs} is missing")
        given = state_dict[theirs]
        if not isinstance(given, Tensor):
            raise CheckpointError(file=file, reason=f"the key {theirs} holds no tensor")
        if given.shape != value.shape:
            raise CheckpointError(
                file=file,
                reason=f"the key {theirs} has shape {list(given.shape)}, "
                f"but {list(value.shape)} is needed",
            )
        fitting[ours] = given.to(value.dtype, copy=True)
    for theirs in state_dict:
        if theirs not in wanted:
            raise CheckpointError(file=file, reason=f"the key {theirs} is not part of the network")
    model.load_state_dict(fitting, assign=True)  # the model may be blank: nothing to copy into
