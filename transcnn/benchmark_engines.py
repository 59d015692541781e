"""Benchmark of the engines side by side: torch, torch.compile, onnxruntime and OpenVINO."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from transcnn.benchmark import Timing, interleave, timings
from transcnn.checkpoints.catalogue import shipped_names
from transcnn.classifier import Classifier
from transcnn.engine_files import open_checked
from transcnn.engines import ENGINES, describe, is_installed
from transcnn.export import sample_images

IMAGES = (1, 16)
THREADS = (1, 2)
TORCH = "torch"


@dataclass(frozen=True)
class Case:
    """One network on `images` images at a time, with `threads` threads."""

    model: str
    images: int
    threads: int
    timings: tuple[Timing, ...]  # torch first


def run_engines(rounds: int = 30, warmup: int = 3) -> Iterator[Case]:
    """Time every engine that is installed, in turn within each case; torch.compile where there is a
    C++ compiler, for each case anew, since it compiles for one shape and number of threads."""
    before = torch.get_num_threads()
    try:
        for name in shipped_names():
            classifier = Classifier(name, device="cpu")
            for threads in THREADS:
                torch.set_num_threads(threads)
                engines = _engines(classifier)
                for images in IMAGES:
                    x = sample_images(classifier, images)
                    seconds = interleave(
                        {engine: _on(run, x) for engine, run in engines.items()}, rounds, warmup
                    )
                    yield Case(name, images, threads, timings(seconds, TORCH))
    finally:
        torch.set_num_threads(before)


def _engines(classifier: Classifier) -> dict[str, Callable[[Tensor], object]]:
    """The engines with torch's present number of threads."""
    engines: dict[str, Callable[[Tensor], object]] = {TORCH: classifier.model}
    if shutil.which("g++") is not None:
        torch.compiler.reset()
        engines["torch.compile"] = torch.compile(classifier.model, dynamic=False)
    for engine in ENGINES:
        if is_installed(engine):
            engines[describe(engine)] = open_checked(classifier, engine)
    return engines


def _on(run: Callable[[Tensor], object], x: Tensor) -> Callable[[], object]:
    def case() -> object:
        with torch.inference_mode():
            return run(x)

    return case
