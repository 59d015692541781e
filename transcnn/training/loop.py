"""The steps of a run, as events. Prints nothing."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

from transcnn.distributed import world_size
from transcnn.model.network import TransCNN
from transcnn.training.batches import Batches
from transcnn.training.classification import ClassifierTraining
from transcnn.training.recipe import Recipe
from transcnn.training.schedule import Length
from transcnn.training.state import B, Snapshot, TrainingState

SAVE_EVERY_S = 150.0


@dataclass(frozen=True)
class Stepped:
    """A step is done. `parts` are the objectives without their weights, on this process; NaN where
    the batch says nothing of one."""

    step: int
    progress: float  # of the run, 0 to 1
    loss: float
    parts: dict[str, float]
    learning_rate: float
    pictures: int  # of all processes
    seconds: float
    waited: float  # of the seconds, for images


@dataclass(frozen=True)
class Ended:
    """The run is saved: finished, or stopped to be resumed."""

    step: int
    finished: bool


Event = Stepped | Snapshot | Ended


def train(
    recipe: Recipe,
    model: TransCNN,
    batches: Batches,
    out: Path,
    *,
    length: Length,
    resume: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
    device: torch.device = torch.device("cpu"),  # noqa: B008 (never changed)
) -> Iterator[Event]:
    """Train the classifier `model` as the recipe says, see `run`."""
    state = ClassifierTraining(recipe, model, batches, out, device)
    yield from run(state, length=length, resume=resume, should_stop=should_stop)


def run(
    state: TrainingState[B],
    *,
    length: Length,
    resume: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Train, and write checkpoints, weights and snapshots into the state's folder.

    With `resume` the run continues from the checkpoint there; CheckpointError if there is none.
    `should_stop` is called after every step. Where torch.distributed is set up, every process
    calls this and gradients are shared.
    """
    step, seconds = state.resume() if resume else (0, 0.0)
    progress = length.progress(step, seconds)
    if not resume:
        yield from state.snapshot(step, -1, progress)
    saved = time.monotonic()
    stop = False
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(state.batch, step, progress)
        while progress < 1 and not stop:
            began = time.monotonic()
            batch = coming.result()
            waited = time.monotonic() - began
            coming = maker.submit(state.batch, step + 1, length.after(step, progress))
            rate = state.recipe.rate(progress)
            loss, parts = state.step(batch, rate)
            step += 1
            took = time.monotonic() - began
            seconds, stop = _agree(seconds + took, should_stop(), state.device)
            before, progress = progress, length.progress(step, seconds)
            images = state.images(batch) * world_size()
            yield Stepped(step, progress, loss, parts, rate, images, took, waited)
            yield from state.snapshot(step, before, progress)
            if time.monotonic() - saved > SAVE_EVERY_S:
                state.save(step, seconds, progress)
                saved = time.monotonic()
    state.save(step, seconds, progress)
    yield Ended(step, finished=progress >= 1)


def _agree(seconds: float, stop: bool, device: torch.device) -> tuple[float, bool]:
    """The longest time of all processes, and whether any is to stop: they end together."""
    if not dist.is_initialized():
        return seconds, stop
    both = Tensor([seconds, float(stop)]).to(device)
    dist.all_reduce(both, op=dist.ReduceOp.MAX)
    return float(both[0]), bool(both[1])
