"""Weight files: what ships and where it comes from, reading files of ours and of the authors."""

from transcnn.checkpoints.authors import from_authors
from transcnn.checkpoints.catalogue import Shipped, check_shipped, shipped, shipped_names
from transcnn.checkpoints.create import create_model
from transcnn.checkpoints.files import load

__all__ = [
    "Shipped",
    "check_shipped",
    "create_model",
    "from_authors",
    "load",
    "shipped",
    "shipped_names",
]
