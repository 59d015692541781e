"""All that a run keeps of a batch of pictures: one pass of the network for each case."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from transcnn.analysis.appearance import appearance
from transcnn.analysis.attending import attending
from transcnn.analysis.errors.table import CASES, TOP
from transcnn.classifier import Classifier
from transcnn.errors import PictureError
from transcnn.model.hooks import Hooks
from transcnn.pictures import decode, prepare
from transcnn.pictures.changes import CELL, GRAY, Change, apply_change, cover
from transcnn.pictures.prepare import Resize
from transcnn.runs.labelled import Item
from transcnn.runs.measured import Broken, CaseAnswer, Measured

Pixels = NDArray[np.uint8]
HIDDEN = 0.2  # the share of the board's cells that "most_read" and "random" turn gray
THUMB = 112  # pixels of the longer side


@dataclass(frozen=True)
class Prepared:
    """A picture as the network sees it, with what is kept of its file."""

    item: Item
    pixels: Pixels  # [S, S, 3]
    digest: str
    size: tuple[int, int]
    thumbnail: bytes


def prepare_item(item: Item, size: int, resize: Resize) -> Prepared | Broken:
    """The picture of `item` at the network's input `size`, or why it cannot be read."""
    try:
        picture = decode(item.path.read_bytes())
    except PictureError as error:
        return Broken(item.name, str(error))
    except OSError as error:
        return Broken(item.name, f"{error.strerror}.")
    except ValueError:  # as a zero byte in its name
        return Broken(item.name, "No file can be called so.")
    pixels, _ = prepare(picture, size, resize)
    return Prepared(item, pixels, picture.digest, picture.size, _thumbnail(picture.image))


def _thumbnail(image: Image.Image) -> bytes:
    file = io.BytesIO()
    scale = THUMB / max(image.size)
    sides = [max(1, round(side * scale)) for side in image.size]  # a line stays to be seen
    image.resize((sides[0], sides[1])).save(file, "JPEG", quality=80)
    return file.getvalue()


def measure(classifier: Classifier, pictures: Sequence[Prepared]) -> list[Measured]:
    """Answer a batch of one or more pictures in every case, in their order."""
    pixels = np.stack([p.pixels for p in pictures])
    hooks = Hooks()
    with torch.inference_mode():
        logits = {"on": classifier.model(classifier.normalise(pixels), hooks)}
        habits = attending(classifier.model, hooks.records, (pixels.shape[1], pixels.shape[2]))
    for name in ("off", "uniform"):
        logits[name] = classifier.logits(pixels, classifier.intervention(name))
    for name in CASES[3:]:
        changed = [
            _hide(p.pixels, name, p.item.name, np.array(h.received).reshape(h.board))
            for p, h in zip(pictures, habits, strict=True)
        ]
        logits[name] = classifier.logits(np.stack(changed))
    return [
        Measured(
            p.item.name,
            p.digest,
            p.size,
            p.thumbnail,
            {
                name: _answer(classifier, values[i], p.item.labels)
                for name, values in logits.items()
            },
            appearance(p.pixels, p.size[0] * p.size[1] / 1e6) | habits[i].numbers,
            habits[i],
        )
        for i, p in enumerate(pictures)
    ]


def _hide(pixels: Pixels, case: str, name: str, received: NDArray[np.float64]) -> Pixels:
    """The picture with the cells of a case gray, see `CASES`.

    `received` [rows, columns] is how much the places of the network's board are read; a cell of
    the picture counts as the place that holds it.
    """
    if case == "random":
        change = Change("gray", HIDDEN)
        return apply_change(pixels, change, name, 0, 1, lambda _: pixels)
    board = (pixels.shape[0] // CELL, pixels.shape[1] // CELL)
    if case == "edge":
        inside = {(y, x) for y in range(1, board[0] - 1) for x in range(1, board[1] - 1)}
        cells = [cell for cell in np.ndindex(board) if cell not in inside]
    else:
        count = round(HIDDEN * board[0] * board[1])
        sides = zip(board, received.shape, strict=True)
        spread = received[np.ix_(*(np.arange(cells) * places // cells for cells, places in sides))]
        order = np.argsort(-spread, axis=None, kind="stable")[:count]
        cells = [divmod(int(i), board[1]) for i in order]
    return cover(pixels, cells, lambda row, column: GRAY)  # noqa: ARG005


def _answer(classifier: Classifier, logits: Tensor, labels: tuple[int, ...]) -> CaseAnswer:
    probabilities = logits.softmax(0)
    order = logits.argsort(descending=True, stable=True)
    right = classifier.places_of(labels)
    ranks = [int((order == place).nonzero()[0]) for place in right]
    return CaseAnswer(
        tuple((classifier.names[i].index, float(probabilities[i])) for i in order[:TOP].tolist()),
        float(probabilities[right].sum()),
        min(ranks),
    )
