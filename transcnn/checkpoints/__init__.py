"""Weight files: the shipped ones and their origin, loading ours and the authors'.

Names are loaded on first use: the catalogue alone costs no torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transcnn.checkpoints.authors import from_authors
    from transcnn.checkpoints.catalogue import Shipped, check_shipped, shipped, shipped_names
    from transcnn.checkpoints.create import create_model
    from transcnn.checkpoints.files import load

_HOMES = {
    "Shipped": "catalogue",
    "check_shipped": "catalogue",
    "create_model": "create",
    "from_authors": "authors",
    "load": "files",
    "shipped": "catalogue",
    "shipped_names": "catalogue",
}

__all__ = [
    "Shipped",
    "check_shipped",
    "create_model",
    "from_authors",
    "load",
    "shipped",
    "shipped_names",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"transcnn.checkpoints.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'transcnn.checkpoints' has no attribute {name!r}")
