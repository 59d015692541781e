"""The figures of chapter 3."""

from dataclasses import replace

import numpy as np

from transcnn.course import ch3_grids as grids
from transcnn.course.figures.common import (
    Draws,
    amount_scale,
    hand_map,
    last_level,
    products,
    span,
    token_map,
    with_key,
)
from transcnn.course.scene import Place, Scene
from transcnn.figures.cells import CellMap, Mark, value_map
from transcnn.figures.figure import Bars, Figure
from transcnn.figures.scale import multiples_scale
from transcnn.words.translator import Translator


def _part(scene: Scene, t: Translator, token: Place) -> CellMap:
    """The part of the first stage's map around a token, which is marked."""
    (top, left), (rows, columns) = grids.window(scene, token)
    whole = scene.trace.blocks[0].size
    name = t(
        "course.around",
        top=top + 1,
        bottom=top + rows,
        left=left + 1,
        right=left + columns,
        rows=whole[0],
        columns=whole[1],
    )
    return CellMap(
        name,
        rows,
        columns,
        marks=(Mark((token[0] - top) * columns + token[1] - left, "t"),),
        image=scene.pixels,
        origin=(top, left),
        whole=whole,
    )


def own_grid(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """3.1: a part of the map; then the grid of the marked token."""
    part = _part(scene, t, scene.token(scene.trace.blocks[0].size))
    return [with_key(part, scene, "grids.own_grid") if revealed else part]


def boundary(
    scene: Scene, t: Translator, revealed: bool, pixels: int | None = None
) -> list[Figure]:
    """3.2: a row of level 1 that stops at a grid's boundary; then with the image moved under it."""
    token, trace, image = grids.wall_token(scene), scene.trace, scene.pixels
    part = replace(_part(scene, t, token), name=t("course.level0_reading"))
    if revealed:
        by = grids.MOVED if pixels is None else pixels
        image, trace = grids.moved(scene, by)
        part = replace(part, name=t("course.moved", px=by), image=image)
        for question in ("boundary.beyond", "boundary.after_shift"):
            part = with_key(part, scene, question)
    size = part.rows, part.columns
    row = grids.read_in_window(trace, token, part.origin, size)
    values = np.array(row, float).reshape(size)  # None: not in the token's grid
    return [replace(part, values=values, scale=multiples_scale(t))]


def merging(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """3.3: merged tokens by average alone; then by maximum plus average, and who wins the maximum;
    by hand."""
    block = scene.trace.blocks[0]

    def amounts(name: str, kind: str) -> CellMap:
        lengths = grids.merged_lengths(block)[kind]
        return value_map(name, lengths, amount_scale(t), scene.pixels)

    average = replace(amounts(t("course.average_only"), "average"), dots=(scene.share,))
    if not revealed:
        return [average, hand_map(scene, t)]
    counts = grids.winners(scene)
    top, left, _, _ = grids.grid_of(block, scene.token(block.size))
    winners = CellMap(
        t("course.winners"),
        counts.shape[0],
        counts.shape[1],
        texts={at: str(n) for at, n in enumerate(counts.ravel()) if n},
        image=scene.pixels,
        origin=(top, left),
        whole=block.size,
    )
    both = amounts(t("course.max_and_average"), "both")
    return [average, both, winners, *(products(scene, t, 0, grid) for grid in range(4))]


def upsampling(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """3.4: two tokens of one cell; then what their cell attends to."""
    block, first = scene.peaked_block or scene.block, scene.trace.blocks[0].size
    row = scene.attention_row(block) if revealed else None
    dots = tuple(((y + 0.5) / first[0], (x + 0.5) / first[1]) for y, x in grids.cell_mates(scene))
    name = t("course.reading_of" if revealed else "course.two_tokens")
    shown = replace(last_level(scene, t, block, name, row), dots=dots)
    return [with_key(shown, scene, "levels.strongest_other") if revealed else shown]


def smoothing(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """3.5: a smoothed row; then beside it what there is, and what each level adds."""
    block = scene.peaked_block or scene.block
    fine = grids.smoothed(scene, block)
    smooth = value_map(t("course.smooth"), fine, multiples_scale(t), scene.pixels)
    smooth = replace(smooth, dots=(scene.share,))
    if not revealed:
        return [smooth]
    lengths = {
        t("course.level", level=i): length for i, length in enumerate(grids.level_lengths(scene), 1)
    }
    return [
        smooth,
        last_level(scene, t, block, t("course.cells"), scene.attention_row(block)),
        Bars(t("course.level_lengths"), lengths),
    ]


def reaching(
    scene: Scene, t: Translator, revealed: bool, source: Place | None = None
) -> list[Figure]:
    """3.6: the query and the cell farthest from it; then the way from a token to the query."""
    block = scene.peaked_block or scene.block
    query = Mark(scene.query_index(block), "t")
    if not revealed:
        marks = [query, Mark(grids.farthest_cell(scene, block), "u", "key")]
        return [last_level(scene, t, block, t("course.query_token"), None, marks)]
    rows, columns = block.size
    route = grids.route(scene, block, source)
    tokens = replace(
        token_map(scene, t, block.size),
        name=t("course.way_tokens", rows=rows, columns=columns),
        marks=(
            Mark(route.query[0] * columns + route.query[1], "t"),
            Mark(route.source[0] * columns + route.source[1], "u", "key"),
        ),
        boxes=(span(route.query_area), span(route.source_area, "key")),
    )
    row, marks = scene.attention_row(block), [query, Mark(route.source_cell, "u", "key")]
    return [tokens, last_level(scene, t, block, t("course.reading_of"), row, marks)]


FIGURES: dict[str, Draws] = {
    "3.1": own_grid,
    "3.2": boundary,
    "3.3": merging,
    "3.4": upsampling,
    "3.5": smoothing,
    "3.6": reaching,
}
