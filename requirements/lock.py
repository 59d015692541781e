"""Writes the lock: every version, and the sha256 of each of its files, for all systems and Pythons.

    make lock                            # what pyproject.toml has changed; the rest stays
    make lock UPGRADE=--upgrade          # everything as new as it is allowed
    make lock UPGRADE='--upgrade-package NAME'

app.txt     what `transcnn[app]` needs, and what builds the package
test.txt    what the tests need, too: the versions of app.txt, and more
cuda.txt    what the registry's PyTorch, for NVIDIA's GPUs, needs besides on Linux
supply.txt  this command and `make audit`
../requirements.txt  app.txt without sums, for hosts that install the folder itself, which has none
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent

# The first Python 3.11 that all of the tests' packages accept.
OLDEST = "3.11.5"

HEADER = "# Written by `make lock` from pyproject.toml.\n"
_OF_CUDA = re.compile("(nvidia-|cuda-|triton==)")
_ALL = ["pyproject.toml", "--group", "build", "--extra"]
_INPUT = {
    "test": [*_ALL, "all", "--extra", "test"],
    "app": [*_ALL, "app", "--constraint", "requirements/test.txt"],
    "supply": ["--group", "supply"],
}


def main(options: list[str]) -> None:
    """Write all files; `options` go to uv."""
    locked = {name: _resolve(name, arguments, options) for name, arguments in _INPUT.items()}
    cuda = [entry for entry in locked["test"] if _OF_CUDA.match(entry)]
    for name, entries in {**locked, "cuda": cuda}.items():
        kept = [entry for entry in entries if name == "cuda" or not _OF_CUDA.match(entry)]
        _write(HERE / f"{name}.txt", HEADER + "".join(kept))
    _write(ROOT / "requirements.txt", without_sums((HERE / "app.txt").read_text(encoding="utf-8")))


def without_sums(lock: str) -> str:
    """requirements.txt: the versions of `lock`, and this folder."""
    versions = re.findall(r"^([\w.-]+==[^\\\n]*?) *\\?$", lock, re.MULTILINE)
    return "\n".join([f"{HEADER}.", *versions, ""])


def _resolve(name: str, arguments: list[str], options: list[str]) -> list[str]:
    """The entries that uv finds, each with its sums; those of the present file where they fit."""
    file = HERE / f"{name}.txt"
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    cuda = HERE / "cuda.txt"
    if name == "test" and cuda.is_file():
        before += cuda.read_text(encoding="utf-8")
    if before:
        _write(file, before)
    uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    uv += ["--no-python-downloads", "--python-version", OLDEST, "--only-binary", ":all:"]
    uv += ["--generate-hashes", "--no-header", "--no-annotate", "--output-file", str(file)]
    subprocess.run([*uv, *arguments, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return re.findall(r"^\S.*\n(?:[ ].*\n)*", file.read_text(encoding="utf-8"), re.MULTILINE)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
