"""The steps of a run, as events. Prints nothing; only process 0 writes."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import update_bn

from transcnn.checkpoints.description import Description
from transcnn.checkpoints.save import save_weights
from transcnn.devices import computing_in, on_cpu
from transcnn.distributed import rank, world_size
from transcnn.model.network import TransCNN, normalise
from transcnn.training.batches import Batch, Batches
from transcnn.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from transcnn.training.network import (
    BranchStudent,
    Outputs,
    Student,
    TrainingHooks,
    TunedStudent,
    soft_target_outputs,
)
from transcnn.training.objectives import DistillationBatch, total
from transcnn.training.optimiser import Optimiser
from transcnn.training.recipe import Recipe

SAVE_EVERY_S = 150.0
STATISTICS_BATCHES = 8


@dataclass(frozen=True)
class Stepped:
    """A step is done. `parts` are the objectives without their weights, on this process."""

    step: int
    progress: float  # of the run, 0 to 1
    loss: float
    parts: dict[str, float]
    learning_rate: float
    pictures: int  # of all processes
    seconds: float
    waited: float  # of the seconds, for images


@dataclass(frozen=True)
class Snapshot:
    """The weights after `step` steps, a fraction `share` of the run, are in `file`."""

    step: int
    share: float
    file: Path


@dataclass(frozen=True)
class Ended:
    """The run is saved: finished, or stopped to be resumed."""

    step: int
    finished: bool


Event = Stepped | Snapshot | Ended


@dataclass(frozen=True)
class Length:
    """A run lasts for its recipe's steps, or for so many minutes of training if given."""

    steps: int
    minutes: float | None = None

    def progress(self, step: int, seconds: float) -> float:
        share = step / self.steps if self.minutes is None else seconds / (60 * self.minutes)
        return min(share, 1.0)

    def after(self, step: int, progress: float) -> float:
        """The progress after one more step, as far as it can be known before."""
        return progress if self.minutes is not None else self.progress(step + 1, 0)


def learning_rate(recipe: Recipe, progress: float) -> float:
    """Linear warm-up from 0; then a cosine to 0, or the same rate until the cool-down."""
    if progress < recipe.warm_up:
        return recipe.learning_rate * progress / recipe.warm_up
    if recipe.cool_down is not None:
        return recipe.learning_rate * min(1.0, (1 - progress) / recipe.cool_down)
    after = (progress - recipe.warm_up) / (1 - recipe.warm_up)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * after))


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
    """Train `model` as the recipe says and write checkpoints, weights and snapshots into `out`.

    With `resume` the run continues from the checkpoint in `out`; CheckpointError if there is none.
    `should_stop` is called after every step. Where torch.distributed is set up, every process
    calls this and gradients are shared.
    """
    run = _TrainingState(recipe, model, batches, out, device)
    step, seconds = 0, 0.0
    if resume:
        kept = load_checkpoint(out / "checkpoint.pt", asdict(recipe))
        run.restore(kept)
        step, seconds = kept.step, kept.seconds
    progress = length.progress(step, seconds)
    if not resume:
        yield from run.snapshot(step, -1, progress)
    saved = time.monotonic()
    stop = False
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(batches.make, step, progress)
        while progress < 1 and not stop:
            began = time.monotonic()
            batch = coming.result()
            waited = time.monotonic() - began
            coming = maker.submit(batches.make, step + 1, length.after(step, progress))
            rate = learning_rate(recipe, progress)
            loss, parts = run.step(batch, rate)
            step += 1
            took = time.monotonic() - began
            seconds, stop = _agree(seconds + took, should_stop(), device)
            before, progress = progress, length.progress(step, seconds)
            yield Stepped(
                step, progress, loss, parts, rate, len(batch.clean) * world_size(), took, waited
            )
            yield from run.snapshot(step, before, progress)
            if time.monotonic() - saved > SAVE_EVERY_S:
                run.save(step, seconds, progress)
                saved = time.monotonic()
    run.save(step, seconds, progress)
    yield Ended(step, finished=progress >= 1)


def _make_student(model: TransCNN, recipe: Recipe) -> Student:
    if recipe.start == "scratch":
        return Student(model)
    if recipe.start == "given":
        return TunedStudent(model, attention=recipe.learns == "attention")
    return BranchStudent(model)


class _TrainingState:
    """The state that training changes: weights, statistics, their average, the optimiser."""

    def __init__(
        self, recipe: Recipe, model: TransCNN, batches: Batches, out: Path, device: torch.device
    ) -> None:
        self.recipe, self.batches, self.out, self.device = recipe, batches, out, device
        self.whole, self.config = model.state_dict(), model.config
        self.network = _make_student(model, recipe).to(device)
        self.student = (
            DistributedDataParallel(self.network) if dist.is_initialized() else self.network
        )
        self.learning = self.network.learning()
        self.changing = self.learning | self.network.statistics()
        self.average = {key: value.detach().clone() for key, value in self.changing.items()}
        self.optimiser = Optimiser(self.learning, recipe)

    def precision(self) -> AbstractContextManager[object]:
        return computing_in(self.recipe.precision, self.device)

    def step(self, batch: Batch, rate: float) -> tuple[float, dict[str, float]]:
        config = self.network.model.config
        hooks = TrainingHooks(
            residual_drop=self.recipe.residual_drop * rate / self.recipe.learning_rate,
            input_drop=self.recipe.input_drop * rate / self.recipe.learning_rate,
            generator=torch.Generator().manual_seed(batch.seed),
        )
        seen = normalise(batch.seen.pixels, config.input, self.device)
        own = torch.from_numpy(batch.seen.own).to(self.device)
        with self.precision():
            batch_outputs = DistillationBatch(self.student(seen, hooks), self._targets(batch), own)
        loss, parts = total(batch_outputs, self.recipe.objectives)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learning.values(), self.recipe.clip)
        self.optimiser.step(rate)
        with torch.no_grad():
            for key, value in self.changing.items():
                self.average[key].lerp_(value, 1 - self.recipe.average)
        return loss.item(), {name: part.item() for name, part in parts.items()}

    def _targets(self, batch: Batch) -> Outputs:
        if isinstance(self.network, BranchStudent):
            clean = normalise(batch.clean, self.network.model.config.input, self.device)
            return self.network.teach(clean)
        assert batch.targets is not None  # checked by the recipe
        return soft_target_outputs(torch.from_numpy(batch.targets).to(self.device))

    def restore(self, kept: Checkpoint) -> None:
        with torch.no_grad():
            for key, value in self.changing.items():
                value.copy_(kept.changing[key])
                self.average[key].copy_(kept.average[key])
        self.optimiser.load_state_dict(kept.optimiser)

    def save(self, step: int, seconds: float, progress: float) -> None:
        if rank() != 0:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        changing = {key: value.detach() for key, value in self.changing.items()}
        save_checkpoint(
            Checkpoint(
                asdict(self.recipe),
                step,
                seconds,
                progress,
                changing,
                self.average,
                self.optimiser.state_dict(),
            ),
            self.out / "checkpoint.pt",
        )
        whole = {**self.whole, **self.averaged(step, progress)}
        save_weights(whole, self.out / "weights.safetensors", Description(self.config))

    def averaged(self, step: int, progress: float) -> dict[str, Tensor]:
        """The average of what is trained on the CPU, with statistics of its batch norms of its own.

        Those of the run belong to other weights, and to residuals that are left out.
        """
        if not self.network.statistics():
            return {key: on_cpu(value) for key, value in self.average.items()}
        model = copy.deepcopy(self.network.model)
        model.load_state_dict(self.average, strict=False)
        clean = (self.batches.make(step + i, progress).clean for i in range(STATISTICS_BATCHES))
        with self.precision():
            update_bn((normalise(x, self.config.input, self.device) for x in clean), model)
        own = model.state_dict()
        return {key: on_cpu(own[key]) for key in self.average}

    def snapshot(self, step: int, before: float, after: float) -> Iterator[Snapshot]:
        """Write what the run trains (the whole network or its H-MHSA) if it has just passed one of
        the recipe's snapshot times."""
        passed = [share for share in self.recipe.snapshots if before < share <= after]
        if passed and rank() == 0:
            name = f"{passed[-1]:.3f}.safetensors"
            others = {} if self.recipe.labels is None else self.whole
            path = self.out / "snapshots" / name
            averaged = self.averaged(step, after)
            save_weights({**others, **averaged}, path, Description(self.config))
            yield Snapshot(step, passed[-1], path)


def _agree(seconds: float, stop: bool, device: torch.device) -> tuple[float, bool]:
    """The longest time of all processes, and whether any is to stop: they end together."""
    if not dist.is_initialized():
        return seconds, stop
    both = Tensor([seconds, float(stop)]).to(device)
    dist.all_reduce(both, op=dist.ReduceOp.MAX)
    return float(both[0]), bool(both[1])
