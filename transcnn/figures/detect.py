"""Detections and the attention of a token in one of them, as a figure and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.detection.differences import Difference, compare_detections
from transcnn.analysis.detection.inside import attention_inside, token_at
from transcnn.detection.objects import Detected, Detection
from transcnn.figures.attention import attention_row, where_text
from transcnn.figures.detections import draw_detections
from transcnn.figures.drawing import Drawing, stacked
from transcnn.figures.sheet import Sheet, drawing
from transcnn.figures.table import to_csv, zero_based
from transcnn.pictures import DecodedPicture
from transcnn.pictures.geometry import Box
from transcnn.trace.trace import Trace
from transcnn.words.translator import Translator

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Query:
    """The query token (row, column) of a block of a trace, all from 0."""

    trace: Trace
    stage: int
    block: int
    token: tuple[int, int]


def draw_detect(
    t: Translator,
    picture: DecodedPicture,
    runs: Mapping[str, Detected],
    names: Sequence[str],
    *,
    threshold: float,
    query: Query | None,
    pixels: Pixels,
) -> Drawing:
    """The image with the boxes (and masks) of each run, by what the runs are called, and below what
    the query token attends to on the network's input `pixels` [rows, columns, 3].

    `names` are the network's classes, as in `draw_detections`.
    """
    drawings = [
        draw_detections(t, picture, detected, names, model=run, threshold=threshold)
        for run, detected in runs.items()
    ]
    if query is not None:
        where = (query.stage, query.block, query.token, None)
        title = t("figures.title", model=query.trace.model, what=where_text(t, *where))
        row = attention_row(t, t("figures.attention"), query.trace, pixels, *where)
        drawings.append(drawing(Sheet(title, (row,), t("figures.detect_limit"))))
    return stacked(drawings[0].title, drawings)


def mask_on(photo: Pixels, one: Detection) -> NDArray[np.bool_] | None:
    """The pixels [rows, columns] of a photo of the image that belong to a detection; None where
    it has no mask."""
    if one.mask is None:
        return None
    whole = one.mask.pixels()
    at = [
        (np.arange(shown) * side // shown)
        for shown, side in zip(photo.shape[:2], whole.shape, strict=True)
    ]
    found: NDArray[np.bool_] = whole[at[0]][:, at[1]]
    return found


DETECTION_COLUMNS = (
    "run",
    *zero_based("detection"),
    *("class", "score", "left_px", "top_px", "width_px", "height_px", "mask_px"),
    *("fate", "original detection (0-based)", "iou"),
)


def detections_csv(runs: Mapping[str, Detected], classes: Sequence[str]) -> str:
    """Every detection of every run, the original "on" first, with what became of it there: a box
    of the original that vanished is a row without numbers of its own."""
    original = runs["on"].detections
    rows = []
    for name, detected in runs.items():
        for change in compare_detections(original, detected.detections):
            rows.append((name, *_change_row(change, original, detected.detections, classes)))
    return to_csv(DETECTION_COLUMNS, rows)


def _change_row(
    change: Difference,
    before: Sequence[Detection],
    after: Sequence[Detection],
    classes: Sequence[str],
) -> tuple[object, ...]:
    ends = (change.fate, "" if change.before is None else change.before, change.iou)
    if change.after is None:
        assert change.before is not None
        return ("", classes[before[change.before].label], *[""] * 6, *ends)
    one = after[change.after]
    mask = "" if one.mask is None else one.mask.area
    return (change.after, classes[one.label], one.score, *one.box.xywh, mask, *ends)


INSIDE_COLUMNS = (
    *zero_based("stage", "block", "query row", "query column", "level"),
    *("share_inside", "uniform_share_inside", "times_uniform"),
)


def inside_csv(trace: Trace, box: Box, x: float, y: float) -> str:
    """How much attention stays inside `box`, at every level of every block, mean of the heads:
    of the token that covers the position x, y of the image."""
    rows = []
    for block in trace.blocks:
        token = token_at(block, trace.crop, x, y)
        for reading in trace.read(block.stage, block.block, token):
            found = attention_inside(reading, box)
            multiple = "" if found.multiple is None else found.multiple
            where = (block.stage, block.block, *token, reading.level)
            rows.append((*where, found.share, found.uniform, multiple))
    return to_csv(INSIDE_COLUMNS, rows)
