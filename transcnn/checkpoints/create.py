"""Making a network with or without weights."""

from pathlib import Path
from typing import Any

from transcnn.checkpoints.catalogue import check_shipped, shipped
from transcnn.checkpoints.files import load
from transcnn.checkpoints.fit import load_strictly
from transcnn.checkpoints.recognise import open_weights
from transcnn.errors import ChoiceError
from transcnn.model.network import TransCNN, blank, build
from transcnn.model.variants import list_models


def create_model(
    name: str | None = None,
    weights: Path | str | None = None,
    **overrides: Any,
) -> TransCNN:
    """The network `name` of the table of variants, in float32.

    `weights`: None for freshly initialised ones, "shipped" for those that come with the package
    (their digest is checked), or a file. A file that describes its network brings its classes and
    needs no `name`. `overrides` replace settings of the variant. Raises ChoiceError for an unknown
    name or setting, CheckpointError for a file that does not fit.
    """
    if weights not in (None, "shipped") and not overrides:
        return open_weights(weights, name=name).model
    if name is None:
        raise ChoiceError(field="model", value=name, allowed=", ".join(list_models()))
    if weights is None:
        return build(name, **overrides)
    model = blank(name, **overrides)
    path = Path(weights)
    if weights == "shipped":
        path = shipped(name).path
        check_shipped(name)
    load_strictly(model, load(path), file=str(path))
    return model
