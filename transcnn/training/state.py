"""What training changes: weights, statistics, their average, the optimiser; written and read."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from transcnn.devices import computing_in
from transcnn.distributed import rank
from transcnn.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from transcnn.training.optimiser import Optimiser
from transcnn.training.schedule import Schedule
from transcnn.training.trained import Trained


@dataclass(frozen=True)
class Snapshot:
    """The weights after `step` steps, a fraction `share` of the run, are in `file`."""

    step: int
    share: float
    file: Path


B = TypeVar("B")
"""A batch: whatever a kind of training is given at a step."""


class TrainingState(ABC, Generic[B]):
    """A run of any kind in the folder `out`. Only process 0 writes.

    `network` is what is trained, on `device`; `student` is what a step calls, which shares the
    gradients where torch.distributed is set up. `slower` says by which factor of the recipe's rate
    a weight learns.
    """

    def __init__(
        self,
        recipe: Schedule,
        network: Trained,
        out: Path,
        device: torch.device,
        slower: Callable[[str], float] = lambda key: 1.0,  # noqa: ARG005
    ) -> None:
        self.recipe, self.out, self.device = recipe, out, device
        self.student = DistributedDataParallel(network) if dist.is_initialized() else network
        self.learning = network.learning()
        self.changing = self.learning | network.statistics()
        self.average = {key: value.detach().clone() for key, value in self.changing.items()}
        self.optimiser = Optimiser(self.learning, recipe, slower)
        self.done = 0  # steps

    @abstractmethod
    def batch(self, step: int, progress: float) -> B:
        """What this process is given at a step; called from another thread than the rest."""

    @abstractmethod
    def images(self, batch: B) -> int:
        """How many images a batch has."""

    @abstractmethod
    def loss(self, batch: B, rate: float) -> tuple[Tensor, Mapping[str, Tensor]]:
        """What the step makes smaller, and the parts that it is made of: the same at each step, NaN
        where a batch says nothing of one."""

    @abstractmethod
    def write(self, step: int, progress: float, path: Path, snapshot: bool) -> None:
        """Write the averaged network into a weight file."""

    def precision(self) -> AbstractContextManager[object]:
        return computing_in(self.recipe.precision, self.device)

    def decay(self) -> float:
        """How much of the moving average remains at this step."""
        return self.recipe.average

    def step(self, batch: B, rate: float) -> tuple[float, dict[str, float]]:
        """One step at the learning rate `rate`: its loss, and the parts of it."""
        loss, parts = self.loss(batch, rate)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learning.values(), self.recipe.clip)
        self.optimiser.step(rate)
        with torch.no_grad():
            for key, value in self.changing.items():
                self.average[key].lerp_(value, 1 - self.decay())
        self.done += 1
        return loss.item(), {name: part.item() for name, part in parts.items()}

    def resume(self) -> tuple[int, float]:
        """Continue from the checkpoint in `out`: the step and the seconds until then.

        Raises CheckpointError if there is none, or one of another recipe.
        """
        kept = load_checkpoint(self.out / "checkpoint.pt", asdict(self.recipe))
        with torch.no_grad():
            for key, value in self.changing.items():
                value.copy_(kept.changing[key])
                self.average[key].copy_(kept.average[key])
        self.optimiser.load_state_dict(kept.optimiser)
        self.done = kept.step
        return kept.step, kept.seconds

    def save(self, step: int, seconds: float, progress: float) -> None:
        if rank() != 0:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        changing = {key: value.detach() for key, value in self.changing.items()}
        state = (changing, self.average, self.optimiser.state_dict())
        kept = Checkpoint(asdict(self.recipe), step, seconds, progress, *state)
        save_checkpoint(kept, self.out / "checkpoint.pt")
        self.write(step, progress, self.out / "weights.safetensors", snapshot=False)

    def snapshot(self, step: int, before: float, after: float) -> Iterator[Snapshot]:
        """Write what the run trains if it has just passed one of the recipe's snapshot times."""
        passed = [share for share in self.recipe.snapshots if before < share <= after]
        if passed and rank() == 0:
            path = self.out / "snapshots" / f"{passed[-1]:.3f}.safetensors"
            self.write(step, after, path, snapshot=True)
            yield Snapshot(step, passed[-1], path)
