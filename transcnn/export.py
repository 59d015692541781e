"""A network as a file for other programs: ONNX, or torch's own exported program (pt2).

The file takes images [batch, 3, height, width] in float32, normalised as the network's training
images were, and gives logits; with attention, also the attention matrices of every level [batch,
heads, grids down, grids across, tokens, tokens]. Its metadata say what it was made of and how
images are normalised.
"""

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from transcnn.classifier import Classifier
from transcnn.engines import Run, describe, is_installed, open_engine
from transcnn.errors import ExportDiffers
from transcnn.files import replacing, write_file
from transcnn.model.hooks import HookPoint, Hooks
from transcnn.model.network import TransCNN
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

Dynamic = Literal["none", "batch", "size"]
DYNAMIC: tuple[Dynamic, ...] = ("none", "batch", "size")
FORMATS = ("onnx", "pt2")
SIDES = (33, 2048)  # with --dynamic size: from two tokens at the last stage on
LARGEST_BATCH = 1024
TOLERANCE = 1e-4  # of the largest logit, or attention weight
_FACTS = "transcnn"


@dataclass(frozen=True)
class Compared:
    """What an engine gives from the file, beside what the network gives.

    `apart` is the largest difference, as a fraction of the largest logit or attention weight.
    """

    engine: str  # with its version
    apart: float

    @property
    def agrees(self) -> bool:
        return self.apart <= TOLERANCE


class _WithAttention(nn.Module):
    """The network with its attention matrices as outputs after the logits."""

    def __init__(self, model: TransCNN) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        hooks = Hooks()
        logits = self.model(x, hooks)
        return (logits, *(hooks.records[point] for point in _attention_points(hooks)))


def output_names(classifier: Classifier, attention: bool) -> list[str]:
    """The outputs of a file in their order; stages, blocks and levels count from 1."""
    if not attention:
        return ["logits"]
    hooks = Hooks()
    with torch.inference_mode():
        classifier.model(sample_images(classifier, 1), hooks)
    return [
        "logits",
        *(
            f"attention_stage{p.stage + 1}_block{p.block + 1}_level{(p.level or 0) + 1}"
            for p in _attention_points(hooks)
        ),
    ]


def _module(classifier: Classifier, attention: bool) -> nn.Module:
    return _WithAttention(classifier.model) if attention else classifier.model


def _attention_points(hooks: Hooks) -> list[HookPoint]:
    return [point for point in hooks.records if point.name == "attention"]


def export(
    classifier: Classifier, out: Path, size: int, dynamic: Dynamic, attention: bool = False
) -> None:
    """Write the network to `out`, whose suffix is one of FORMATS, for images of `size` pixels.

    `dynamic`: "none" only for one image of this size; "batch" for any number of them; "size" also
    for any height and width within SIDES. With `attention` the attention matrices are outputs too.
    """
    names = output_names(classifier, attention)
    program = _trace(_module(classifier, attention), size, dynamic)
    facts = json.dumps(_facts(classifier, names), ensure_ascii=False)
    if out.suffix == ".pt2":
        file = io.BytesIO()
        with _quiet():
            torch.export.save(program, file, extra_files={_FACTS: facts})
        write_file(out, file.getvalue())
        return
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # packages that nothing here needs
    with _quiet():
        onnx = torch.onnx.export(
            program, dynamo=True, input_names=["images"], output_names=names, verbose=False
        )
    assert onnx is not None
    onnx.model.metadata_props[_FACTS] = facts
    with replacing(out) as part:
        onnx.save(str(part))


def check(
    classifier: Classifier, out: Path, size: int, dynamic: Dynamic, attention: bool = False
) -> tuple[Compared, ...]:
    """What each engine that is installed gives from the file, compared over sample images.

    A file of torch is run by torch; an ONNX file by onnxruntime, then by OpenVINO. Several batches
    and sizes are compared where the file takes them. Raises ExportDiffers where the first engine
    does not agree: then the file is wrong.
    """
    batches = (1,) if dynamic == "none" else (1, 3)
    shapes = [(count, size, size) for count in batches]
    if dynamic == "size":
        shapes += [(2, size + 32, size), (1, size - 3, size + 45), (1, *SIDES[:1] * 2)]
    compared = []
    for name, run in _runs(out):
        apart = largest_difference(classifier, run, shapes, attention)
        compared.append(Compared(describe(name), apart))
        if not compared[0].agrees:
            raise ExportDiffers(file=out, apart=f"{apart:.1e}", allowed=f"{TOLERANCE:.0e}")
    return tuple(compared)


def _runs(out: Path) -> Iterator[tuple[str, Run]]:
    if out.suffix == ".pt2":
        yield "torch", _open_pt2(out)
        return
    threads = torch.get_num_threads()
    yield "onnxruntime", open_engine("onnxruntime", out, threads)
    if is_installed("openvino"):
        yield "openvino", open_engine("openvino", out, threads)


def largest_difference(
    classifier: Classifier,
    run: Run,
    shapes: list[tuple[int, int, int]],
    attention: bool = False,
) -> float:
    """How far an engine's outputs are from the network's over sample images of `shapes` (count,
    height, width): the largest difference, as a fraction of the largest value of that output."""
    largest = 0.0
    module = _module(classifier, attention)
    for count, height, width in shapes:
        x = sample_images(classifier, count)
        x = torch.nn.functional.interpolate(x, (height, width), mode="bilinear")
        with torch.inference_mode():
            outputs = _as_list(module(x))
        for found, wanted in zip(run(x), outputs, strict=True):
            apart = float((found - wanted).abs().max() / wanted.abs().max())
            largest = max(largest, apart if np.isfinite(apart) else np.inf)
    return largest


def _as_list(outputs: Tensor | tuple[Tensor, ...]) -> list[Tensor]:
    return [outputs] if isinstance(outputs, Tensor) else list(outputs)


def _trace(module: nn.Module, size: int, dynamic: Dynamic) -> ExportedProgram:
    # Sizes that divide into no grids and differ, so that nothing holds of them by chance.
    height, width = (size + 13, size + 50) if dynamic == "size" else (size, size)
    x = torch.zeros(1 if dynamic == "none" else 2, 3, height, width)
    axes: dict[int, Any] = {}
    if dynamic != "none":
        axes[0] = Dim.DYNAMIC(min=1, max=LARGEST_BATCH)
    if dynamic == "size":
        axes |= {axis: Dim.DYNAMIC(min=SIDES[0], max=SIDES[1]) for axis in (2, 3)}
    with torch.no_grad(), _quiet():
        return torch.export.export(
            module,
            (x,),
            dynamic_shapes={"x": axes},
            strict=False,
            prefer_deferred_runtime_asserts_over_guards=True,
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What torch says here is about torch's own use of torch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _facts(classifier: Classifier, names: list[str]) -> dict[str, Any]:
    config = classifier.config
    return {
        "model": config.name,
        "weights_sha256": classifier.weights_sha256,
        "mean": list(config.input.mean),
        "scale": list(config.input.scale),
        "outputs": names,
        "classes": [answer.label for answer in classifier.classes.names],
    }


def sample_images(classifier: Classifier, count: int) -> Tensor:
    """The first `count` sample images as the network's input [count, 3, S, S]."""
    data = [sample.path.read_bytes() for sample in samples()[:count]]
    size = classifier.config.input.size
    return classifier.normalise(np.stack([prepare(decode(one), size)[0] for one in data]))


def _open_pt2(file: Path) -> Run:
    with _quiet():
        module = torch.export.load(file).module()

    def run(x: Tensor) -> list[Tensor]:
        with torch.inference_mode():
            return _as_list(module(x))

    return run
