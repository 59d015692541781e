"""Computing the rest of a stored run, for a classifier or a detector; Ctrl-C leaves it to be
resumed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from transcnn.cli.interrupted import Interrupted
from transcnn.cli.processes import of_first
from transcnn.cli.progress import progress_bar
from transcnn.threads import use

if TYPE_CHECKING:
    from transcnn.runs.run import Done
    from transcnn.runs.run_file import RunFile

Item = TypeVar("Item")


def compute_rest(
    names: Sequence[str],
    here: Mapping[str, Item],
    compute: Callable[[list[Item], int, Callable[[], bool]], "Iterator[Done]"],
    processes: int,
    threads: int | None,
) -> None:
    """Compute the images `names`, as the first process has them; each process finds its own files
    of these `here`. `compute` gets the images, how many batches at a time, and whether to stop."""
    remaining = [here[name] for name in of_first(list(names))]
    use(1)  # for each of the batches that are computed at the same time
    cores = threads or max(1, (os.cpu_count() or 1) // processes)
    with Interrupted() as interrupted, progress_bar() as show:
        for done in compute(remaining, cores, lambda: interrupted.yes):
            show("measuring", done.progress.done, done.progress.of)


def exit_code(store: "RunFile[Any]") -> int:
    """0 for a complete run; for one that was stopped 130, and how it resumes."""
    progress = store.progress()
    if progress.finished:
        return 0
    message = f"Stopped after {progress.done} of {progress.of}; the same command resumes."
    click.echo(message, err=True)
    return 130
