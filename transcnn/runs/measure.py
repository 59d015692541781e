"""All that a run stores of a batch of images: one pass of the network for each case."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from transcnn.analysis.appearance import appearance
from transcnn.analysis.attention_statistics import attention_statistics
from transcnn.analysis.errors.table import CASES, TOP
from transcnn.classifier import Classifier
from transcnn.devices import on_cpu
from transcnn.errors import PictureError
from transcnn.model.hooks import Hooks
from transcnn.pictures import DecodedPicture, prepare, read_picture
from transcnn.pictures.changes import CELL, GRAY, Change, Pixels, apply_change, cover
from transcnn.pictures.prepare import Resize
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measured import Broken, CasePrediction, Measured

OCCLUDED = 0.2  # the fraction of the cells that "most_read" and "random" cover with gray
THUMB = 112  # pixels of the longer side


@dataclass(frozen=True)
class Prepared:
    """An image as the network sees it, with what is stored of its file."""

    item: LabelledPicture
    pixels: Pixels  # [S, S, 3]
    digest: str
    size: tuple[int, int]
    thumbnail: bytes


def prepare_item(item: LabelledPicture, size: int, resize: Resize) -> Prepared | Broken:
    """The image of `item` at the network's input `size`, or why it cannot be read."""
    picture = decode_item(item.name, item.path)
    if isinstance(picture, Broken):
        return picture
    pixels, _ = prepare(picture, size, resize)
    return Prepared(item, pixels, picture.digest, picture.size, thumbnail(picture.image, THUMB))


def decode_item(name: str, path: Path) -> DecodedPicture | Broken:
    """The image called `name` in a run, or why its file cannot be read."""
    try:
        return read_picture(path)
    except PictureError as error:
        return Broken(name, str(error))
    except OSError as error:
        return Broken(name, f"{error.strerror}.")
    except ValueError:  # such as a zero byte in its name
        return Broken(name, "No file can have this name.")


def thumbnail(image: Image.Image, longer: int) -> bytes:
    """A JPEG whose longer side has `longer` pixels."""
    file = io.BytesIO()
    scale = longer / max(image.size)
    sides = [max(1, round(side * scale)) for side in image.size]  # a line stays visible
    image.resize((sides[0], sides[1])).save(file, "JPEG", quality=80)
    return file.getvalue()


def measure(classifier: Classifier, pictures: Sequence[Prepared]) -> list[Measured]:
    """Classify a batch of one or more images in every case, in their order."""
    pixels = np.stack([p.pixels for p in pictures])
    hooks = Hooks()
    with torch.inference_mode():
        logits = {"on": on_cpu(classifier.run(classifier.normalise(pixels), hooks))}
        records = {point: value.float() for point, value in hooks.records.items()}
        statistics = attention_statistics(
            classifier.model, records, (pixels.shape[1], pixels.shape[2])
        )
    for name in ("off", "uniform"):
        logits[name] = classifier.logits(pixels, classifier.intervention(name))
    for name in CASES[3:]:
        changed = [
            _occlude(p.pixels, name, p.item.name, np.array(a.received).reshape(a.grid))
            for p, a in zip(pictures, statistics, strict=True)
        ]
        logits[name] = classifier.logits(np.stack(changed))
    return [
        Measured(
            p.item.name,
            p.digest,
            p.size,
            p.thumbnail,
            {
                name: _prediction(classifier, values[i], p.item.labels)
                for name, values in logits.items()
            },
            appearance(p.pixels, p.size[0] * p.size[1] / 1e6) | statistics[i].numbers,
            statistics[i],
        )
        for i, p in enumerate(pictures)
    ]


def _occlude(pixels: Pixels, case: str, name: str, received: NDArray[np.float64]) -> Pixels:
    """The image with the cells of a case gray, see `CASES`.

    `received` [rows, columns] is the attention that the merged tokens of the last level receive; a
    cell of the image counts as the merged token that holds it.
    """
    if case == "random":
        change = Change("gray", OCCLUDED)
        return apply_change(pixels, change, name, 0, 1, lambda _: pixels)
    grid = (pixels.shape[0] // CELL, pixels.shape[1] // CELL)
    if case == "edge":
        inside = {(y, x) for y in range(1, grid[0] - 1) for x in range(1, grid[1] - 1)}
        cells = [cell for cell in np.ndindex(grid) if cell not in inside]
    else:
        count = round(OCCLUDED * grid[0] * grid[1])
        sides = zip(grid, received.shape, strict=True)
        spread = received[np.ix_(*(np.arange(cells) * tokens // cells for cells, tokens in sides))]
        order = np.argsort(-spread, axis=None, kind="stable")[:count]
        cells = [divmod(int(i), grid[1]) for i in order]
    return cover(pixels, cells, lambda row, column: GRAY)  # noqa: ARG005


def _prediction(classifier: Classifier, logits: Tensor, labels: tuple[int, ...]) -> CasePrediction:
    probabilities = logits.softmax(0)
    order = logits.argsort(descending=True, stable=True)
    true = classifier.outputs_of(labels)
    ranks = [int((order == output).nonzero()[0]) for output in true]
    return CasePrediction(
        tuple((classifier.names[i].index, float(probabilities[i])) for i in order[:TOP].tolist()),
        float(probabilities[true].sum()),
        min(ranks),
    )
