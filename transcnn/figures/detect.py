"""Detections and the attention of a token in one of them, as a figure and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.detection.differences import Difference, compare_detections
from transcnn.analysis.detection.inside import attention_inside, token_at
from transcnn.detection.objects import Detected, Detection
from transcnn.figures.attention import attention_row, where_text
from transcnn.figures.cells import Box, CellMap
from transcnn.figures.sheet import Row, Sheet
from transcnn.figures.table import to_csv, zero_based
from transcnn.pictures.geometry import Box as Area
from transcnn.trace.trace import Trace
from transcnn.words.translator import Translator

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class DetectionPanel:
    """An image with detections, each with a text such as its class and score."""

    name: str
    detected: Detected
    texts: Sequence[str]


@dataclass(frozen=True)
class Query:
    """The query token (row, column) of a block of a trace, all from 0."""

    trace: Trace
    stage: int
    block: int
    token: tuple[int, int]


def detect_sheet(
    t: Translator,
    panels: Sequence[DetectionPanel],
    photo: Pixels,
    query: Query | None,
    pixels: Pixels,
) -> Sheet:
    """The `photo` with the boxes (and masks) of each panel, then what the query token attends to on
    the network's input `pixels`; both images are [rows, columns, 3] of the whole image."""
    rows = [Row(t("figures.detected"), tuple(_panel(one, photo) for one in panels))]
    if query is None:
        return Sheet(t("figures.detected"), tuple(rows), "")
    where = (query.stage, query.block, query.token, None)
    what = where_text(t, *where)
    rows.append(attention_row(t, what, query.trace, pixels, *where))
    title = t("figures.title", model=query.trace.model, what=t("figures.detected"))
    return Sheet(title, tuple(rows), t("figures.detect_limit"))


def _panel(panel: DetectionPanel, photo: Pixels) -> CellMap:
    rows, columns = photo.shape[:2]
    across, down = (
        shown / side for shown, side in zip((columns, rows), panel.detected.size, strict=True)
    )
    boxes, texts = [], {}
    taken: list[tuple[int, int]] = []
    line = max(rows, columns) // 22  # the height of a text on the sheet
    for one, text in zip(panel.detected.detections, panel.texts, strict=True):
        left, top = one.box.left * across, one.box.top * down
        wide, tall = (one.box.right * across - left, one.box.bottom * down - top)
        boxes.append(Box(top, left, tall, wide))
        at = (round(top) + line // 2, min(columns - 1, round(left + wide / 2)))
        while any(abs(at[0] - y) < line and abs(at[1] - x) < 6 * line for y, x in taken):
            at = (at[0] + line, at[1])  # below a text that is there already
        taken.append(at)
        cell = min(rows - 1, at[0]) * columns + at[1]
        while cell in texts:  # at the lower edge
            cell -= 1
        texts[cell] = text
    image = photo
    for one in panel.detected.detections:
        image = _with_mask(image, one)
    return CellMap(
        panel.name,
        rows,
        columns,
        boxes=tuple(boxes),
        texts=texts,
        image=image,
        lines=None,
    )


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


def _with_mask(photo: Pixels, one: Detection) -> Pixels:
    """The photo, lighter where the detection is."""
    mask = mask_on(photo, one)
    if mask is None:
        return photo
    lighter = photo // 2 + np.uint8(127)
    return np.where(mask[..., None], lighter, photo)


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
    left, top, right, bottom = one.box
    size = (left, top, right - left, bottom - top)
    mask = "" if one.mask is None else one.mask.area
    return (change.after, classes[one.label], one.score, *size, mask, *ends)


INSIDE_COLUMNS = (
    *zero_based("stage", "block", "query row", "query column", "level"),
    *("share_inside", "uniform_share_inside", "times_uniform"),
)


def inside_csv(trace: Trace, box: Area, x: float, y: float) -> str:
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
