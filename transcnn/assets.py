"""Where the shipped files are: weights, class names, sample pictures, and the app's entrance."""

from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).resolve().parent

# Beside the package in a checkout, inside it in an installed wheel.
FOLDER = _HERE / "_assets" if (_HERE / "_assets").is_dir() else _HERE.parent / "assets"

# The folder of app.py, pages/ and .streamlit/, likewise.
APP = _HERE / "_app" if (_HERE / "_app").is_dir() else _HERE.parent


def snapshots() -> Path | None:
    """The folder of networks along their training: in a checkout its own, else that of the package
    transcnn-snapshots; None where that is not installed."""
    checkout = _HERE.parent / "packages" / "snapshots" / "transcnn_snapshots"
    if checkout.is_dir():
        return checkout
    spec = find_spec("transcnn_snapshots")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent
