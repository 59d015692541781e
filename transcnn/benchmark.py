"""Benchmark of a network, in ratios within one run.

All cases are run in turn, A B C A B C ..., after a warm-up, so that drifts of the machine's speed
affect all of them equally. Absolute times hold for this machine only; ratios are more general.
"""

import contextlib
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch

from transcnn.checkpoints import create_model
from transcnn.classifier import Classifier
from transcnn.devices import finish
from transcnn.model.hooks import Hooks
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.trace.interventions import Off

BASELINE = "baseline"
PREDICT = "predict, bytes to top-5"


@dataclass(frozen=True)
class Timing:
    """One case: milliseconds of its runs, and its speed-up over the baseline."""

    name: str
    median_ms: float
    quartiles_ms: tuple[float, float]
    speedup: float  # baseline's time over this one's, the median over the rounds


@dataclass(frozen=True)
class Benchmark:
    """All cases of one run, the machine, and the difference of the logits from the baseline's."""

    model: str
    machine: str
    threads: int
    where: str  # the device, and the precision of the fast network
    rounds: int
    timings: tuple[Timing, ...]
    logits_apart: float  # largest absolute difference
    busy_ratio: float  # time of `predict` beside one busy process over that of it alone
    backbone_ratio: float  # time of the whole network over that of its backbone


def run_benchmark(
    model: str, rounds: int = 30, warmup: int = 5, device: str = "auto", dtype: str = "float32"
) -> Benchmark:
    """Time `model` on one sample picture.

    Raises ChoiceError for a network without shipped weights.
    """
    classifier = Classifier(model, device=device, dtype=dtype)
    data = samples()[0].path.read_bytes()
    pixels, _ = prepare(decode(data), classifier.config.input.size)
    x = classifier.normalise(pixels[None])
    wait = partial(finish, classifier.device)
    nchw = x.contiguous()
    plain = create_model(model, "shipped").eval().to(classifier.device)

    def baseline() -> torch.Tensor:
        with torch.no_grad():
            return plain(nchw, Hooks(record=False))  # hooks use the explicit softmax

    def inferred(hooks: Hooks | None) -> torch.Tensor:
        with torch.inference_mode():
            return classifier.run(x, hooks)

    cases: dict[str, Callable[[], object]] = {
        BASELINE: baseline,
        "plain forward": lambda: inferred(None),
        "forward with hooks": lambda: inferred(Hooks()),
        "backbone only": lambda: inferred(Hooks(record=False, intervention=Off())),
        PREDICT: lambda: classifier.predict(data),
    }
    seconds = interleave(cases, rounds, warmup, wait)
    busy = f"{PREDICT}, beside one busy process"
    with busy_process():
        seconds |= interleave({busy: cases[PREDICT]}, rounds, warmup, wait)
    apart = (inferred(None) - baseline()).abs().max()
    pairs = zip(seconds["plain forward"], seconds["backbone only"], strict=True)
    return Benchmark(
        model,
        machine(),
        torch.get_num_threads(),
        f"{classifier.device}, {classifier.dtype}",
        rounds,
        timings(seconds, BASELINE),
        float(apart),
        statistics.median(seconds[busy]) / statistics.median(seconds[PREDICT]),
        statistics.median(whole / backbone for whole, backbone in pairs),
    )


def interleave(
    cases: dict[str, Callable[[], object]],
    rounds: int,
    warmup: int,
    wait: Callable[[], object] = lambda: None,
) -> dict[str, list[float]]:
    """Seconds of each case in each of `rounds`, all cases in turn; `warmup` rounds not counted.

    `wait` waits for a device that computes beside the program.
    """
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(warmup + rounds):
        for name, case in cases.items():
            start = time.perf_counter()
            case()
            wait()
            if number >= warmup:
                seconds[name].append(time.perf_counter() - start)
    return seconds


@contextlib.contextmanager
def busy_process() -> Iterator[None]:
    """Meanwhile another process keeps one core busy."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}"


def timings(seconds: dict[str, list[float]], baseline: str) -> tuple[Timing, ...]:
    """The cases that `interleave` ran, and how many times as fast as `baseline` each is."""
    return tuple(_timing(name, seconds[name], seconds[baseline]) for name in seconds)


def _timing(name: str, seconds: list[float], baseline: list[float]) -> Timing:
    low, median, high = statistics.quantiles(seconds, n=4)
    speedup = statistics.median(b / s for b, s in zip(baseline, seconds, strict=True))
    return Timing(name, 1000 * median, (1000 * low, 1000 * high), speedup)
