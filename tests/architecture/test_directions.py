"""Imports go one way, and the check of that would notice if they did not."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.repository import PACKAGE, ROOT, syntax

LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder):
    return subprocess.run(
        [LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path):
    """The package and its contracts, to be broken."""
    shutil.copytree(PACKAGE, tmp_path / "transcnn", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_keep_to_the_contracts():
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout
    assert "Contracts: 3 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("pictures/prepare.py", "import transcnn.classifier", "data flows one way"),
        ("model/config.py", "import transcnn.pictures", "data flows one way"),  # strangers
        ("cli/main.py", "import transcnn.ui", "data flows one way"),
        ("analysis/reading.py", "import streamlit", "only ui draws with streamlit and plotly"),
        ("ui/explore.py", "import captum.attr", "only explain imports captum"),
        ("explain/rollout.py", "import plotly", "only ui draws with streamlit and plotly"),
        ("newcomer.py", "import os", "data flows one way"),  # which has no place in the layers
    ],
)
def test_the_check_would_notice_an_import_against_the_arrows(copy, file, line, contract):
    with (copy / "transcnn" / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    done = lint(copy)

    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout or "newcomer" in done.stdout


@pytest.mark.parametrize(("contract", "free"), [(1, "transcnn.ui"), (2, "transcnn.explain")])
def test_the_contracts_name_every_module(contract, free):
    """The layers are exhaustive by themselves; the lists of who may not import what are not."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    forbidden = contracts["tool"]["importlinter"]["contracts"][contract]["source_modules"]
    modules = {path.stem for path in PACKAGE.iterdir() if path.suffix in ("", ".py")}

    found = {f"transcnn.{name}" for name in modules if not name.startswith("__")}

    assert set(forbidden) == found - {free}


@pytest.mark.parametrize(
    "path", [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))], ids=lambda path: path.name
)
def test_pages_only_compose(path):
    """A page has no arithmetic and no words of its own; it calls the app's parts."""
    imported = set()
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)

    allowed = ("transcnn.ui", "transcnn.classifier", "transcnn.analysis", "transcnn.figures")
    assert imported
    assert all(name.startswith((*allowed, "streamlit")) for name in imported)
    assert len(path.read_text(encoding="utf-8").splitlines()) < 40
