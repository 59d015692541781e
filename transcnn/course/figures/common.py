"""What the figures of several steps share."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from transcnn.course.ch1_attention import four, product_row
from transcnn.course.questions import Click, Draw
from transcnn.course.scene import Box, Place, Scene, Wide
from transcnn.course.steps import QUESTIONS
from transcnn.figures import cells
from transcnn.figures.cells import CellMap, Mark, Role, value_map
from transcnn.figures.figure import Figure, Table
from transcnn.figures.scale import (
    NORMS,
    OWN,
    VOTE_TOP,
    ColourScale,
    multiples_scale,
)
from transcnn.trace.trace import BlockTrace
from transcnn.words.translator import Translator

Draws = Callable[[Scene, Translator, bool], list[Figure]]


def own_scale(t: Translator) -> ColourScale:
    """From the least to the largest value of a map, as many maps are drawn."""
    return replace(OWN, titles=(t("course.own_least"), "", t("course.own_most")))


def amount_scale(t: Translator) -> ColourScale:
    """Root mean squares over the channels."""
    return replace(NORMS, titles=("", "", t("course.amount")))


def vote_scale(t: Translator, unit: str) -> ColourScale:
    """Signed contributions to a logit, in `unit`."""
    titles = (t("course.vote_against"), unit, t("course.vote_for"))
    return ColourScale("linear", VOTE_TOP, titles=titles)


def span(box: Box, role: Role = "query", dashed: bool = False) -> cells.Box:
    """A rectangle of cells, given by its first and last row and column."""
    top, left, bottom, right = box
    return cells.Box(top, left, bottom - top + 1, right - left + 1, role, dashed)


def empty_map(scene: Scene, name: str, size: Place) -> CellMap:
    """The image cut into cells."""
    return CellMap(name, *size, image=scene.pixels)


def token_map(scene: Scene, t: Translator, size: Place) -> CellMap:
    """The image cut into the tokens of a map of `size`."""
    return empty_map(scene, t("course.tokens_of", rows=size[0], columns=size[1]), size)


def last_level(
    scene: Scene,
    t: Translator,
    block: BlockTrace,
    name: str,
    row: Wide | None = None,
    marks: Iterable[Mark] | None = None,
) -> CellMap:
    """The block's last level with an attention row on it; without `marks` the query is marked."""
    size = block.levels[-1].size
    shown = tuple(marks) if marks is not None else (Mark(scene.query_index(block), "t"),)
    found = replace(empty_map(scene, name, size), marks=shown)
    return found if row is None else with_row(found, t, row)


def with_row(drawn: CellMap, t: Translator, row: NDArray[np.floating]) -> CellMap:
    """A map with attention weights on it, as multiples of uniform attention."""
    multiples = (row * row.size).reshape(drawn.rows, drawn.columns)
    return replace(drawn, values=multiples, scale=multiples_scale(t))


def vote_map(scene: Scene, t: Translator, name: str, votes: Wide) -> CellMap:
    """Contributions [rows, columns], given in logits, drawn and written in hundredths."""
    hundredths = 100 * votes
    return replace(
        value_map(name, hundredths, vote_scale(t, t("course.hundredths")), scene.pixels),
        texts=dict(
            enumerate(f"{v:.0f}".replace("-", "−") for v in hundredths.ravel().round() + 0.0)
        ),
    )


def with_key(drawn: CellMap, scene: Scene, question: str) -> CellMap:
    """The map with the right cell or rectangle of a question."""
    posed, (top, left) = QUESTIONS[question].pose(scene), drawn.origin
    match posed.asks if posed else None:
        case Click(none_right=False, best=(y, x)):
            mark = Mark((y - top) * drawn.columns + x - left, "u", "key")
            return replace(drawn, marks=(*drawn.marks, mark))
        case Draw(key=(first, start, last, end)):
            box = span((first - top, start - left, last - top, end - left), "key")
            return replace(drawn, boxes=(*drawn.boxes, box))
    return drawn


def hand_map(scene: Scene, t: Translator) -> Table:
    """The example by hand, cut into its grids."""
    rows = [[str(n).replace("-", "−") for n in row] for row in scene.choice.hand_map]
    return Table(t("course.hand_map_name"), rows, grid=2)


GRIDS = ("top_left", "top_right", "bottom_left", "bottom_right")


def products(
    scene: Scene, t: Translator, level: int, grid: int, queries: Iterable[int] = range(4)
) -> Table:
    """Every product of some queries of a grid of the example."""
    head = ["x", "n", "2ⁿ", "Σ", t("course.weights"), t("course.weight_value"), "o", "A"]
    worked = scene.worked.levels[level]
    name = t("course.merged_grid")
    if level == 0:
        name = f"{t(f'course.{GRIDS[grid]}')}, v = {four(worked.values[grid])}"
    return Table(name, [product_row(worked, grid, query) for query in queries], head)
