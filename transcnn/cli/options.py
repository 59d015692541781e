"""Options that several commands share, and printing of JSON."""

import functools
import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict, TypeVar, cast

import click

from transcnn import threads as threading
from transcnn.devices import PRECISIONS
from transcnn.engines import ENGINES, Engine, need_engine
from transcnn.errors import ChoiceError, FolderError

FILE = click.Path(path_type=Path)
Command = TypeVar("Command", bound=Callable[..., Any])

model = click.option(
    "--model",
    metavar="NAME",
    help="The network; `models` lists them. [default: the one of --weights, else transcnn_lite0]",
)
network = click.option(
    "--model",
    default="transcnn_lite0",
    show_default=True,
    metavar="NAME",
    help="The network; `models` lists them.",
)
weights = click.option(
    "--weights",
    metavar="FILE",
    type=FILE,
    help="A weight file, which may name its network and classes. [default: the included weights]",
)

_RESIZES = {
    "crop": "resize the shorter side, then crop the centre",
    "squash": "resize to a square",
    "pad": "resize the longer side, and fill a square with gray",
    "whole": "keep the image's shape, the shorter side at --size",
}


def _resize(*names: str) -> Callable[[Command], Command]:
    return click.option(
        "--resize",
        type=click.Choice(names),
        default="crop",
        show_default=True,
        help=f"{'; '.join(f'{name}: {_RESIZES[name]}' for name in names)}.",
    )


resize = _resize("crop", "squash", "pad")
resize_any = _resize(*_RESIZES)
size = click.option(
    "--size",
    metavar="PX",
    type=int,
    help="Side that images are resized to. [default: that the network was trained with]",
)
limit = click.option("--limit", type=int, metavar="N", help="Use at most N images, evenly spaced.")
out_folder = click.option(
    "--out",
    metavar="DIR",
    type=FILE,
    default=Path("runs"),
    show_default=True,
    help="Folder to write to.",
)
resume = click.option("--resume", is_flag=True, help="Resume from the checkpoint in --out.")


def _check_threads(_context: click.Context, _option: click.Parameter, given: int | None) -> Any:
    if given is not None and given < 1:
        raise ChoiceError(field="threads", value=given, allowed="1 or more")
    return given


def _use_threads(default: int | None) -> Callable[..., None]:
    """A person's own OMP_NUM_THREADS goes before `default`."""

    def use(context: click.Context, option: click.Parameter, given: int | None) -> None:
        count = _check_threads(context, option, given)
        if count is None and threading.COUNT not in os.environ:
            count = default
        if count is not None:
            threading.use(count)

    return use


def _threads(
    default: str, callback: Callable[..., Any], expose: bool
) -> Callable[[Command], Command]:
    return click.option(
        "--threads",
        metavar="N",
        type=int,
        callback=callback,
        expose_value=expose,
        help=f"Number of threads to compute with. [default: {default}]",
    )


threads = _threads("all cores", _use_threads(None), expose=False)
threads_for_one_image = _threads(
    "1, which other programs slow down least", _use_threads(1), expose=False
)
parallel_batches = _threads("all cores", _check_threads, expose=True)


class On(TypedDict):
    """Where a classifier computes, and in which precision: its arguments."""

    device: str
    dtype: str


device = click.option(
    "--device",
    metavar="NAME",
    default="auto",
    show_default=True,
    help="Device to compute on: cpu, cuda, cuda:N or mps; auto takes CUDA, then MPS, else the CPU.",
)


def on_device(command: Command) -> Command:
    """`--device` and `--precision`, together as the argument `on`."""

    @functools.wraps(command)
    def called(*arguments: Any, device: str, precision: str, **rest: Any) -> Any:
        return command(*arguments, on=On(device=device, dtype=precision), **rest)

    with_precision = click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        default=PRECISIONS[0],
        show_default=True,
        help="Precision of products and convolutions; sums and weights have 32 bits.",
    )(called)
    return device(with_precision)  # type: ignore[return-value]


training_precision = click.option(
    "--precision",
    type=click.Choice(PRECISIONS[:2]),
    help="Precision of products and convolutions. [default: the recipe's]",
)


def _check_engine(_context: click.Context, _option: click.Parameter, given: str) -> Engine | None:
    """None for torch. Raises MissingExtra before any work."""
    if given == "torch":
        return None
    engine = cast("Engine", given)
    need_engine(engine)
    return engine


engine = click.option(
    "--engine",
    callback=_check_engine,
    type=click.Choice(["torch", *ENGINES]),
    default="torch",
    show_default=True,
    help="What computes the network; others than torch compute plain predictions only, on the CPU.",
)


def with_engine(on: On, engine: Engine | None) -> On:
    """Where a classifier computes that is given `engine`: other engines than torch have the CPU.

    Raises ChoiceError where something else was asked for.
    """
    if engine is None:
        return on
    for field, value, allowed in (
        ("device", on["device"], ("auto", "cpu")),
        ("precision", on["dtype"], ("float32",)),
    ):
        if value not in allowed:
            raise ChoiceError(field=field, value=value, allowed=f"{allowed[-1]} with {engine}")
    return On(device="cpu", dtype="float32")


as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON value; docs/json.md lists its keys."
)
CHANGE = (
    "Change of the images: none, gray:S or cutmix:S. The fraction S of their 32-pixel squares, "
    "chosen by file name, becomes gray or the same square of another image."
)


def minutes(default: str) -> Callable[[Command], Command]:
    """The option `--minutes`; without it training lasts for `default`."""
    help_text = f"Train for M minutes. [default: {default}]"
    return click.option("--minutes", metavar="M", type=float, help=help_text)


def check_minutes(given: float | None) -> None:
    """Raises ChoiceError for no time at all."""
    if given is not None and given <= 0:
        raise ChoiceError(field="minutes", value=given, allowed="numbers above 0")


def ending(out: Path | None, allowed: tuple[str, ...]) -> str | None:
    """The suffix of `out` in lower case; None without a name.

    Called before any work. Raises ChoiceError for a suffix that is not allowed and FolderError
    where the folder does not exist or `out` itself is a folder.
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
    """Row and column from the text "Y,X". Raises ChoiceError for anything else."""
    found = re.fullmatch(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*", text)
    if found is None:
        raise ChoiceError(field="token", value=text, allowed="Y,X such as 18,32")
    return int(found[1]), int(found[2])


def print_json(value: Any) -> None:
    """Print JSON; NaN, such as the end of an interval that is not defined, becomes null."""
    click.echo(json.dumps(_without_nan(value), indent=1))


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value
