"""A network as a file for other programs: ONNX, or torch's own exported program (pt2).

The file takes images [batch, 3, height, width] in float32, normalised as the network's training
images were, and gives logits. What it was made of and how to normalise is written in it.
"""

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.export import Dim, ExportedProgram

from transcnn.classifier import Classifier
from transcnn.errors import ExportDiffers
from transcnn.files import replacing, write_file
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

Dynamic = Literal["none", "batch", "size"]
DYNAMIC: tuple[Dynamic, ...] = ("none", "batch", "size")
FORMATS = ("onnx", "pt2")
SIDES = (33, 2048)  # with --dynamic size: from two tokens at the last stage on
LARGEST_BATCH = 1024
TOLERANCE = 1e-4  # of the largest logit
_FACTS = "transcnn"


def export(classifier: Classifier, out: Path, size: int, dynamic: Dynamic) -> None:
    """Write the network to `out`, whose suffix is one of FORMATS, for images of `size` pixels.

    `dynamic`: only for one image of this size; "batch" for any number of them; "size" also for
    any height and width within SIDES.
    """
    program = _trace(classifier, size, dynamic)
    facts = json.dumps(_facts(classifier), ensure_ascii=False)
    if out.suffix == ".pt2":
        file = io.BytesIO()
        with _quiet():
            torch.export.save(program, file, extra_files={_FACTS: facts})
        write_file(out, file.getvalue())
        return
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # packages that nothing here needs
    with _quiet():
        onnx = torch.onnx.export(
            program, dynamo=True, input_names=["images"], output_names=["logits"], verbose=False
        )
    assert onnx is not None
    onnx.model.metadata_props[_FACTS] = facts
    with replacing(out) as part:
        onnx.save(str(part))


def check(classifier: Classifier, out: Path, size: int, dynamic: Dynamic) -> float:
    """The largest difference of the file's logits from the network's, over sample images.

    It is a fraction of the largest logit. The file is run by onnxruntime or torch, with several
    batches and sizes where it takes them. Raises ExportDiffers beyond TOLERANCE.
    """
    run = (_open_onnx if out.suffix == ".onnx" else _open_pt2)(out)
    batches = (1,) if dynamic == "none" else (1, 3)
    shapes = [(count, size, size) for count in batches]
    if dynamic == "size":
        shapes += [(2, size + 32, size), (1, size - 3, size + 45), (1, *SIDES[:1] * 2)]
    largest = 0.0
    for count, height, width in shapes:
        x = _sample_images(classifier, count)
        x = torch.nn.functional.interpolate(x, (height, width), mode="bilinear")
        with torch.inference_mode():
            wanted = classifier.model(x)
        apart = float((run(x) - wanted).abs().max() / wanted.abs().max())
        largest = max(largest, apart if np.isfinite(apart) else np.inf)
    if largest > TOLERANCE:
        raise ExportDiffers(file=out, apart=f"{largest:.1e}", allowed=f"{TOLERANCE:.0e}")
    return largest


def _trace(classifier: Classifier, size: int, dynamic: Dynamic) -> ExportedProgram:
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
            classifier.model,
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


def _facts(classifier: Classifier) -> dict[str, Any]:
    config = classifier.config
    return {
        "model": config.name,
        "weights_sha256": classifier.weights_sha256,
        "mean": list(config.input.mean),
        "scale": list(config.input.scale),
        "classes": [answer.label for answer in classifier.classes.names],
    }


def _sample_images(classifier: Classifier, count: int) -> Tensor:
    data = [sample.path.read_bytes() for sample in samples()[:count]]
    size = classifier.config.input.size
    return classifier.normalise(np.stack([prepare(decode(one), size)[0] for one in data]))


def _open_pt2(file: Path) -> Callable[[Tensor], Tensor]:
    with _quiet():
        module = torch.export.load(file).module()

    def run(x: Tensor) -> Tensor:
        with torch.inference_mode():
            logits: Tensor = module(x)
        return logits

    return run


def _open_onnx(file: Path) -> Callable[[Tensor], Tensor]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return lambda x: torch.from_numpy(session.run(None, {"images": x.contiguous().numpy()})[0])
