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
    run = {"check": True, "capture_output": True}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, **run
    )
    (wheel,) = folder.glob("transcnn-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], **run)
    python = folder / "venv" / "bin" / "python"
    where = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
    (Path(where) / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], env=environment(), **run)
    return python


def environment() -> dict[str, str]:
    """That of the tests, without what would lead to the repository."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
