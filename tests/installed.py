"""The package as a person installs it: a wheel, in an environment without the repository."""

import os
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]


def install(folder: Path) -> Path:
    """Build the wheel, install it into a new environment, and return that environment's Python.

    What the package depends on is taken from the environment of the tests.
    """
    wheel = build("wheel", ROOT, folder)
    venv = [sys.executable, "-m", "venv", "--without-pip", folder / "venv"]
    subprocess.run(venv, check=True, capture_output=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    where = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
    dependencies = "\n".join(site.getsitepackages())
    (Path(where) / "dependencies.pth").write_text(dependencies, encoding="utf-8")
    pip(python, "install", "--no-deps", "--no-index", wheel)
    return python


def build(kind: str, source: Path, folder: Path) -> Path:
    """The `wheel` or `sdist` of the project in `source`, made in `folder`."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder]
    before = set(folder.iterdir())
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = set(folder.iterdir()) - before
    return made


def pip(python: Path, *arguments: str | Path) -> None:
    """Run pip for the environment of `python`."""
    command = [sys.executable, "-m", "pip", "--quiet", "--python", python, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environment())


def environment() -> dict[str, str]:
    """That of the tests, without what would lead to the repository."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
