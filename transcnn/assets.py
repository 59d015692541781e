"""Where the shipped files are: weights, class names, sample pictures, and the app's entrance."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent

# Beside the package in a checkout, inside it in an installed wheel.
FOLDER = _HERE / "_assets" if (_HERE / "_assets").is_dir() else _HERE.parent / "assets"

# The folder of app.py, pages/ and .streamlit/, likewise.
APP = _HERE / "_app" if (_HERE / "_app").is_dir() else _HERE.parent
