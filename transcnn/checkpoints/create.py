"""Making a network with or without weights."""

from pathlib import Path
from typing import Any, Literal

from transcnn.checkpoints.catalogue import check_shipped, shipped
from transcnn.checkpoints.files import load
from transcnn.checkpoints.fit import load_strictly
from transcnn.model.network import TransCNN, blank, build


def create_model(
    name: str, weights: Path | str | Literal["shipped"] | None = None, **overrides: Any
) -> TransCNN:
    """The network `name` of the table of variants, in float32.

    `weights`: None for freshly initialised ones, "shipped" for those that come with the package
    (their digest is checked), or a file of ours. `overrides` replace settings of the variant.
    Raises ChoiceError for an unknown name or setting, CheckpointError for a file that does not fit.
    """
    if weights is None:
        return build(name, **overrides)
    model = blank(name, **overrides)
    path = Path(weights)
    if weights == "shipped":
        path = shipped(name).path
        check_shipped(name)
    load_strictly(model, load(path), file=str(path))
    return model
