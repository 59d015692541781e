"""Answering all pictures of a stored run, batch by batch, as events.

Where torch.distributed is set up, every process takes its share of each round and process 0 writes:
the others need no access to its disk, so they may run on other machines that have the same
pictures.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch.distributed as dist

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.pictures.prepare import Resize
from transcnn.runs.labelled import Item
from transcnn.runs.measure import Prepared, measure, prepare_item
from transcnn.runs.measured import Broken, Measured
from transcnn.runs.store import Progress, Settings, Store, begin

BATCH = 16


@dataclass(frozen=True)
class Done:
    """A batch is stored. `rate` is pictures a second since this run of the command began."""

    progress: Progress
    rate: float

    @property
    def left_s(self) -> float:
        """Seconds that the rest will take at this rate."""
        return (self.progress.of - self.progress.done) / self.rate


def begin_run(path: Path, classifier: Classifier, items: Sequence[Item], resize: Resize) -> Store:
    """The run at `path` of these pictures, begun now or to be gone on with.

    Raises OtherRun if it is of other pictures or settings, ChoiceError for a network whose
    attention has no levels, or that lacks a class of the pictures.
    """
    if not classifier.config.has_levels:
        allowed = "networks with H-MHSA, for its statistics"
        raise ChoiceError(field="model", value=classifier.config.name, allowed=allowed)
    classifier.places_of([label for item in items for label in item.labels])
    listing = "\n".join(f"{i.name} {i.labels} {i.source} {i.tags}" for i in items)
    digest = hashlib.sha256(listing.encode(errors="surrogateescape")).hexdigest()
    settings = Settings(classifier.config.name, classifier.weights_sha256, resize, digest)
    return begin(path, settings, items)


def answer_run(
    store: Store | None,
    classifier: Classifier,
    items: Sequence[Item],
    resize: Resize,
    workers: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Done]:
    """Answer `items`, those that remain of `store`'s run; `should_stop` is asked after each batch.

    So many `workers` answer a batch each at the same time, stored when it is done; with one thread
    of torch for each of them that keeps as many cores busy.

    With torch.distributed all processes call this alike; only process 0 has the `store`, and the
    others yield nothing.
    """
    rank, processes = _processes()
    mine = items[rank::processes]
    starts = list(range(0, -(-len(items) // processes), BATCH))  # as many rounds for every process
    began, done = time.monotonic(), 0

    def answer(start: int) -> list[Measured | Broken]:
        return _answer(classifier, mine[start : start + BATCH], resize)

    with ThreadPoolExecutor(workers) as pool:
        waiting = iter(starts)
        computing = {pool.submit(answer, start) for start in islice(waiting, workers)}
        while computing:
            finished, computing = wait(computing, return_when=FIRST_COMPLETED)
            one = finished.pop()
            computing |= finished  # one batch a round, as the other processes do
            results = _gather(one.result())
            if store is not None:
                store.add(results)
                done += len(results)
                yield Done(store.progress(), done / (time.monotonic() - began))
            if _agree(should_stop()):
                waiting = iter(())  # what is being answered is stored yet
            computing |= {pool.submit(answer, start) for start in islice(waiting, 1)}


def _answer(
    classifier: Classifier, items: Sequence[Item], resize: Resize
) -> list[Measured | Broken]:
    found = [prepare_item(item, classifier.config.input.size, resize) for item in items]
    readable = [p for p in found if isinstance(p, Prepared)]
    broken = [p for p in found if isinstance(p, Broken)]
    return [*(measure(classifier, readable) if readable else ()), *broken]


def _processes() -> tuple[int, int]:
    return (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)


def _gather(results: list[Measured | Broken]) -> list[Measured | Broken]:
    """The results of all processes on process 0."""
    if not dist.is_initialized():
        return results
    everybody: list[list[Measured | Broken] | None] | None = None
    if dist.get_rank() == 0:
        everybody = [None] * dist.get_world_size()
    dist.gather_object(results, everybody)
    return [result for part in everybody or [] for result in part or []]


def _agree(stop: bool) -> bool:
    """Whether any process is to stop: they end together."""
    if not dist.is_initialized():
        return stop
    answers: list[bool] = [False] * dist.get_world_size()
    dist.all_gather_object(answers, stop)
    return any(answers)
