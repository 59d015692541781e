"""The networks in timm's registry, from `import transcnn.timm` on, where timm is installed:

    import timm, transcnn.timm

    model = timm.create_model("transcnn_nano", pretrained=True)

`pretrained=True` loads the weights that come with this package; nothing is fetched. Another weight
file is `pretrained_cfg_overlay=dict(file=...)`.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from timm.models import PretrainedCfg, generate_default_cfgs, register_model

from transcnn.checkpoints.catalogue import shipped, shipped_names
from transcnn.checkpoints.create import create_model
from transcnn.errors import ChoiceError
from transcnn.model.features import FeatureNetwork
from transcnn.model.network import TransCNN, timm_cfg
from transcnn.model.variants import list_models, network

__all__: list[str] = []  # timm adds the names that it registers

# Names of other packages' networks stay theirs.
NAMES = tuple(name for name in list_models() if name.startswith("transcnn_"))


def _cfg(name: str) -> dict[str, Any]:
    file = str(shipped(name).path) if name in shipped_names() else None
    return {**timm_cfg(network(name)), "file": file, "license": "apache-2.0"}


default_cfgs = generate_default_cfgs({name: _cfg(name) for name in NAMES})
"""Read by timm when it registers the networks of this module."""


def _entrypoint(name: str) -> Callable[..., TransCNN | FeatureNetwork]:
    def make(
        pretrained: bool = False,
        pretrained_cfg: Mapping[str, Any] | PretrainedCfg | str | None = None,
        pretrained_cfg_overlay: Mapping[str, Any] | None = None,
        cache_dir: str | Path | None = None,  # noqa: ARG001, nothing is fetched
        drop_rate: float | None = None,
        global_pool: str = "avg",
        **settings: Any,
    ) -> TransCNN | FeatureNetwork:
        if global_pool != "avg":
            raise ChoiceError(field="global_pool", value=global_pool, allowed="avg")
        if isinstance(pretrained_cfg, str):
            allowed = "names without a tag"
            raise ChoiceError(field="model", value=f"{name}.{pretrained_cfg}", allowed=allowed)
        if drop_rate is not None:
            settings["dropout"] = drop_rate
        weights = _file(pretrained_cfg, pretrained_cfg_overlay) if pretrained else None
        return create_model(name, pretrained=weights or pretrained, **settings)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"{name}, see `transcnn.create_model`."
    return make


def _file(cfg: Any, overlay: Mapping[str, Any] | None) -> str | None:
    """A weight file that the caller names; None for the included weights."""
    given = cfg.to_dict() if isinstance(cfg, PretrainedCfg) else cfg
    named = {**(given if isinstance(given, Mapping) else {}), **(overlay or {})}
    file: str | None = named.get("file")
    return file


for _name in NAMES:
    setattr(sys.modules[__name__], _name, register_model(_entrypoint(_name)))
