"""An image with occluded grids and the predictions on it, as a figure and as tables.

Functions and tables count from 0, as links and commands do; titles count from 1.
"""

from dataclasses import replace

import numpy as np

from transcnn.analysis.occlusion import LastLevelAttention, OcclusionResult, PredictionChange
from transcnn.figures.attention import scale_bar
from transcnn.figures.cells import Box, image_map, value_map
from transcnn.figures.scale import MULTIPLES
from transcnn.figures.sheet import Row, Sheet
from transcnn.figures.table import to_csv, zero_based
from transcnn.words.translator import Translator

Cell = tuple[int, int]

PREDICTION_COLUMNS = ("network", "image", "rank", "index", "label", "probability", "logit")
CELL_COLUMNS = (
    *zero_based("stage", "block", "query row", "query column"),
    "query occluded",
    *zero_based("row", "column"),
    *("occluded", "weight"),
)


def occlusion_sheet(
    t: Translator, model: str, hiding: OcclusionResult, stage: int, block: int, cell: Cell
) -> Sheet:
    """The occluded image, and what the merged token `cell` attends to at the last level of a
    block."""
    reading = next(r for r in hiding.readings if (r.stage, r.block) == (stage, block))
    rows, columns = hiding.own.shape
    side = len(hiding.pixels) / rows
    hidden = [(int(y), int(x)) for y, x in zip(*np.nonzero(~hiding.own), strict=True)]
    picture = image_map(
        t("figures.network_input"),
        hiding.pixels,
        (Box(cell[0] * side, cell[1] * side, side, side),),
        (round(side), round(side)),
    )
    multiples = _multiples(reading, cell, (rows, columns))
    board = replace(
        value_map(_kept(t, reading, cell), multiples, MULTIPLES),
        texts={y * columns + x: "×" for y, x in hidden if (y, x) != cell},
        boxes=(Box(*cell),),
    )
    predictions = t(
        "figures.occlusion_predictions",
        attention=_prediction(t, "figures.with_attention", hiding.with_attention),
        backbone=_prediction(t, "figures.backbone", hiding.backbone),
        occluded=t("figures.occluded", count=len(hidden), of=rows * columns),
    )
    return Sheet(
        t("figures.occlusion", model=model, stage=stage + 1, block=block + 1),
        (Row(predictions, (picture, board), (scale_bar(t("figures.times_uniform")),)),),
        t("figures.occlusion_limit", limit=t("view.limit")),
    )


def _multiples(reading: LastLevelAttention, cell: Cell, board: tuple[int, int]) -> np.ndarray:
    shares = reading.weights[cell[0] * board[1] + cell[1]]
    return (shares * shares.size).reshape(board)


def _kept(t: Translator, reading: LastLevelAttention, cell: Cell) -> str:
    grid = t("figures.attends", row=cell[0] + 1, column=cell[1] + 1)
    if reading.from_own is None:
        return t("figures.attends_nothing", grid=grid)
    return t("figures.attends_own", grid=grid, share=t.percent(reading.from_own, 0))


def _prediction(t: Translator, key: str, outcome: PredictionChange) -> str:
    now, before = (
        t(
            "figures.prediction",
            class_name=found.name.said_in(t.language),
            probability=t.percent(found.probability),
        )
        for found in (outcome.top[0], outcome.before[0])
    )
    return t(key, now=now, before=before)


def answers_csv(hiding: OcclusionResult) -> str:
    """The most likely classes of both networks, on the full image and on the occluded one."""
    rows = []
    for network, outcome in (
        ("with_attention", hiding.with_attention),
        ("backbone", hiding.backbone),
    ):
        for image, predictions in (("full", outcome.before), ("occluded", outcome.top)):
            for rank, one in enumerate(predictions, 1):
                name, numbers = one.name, (one.probability, one.logit)
                rows.append((network, image, rank, name.index, name.label, *numbers))
    return to_csv(PREDICTION_COLUMNS, rows)


def cells_csv(hiding: OcclusionResult) -> str:
    """What every merged token attends to, in the last level of every block."""
    grids = [(cell, int(not hiding.own[cell])) for cell in np.ndindex(hiding.own.shape)]
    rows = []
    for reading in hiding.readings:
        for i, (query, query_occluded) in enumerate(grids):
            for k, (key, occluded) in enumerate(grids):
                where = (reading.stage, reading.block, *query, query_occluded, *key, occluded)
                rows.append((*where, float(reading.weights[i, k])))
    return to_csv(CELL_COLUMNS, rows)
