"""Installs what is locked: python requirements/install.py app (or test, or supply).

Every file is compared with its sum, nothing is built, and nothing comes that is not listed.
A PyTorch that is there in the locked version is left as it is, and its build without CUDA is taken
where pip knows an address or a folder that has it: it is a tenth of the other's size.
"""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
_PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def install(name: str, if_there: bool = False) -> None:
    """Install requirements/<name>.txt; with `if_there`, only where pip finds it."""
    how = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    pip = [*_PIP, *how, "--requirement", str(HERE / f"{name}.txt")]
    subprocess.run(pip, check=not if_there, capture_output=if_there)


def needs_cuda() -> bool:
    """Whether the PyTorch that is installed was built for NVIDIA's GPUs."""
    try:
        needed = importlib.metadata.requires("torch") or []
    except importlib.metadata.PackageNotFoundError:
        return False
    return any(one.startswith(("nvidia-", "cuda-")) for one in needed)


if __name__ == "__main__":
    try:
        if sys.argv[1] != "supply":
            install("cpu", if_there=True)
        install(sys.argv[1])
        if needs_cuda():
            install("cuda")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
