"""Options that several commands share, and JSON as it is printed."""

import json
import math
import re
from pathlib import Path
from typing import Any

import click

from transcnn.errors import ChoiceError, FolderError

FILE = click.Path(path_type=Path)

model = click.option("--model", default="transcnn_lite0", show_default=True, help="See `models`.")
weights = click.option(
    "--weights", type=FILE, help="A weight file of ours; without it, the shipped weights."
)
resize = click.option(
    "--resize", type=click.Choice(["crop", "squash"]), default="crop", show_default=True
)
limit = click.option("--limit", type=int, help="Only so many pictures, evenly spaced.")
threads = click.option("--threads", type=int, help="Threads that torch uses.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON (keys in the README).")


def use_threads(count: int | None) -> None:
    """Let torch use so many threads; ChoiceError below 1."""
    if count is None:
        return
    if count < 1:
        raise ChoiceError(field="threads", value=count, allowed="1 or more")
    import torch

    torch.set_num_threads(count)


def ending(out: Path | None, allowed: tuple[str, ...]) -> str | None:
    """How the name `out` ends, in lower case; None without a name.

    To be asked before any work: ChoiceError where no such file is written, FolderError where there
    is no folder to write it into or it is one itself.
    """
    if out is None:
        return None
    if out.suffix.lower() not in allowed:
        named = ", ".join(allowed)
        raise ChoiceError(field="out", value=str(out), allowed=f"names that end in {named}")
    if not out.parent.is_dir():
        raise FolderError(folder=out.parent, reason="there is no such folder")
    if out.is_dir():
        raise FolderError(folder=out, reason="it is a folder")
    return out.suffix.lower()


def parse_token(text: str) -> tuple[int, int]:
    """Row and column written as Y,X; ChoiceError for anything else."""
    found = re.fullmatch(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*", text)
    if found is None:
        raise ChoiceError(field="token", value=text, allowed="Y,X such as 18,32")
    return int(found[1]), int(found[2])


def print_json(value: Any) -> None:
    """What is no number, such as the end of an interval that cannot be told, is null."""
    click.echo(json.dumps(_without_nan(value), indent=1))


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value
