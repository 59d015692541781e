"""The authors' released state dicts (TransCNN v1.0 and HAT-Net), key by key into ours."""

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from transcnn.checkpoints.fit import load_strictly
from transcnn.errors import ChoiceError
from transcnn.model.network import TransCNN, blank
from transcnn.model.variants import authors_names

# Our prefix of a key -> theirs. {n} is the number of the stage that a downsampling leads into.
_COMMON = {
    "stem": "patch_embed",
    "attn.pool_norm": "attn.ds_norm",
    "head": "classifier.1",
}
_V1 = {
    "irb.expand": "conv.conv1.0",
    "irb.norm1": "conv.conv1.1",
    "irb.dw": "conv.conv2.0",
    "irb.norm2": "conv.conv2.1",
    "irb.project": "conv.conv3.0",
    "irb.norm3": "conv.conv3.1",
    "pool_conv": "residual",
}
_HAT = {
    "irb.norm1": "conv.conv1.0",
    "irb.expand": "conv.conv1.1",
    "irb.dw": "conv.conv2.0",
    "irb.project": "conv.conv3.0",
    "irb.norm3": "conv.conv3.1",
}


def authors_key(key: str, hat: bool) -> str:
    """The authors' name for our state-dict key `key`."""
    parts = re.sub(r"^downs\.(\d)", lambda m: f"ds{int(m[1]) + 1}", key)
    for ours, theirs in {**_COMMON, **(_HAT if hat else _V1)}.items():
        parts = re.sub(rf"(^|\.){re.escape(ours)}(?=\.)", rf"\g<1>{theirs}", parts)
    return parts


def from_authors(
    name: str, state_dict: Mapping[str, Tensor], file: str = "the authors' file", **overrides: Any
) -> TransCNN:
    """The authors' network `name` with their weights `state_dict`, which came from `file`.

    Strict both ways: a CheckpointError names what is missing, extra or of another shape.
    ChoiceError if `name` is none of their networks. `overrides` replace settings of the variant.
    """
    if name not in authors_names():
        raise ChoiceError(field="model", value=name, allowed=", ".join(authors_names()))
    model = blank(name, **overrides)
    hat = name.startswith("hatnet_")
    load_strictly(
        model, state_dict, lambda key: authors_key(key, hat), name=model.config.name, file=file
    )
    return model
