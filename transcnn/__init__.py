"""TransCNN: hierarchical self-attention in a convolutional network, to look at and to check.

    model = transcnn.create_model("transcnn_lite0", weights="shipped")
    clf = transcnn.Classifier("transcnn_lite0")
    clf.predict("photo.jpg").top[0].name.label           # what it recognises
    trace = clf.trace("photo.jpg")                       # what every H-MHSA did, frozen
    trace.read(stage=0, block=0, token=(18, 32))         # what a token attends to, level by level

Nothing is loaded before it is used: `import transcnn` costs no torch.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from transcnn.checkpoints import create_model, from_authors
    from transcnn.classifier import Classifier, Prediction
    from transcnn.model.variants import list_models
    from transcnn.trace import Trace

_HOMES = {
    "Classifier": "transcnn.classifier",
    "Prediction": "transcnn.classifier",
    "Trace": "transcnn.trace",
    "create_model": "transcnn.checkpoints",
    "from_authors": "transcnn.checkpoints",
    "list_models": "transcnn.model.variants",
}

__all__ = [
    "Classifier",
    "Prediction",
    "Trace",
    "create_model",
    "from_authors",
    "list_models",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'transcnn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
