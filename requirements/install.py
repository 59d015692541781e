"""Installs what is locked: python requirements/install.py app (or test, or supply).

Every file is compared with its sum, nothing is built, and nothing comes that is not listed.
A PyTorch that is there in the locked version is left as it is: on Linux its build without CUDA, a
tenth of the registry's size, is had by installing it before.
"""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
_PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def install(name: str) -> None:
    """Install requirements/<name>.txt."""
    how = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    pip = [*_PIP, *how, "--requirement", str(HERE / f"{name}.txt")]
    subprocess.run(pip, check=True)


def needs_cuda() -> bool:
    """Whether the PyTorch that is installed was built for NVIDIA's GPUs."""
    try:
        needed = importlib.metadata.requires("torch") or []
    except importlib.metadata.PackageNotFoundError:
        return False
    return any(one.startswith(("nvidia-", "cuda-")) for one in needed)


if __name__ == "__main__":
    try:
        install(sys.argv[1])
        if needs_cuda():
            install("cuda")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
