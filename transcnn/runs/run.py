"""Computing all images of a stored run, batch by batch, as events; classifying them.

Where torch.distributed is set up, every process takes its share of each round and process 0 writes:
the others need no access to its disk and may run on other machines that have the same images.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import torch.distributed as dist

from transcnn.classifier import Classifier
from transcnn.distributed import rank, world_size
from transcnn.errors import ChoiceError
from transcnn.pictures.prepare import Resize
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measure import Prepared, measure, prepare_item
from transcnn.runs.measured import Broken, Measured
from transcnn.runs.run_file import Result, RunFile, RunProgress
from transcnn.runs.store import Settings, Store, begin

BATCH = 16

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT", bound=Result)


@dataclass(frozen=True)
class Done:
    """A batch is stored. `rate` is images per second since this call began."""

    progress: RunProgress
    rate: float

    @property
    def left_s(self) -> float:
        """Estimated seconds for the remaining images."""
        return (self.progress.of - self.progress.done) / self.rate


def begin_run(
    path: Path, classifier: Classifier, items: Sequence[LabelledPicture], resize: Resize
) -> Store:
    """The run of these images at `path`, new or to be resumed.

    Raises OtherRun if it has other images or settings, ChoiceError for a network whose attention
    has no levels or that lacks a class of the images.
    """
    if not classifier.config.has_levels:
        allowed = "networks with H-MHSA"
        raise ChoiceError(field="model", value=classifier.config.name, allowed=allowed)
    classifier.outputs_of([label for item in items for label in item.labels])
    listing = "\n".join(f"{i.name} {i.labels} {i.source} {i.tags}" for i in items)
    digest = hashlib.sha256(listing.encode(errors="surrogateescape")).hexdigest()
    own = classifier.classes.own
    settings = Settings(
        classifier.config.name,
        classifier.weights_sha256,
        resize,
        digest,
        "" if own is None else json.dumps(own, ensure_ascii=False),
    )
    return begin(path, settings, items)


def classify_run(
    store: Store | None,
    classifier: Classifier,
    items: Sequence[LabelledPicture],
    resize: Resize,
    workers: int,
    should_stop: Callable[[], bool] = lambda: False,
    batch: int = BATCH,
) -> Iterator[Done]:
    """Classify `items`, the remaining ones of `store`'s run, as `compute_run` does."""

    def classify(some: Sequence[LabelledPicture]) -> list[Measured | Broken]:
        return _classify(classifier, some, resize)

    return compute_run(store, items, classify, workers, should_stop, batch)


def compute_run(
    store: RunFile[ResultT] | None,
    items: Sequence[ItemT],
    compute: Callable[[Sequence[ItemT]], list[ResultT | Broken]],
    workers: int,
    should_stop: Callable[[], bool],
    batch: int,
) -> Iterator[Done]:
    """Store what `compute` makes of `items`, the remaining ones of `store`'s run; asks
    `should_stop` after each `batch`.

    `workers` threads compute a batch each at the same time; with one torch thread each they keep
    as many cores busy. With torch.distributed every process calls this; only process 0 has the
    `store`, and the others yield nothing.
    """
    processes = world_size()
    mine = items[rank() :: processes]
    starts = list(range(0, -(-len(items) // processes), batch))  # as many rounds for every process
    began, done = time.monotonic(), 0

    def compute_from(start: int) -> list[ResultT | Broken]:
        return compute(mine[start : start + batch])

    with ThreadPoolExecutor(workers) as pool:
        waiting = iter(starts)
        computing = {pool.submit(compute_from, start) for start in islice(waiting, workers)}
        while computing:
            finished, computing = wait(computing, return_when=FIRST_COMPLETED)
            one = finished.pop()
            computing |= finished  # one batch per round, in step with the other processes
            results = _gather(one.result())
            if store is not None:
                store.add(results)
                done += len(results)
                yield Done(store.progress(), done / (time.monotonic() - began))
            if _agree(should_stop()):
                waiting = iter(())  # batches in progress are still stored
            computing |= {pool.submit(compute_from, start) for start in islice(waiting, 1)}


def _classify(
    classifier: Classifier, items: Sequence[LabelledPicture], resize: Resize
) -> list[Measured | Broken]:
    found = [prepare_item(item, classifier.config.input.size, resize) for item in items]
    readable = [p for p in found if isinstance(p, Prepared)]
    broken = [p for p in found if isinstance(p, Broken)]
    return [*(measure(classifier, readable) if readable else ()), *broken]


def _gather(results: list[ResultT | Broken]) -> list[ResultT | Broken]:
    """The results of all processes on process 0."""
    if not dist.is_initialized():
        return results
    everybody: list[list[ResultT | Broken] | None] | None = None
    if rank() == 0:
        everybody = [None] * world_size()
    dist.gather_object(results, everybody)
    return [result for part in everybody or [] for result in part or []]


def _agree(stop: bool) -> bool:
    """Whether any process is to stop, so that all end together."""
    if not dist.is_initialized():
        return stop
    answers: list[bool] = [False] * world_size()
    dist.all_gather_object(answers, stop)
    return any(answers)
