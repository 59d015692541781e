"""Making a network with or without weights, in our words and in timm's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, overload

from transcnn.checkpoints.adapt import adapt
from transcnn.checkpoints.catalogue import check_shipped, shipped
from transcnn.checkpoints.files import load
from transcnn.checkpoints.fit import load_strictly
from transcnn.checkpoints.recognise import open_weights
from transcnn.errors import ChoiceError
from transcnn.model.features import FeatureNetwork
from transcnn.model.network import TransCNN, blank, build
from transcnn.model.variants import list_models, network

Weights = Path | str | None
"""None: freshly initialised; "shipped": those that come with the package; else a file."""


@overload
def create_model(
    name: str | None = ...,
    weights: Weights = ...,
    *,
    pretrained: bool | Path | str | None = ...,
    num_classes: int | None = ...,
    in_chans: int | None = ...,
    drop_path_rate: float | None = ...,
    features_only: Literal[False] = ...,
    **overrides: Any,
) -> TransCNN: ...


@overload
def create_model(
    name: str | None = ...,
    weights: Weights = ...,
    *,
    pretrained: bool | Path | str | None = ...,
    num_classes: int | None = ...,
    in_chans: int | None = ...,
    drop_path_rate: float | None = ...,
    features_only: Literal[True],
    out_indices: int | Sequence[int] | None = ...,
    **overrides: Any,
) -> FeatureNetwork: ...


def create_model(
    name: str | None = None,
    weights: Weights = None,
    *,
    pretrained: bool | Path | str | None = None,
    num_classes: int | None = None,
    in_chans: int | None = None,
    drop_path_rate: float | None = None,
    features_only: bool = False,
    out_indices: int | Sequence[int] | None = None,
    **overrides: Any,
) -> TransCNN | FeatureNetwork:
    """The network `name` of the table of variants, in float32.

    `weights`: None for freshly initialised ones, "shipped" for those that come with the package
    (their digest is checked), or a file. A file that describes its network brings its classes and
    needs no `name`. `overrides` replace settings of the variant.

    In timm's words: `pretrained` (True, False or a file) for `weights`; `num_classes`, where the
    weights have others, keeps all but the classifier and warns (`NewClassifier`), 0 leaves it out;
    `in_chans` other than 3 folds the first convolution as timm does; `drop_path_rate`; with
    `features_only` a network that gives the maps of the stages `out_indices` as a list.

    Raises ChoiceError for an unknown name or setting, CheckpointError for a file that does not fit.
    """
    if pretrained is not None:
        if weights is not None:
            raise ChoiceError(field="pretrained", value=pretrained, allowed="None beside weights")
        weights = (
            ("shipped" if pretrained else None) if isinstance(pretrained, bool) else pretrained
        )
    words = {"classes": num_classes, "channels": in_chans, "drop_path": drop_path_rate}
    overrides |= {setting: value for setting, value in words.items() if value is not None}
    model = _make(name, weights, overrides)
    return FeatureNetwork(model, out_indices) if features_only else model


def _make(name: str | None, weights: Weights, overrides: dict[str, Any]) -> TransCNN:
    if weights not in (None, "shipped") and not overrides:
        return open_weights(weights, name=name).model
    if name is None:
        raise ChoiceError(field="model", value=name, allowed=", ".join(list_models()))
    if weights is None:
        return build(name, **overrides)
    if overrides.get("classes") == network(name).classes:  # a count: which classes stays known
        del overrides["classes"]
    model = blank(name, **overrides)
    path = Path(weights)
    if weights == "shipped":
        path = shipped(name).path
        check_shipped(name)
    load_strictly(model, adapt(load(path), model), name=model.config.name, file=str(path))
    return model
