"""Pictures a second in training, with each speed-up left out in turn: `python -m
tests.training.pace [SIDE ...]`.

One process on one core; all cases take turns, so a machine that is busy slows them alike.
"""

import os
import statistics
import sys
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from transcnn.benchmark import interleave
from transcnn.model.network import TransCNN, build, normalise
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.training.network import Student, TrainingHooks
from transcnn.training.recipes.nano import DISTILLED

BATCH = 32  # of each of two processes
KERNELS_5 = {"kernels": (5, 5, 5, 5)}
ROUNDS, WARM_UP = 9, 2
AS_IT_IS = "as the recipe trains"


class Fused(Student):
    """Without taps attention is computed by torch's fused kernel."""

    def forward(self, x: Tensor, hooks: TrainingHooks) -> Tensor:  # noqa: ARG002
        return self.model(x)


class Explicit(Student):
    """As a run does it: with taps, by an explicit softmax."""

    def forward(self, x: Tensor, hooks: TrainingHooks) -> Tensor:
        return self.model(x, hooks)


def stepping(
    model: TransCNN,
    make: Callable[[], Tensor],
    student: type[Student] = Explicit,
    bfloat16: bool = True,
    memory: torch.memory_format = torch.channels_last,
) -> Callable[[], None]:
    """One step of a run of its own: pictures, forward, backward, AdamW."""
    network = student(model).to(memory_format=memory)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4)
    classes = torch.arange(BATCH) % model.config.classes

    def step() -> None:
        x = make().contiguous(memory_format=memory)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            logits = network(x, TrainingHooks())
        optimiser.zero_grad()
        F.cross_entropy(logits.float(), classes).backward()
        optimiser.step()

    return step


def cases(side: int) -> dict[str, Callable[[], object]]:
    """The steps at pictures of `side` pixels, each beside the first in one thing."""
    files = [sample.path.read_bytes() for sample in samples()]
    files = [files[i % len(files)] for i in range(BATCH)]
    model = build(DISTILLED.model)
    decoded = np.stack([prepare(decode(data), side)[0] for data in files])

    def ready() -> Tensor:
        return normalise(decoded, model.config.input)

    def from_files() -> Tensor:
        return normalise(
            np.stack([prepare(decode(data), side)[0] for data in files]), model.config.input
        )

    return {
        AS_IT_IS: stepping(model, ready),
        "pictures decoded at every step": stepping(model, from_files),
        "float32 in place of bfloat16": stepping(model, ready, bfloat16=False),
        "channels first": stepping(model, ready, memory=torch.contiguous_format),
        "fused attention kernel": stepping(model, ready, student=Fused),
        "depthwise kernels of 5": stepping(build(DISTILLED.model, **KERNELS_5), ready),
    }


def main() -> None:
    torch.set_num_threads(1)
    kept = "kept" if "MALLOC_TRIM_THRESHOLD_" in os.environ else "given back"
    print(f"torch {torch.__version__}, one thread, {BATCH} pictures a step, memory {kept}\n")
    print("| | pixels | pictures/s | times as fast as the recipe |")
    print("|---|---:|---:|---:|")
    for side in map(int, sys.argv[1:] or ["64", "128"]):
        seconds = interleave(cases(side), ROUNDS, WARM_UP)
        for name, taken in seconds.items():
            pace = BATCH / statistics.median(taken)
            pairs = zip(seconds[AS_IT_IS], taken, strict=True)
            ratio = statistics.median(mine / other for mine, other in pairs)
            print(f"| {name} | {side} | {pace:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
