"""Where the repository is, and which files it has."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "transcnn"

_MADE = {
    *("__pycache__", ".venv", ".git", ".site", "build", "dist", "node_modules"),
    "expected.json",
}


def files(folder=ROOT):
    """All files that are kept, caches and environments left out."""
    for path in sorted(folder.iterdir()):
        if path.name in _MADE or path.name.endswith((".egg-info", "_cache", ".hypothesis")):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def syntax(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
