"""The figures of chapter 1."""

from dataclasses import replace

import numpy as np

from transcnn.course import ch1_attention as attention
from transcnn.course.figures.common import (
    Draws,
    hand_map,
    last_level,
    products,
    token_map,
    with_key,
)
from transcnn.course.scene import Place, Scene, last_level_attention
from transcnn.figures.cells import Mark
from transcnn.figures.figure import Bars, Figure, Table
from transcnn.words.translator import Translator


def tokens(scene: Scene, t: Translator, revealed: bool, size: Place | None = None) -> list[Figure]:
    """1.1: the tokens of a stage, and the pixel whose token is looked for."""
    covered = attention.covered_map(scene)
    y, x = attention.marked_pixel(scene)
    side = scene.trace.crop.size
    shown = token_map(scene, t, size or covered)
    shown = replace(shown, dots=(((y + 0.5) / side, (x + 0.5) / side),))
    if revealed and (shown.rows, shown.columns) == covered:
        shown = with_key(shown, scene, "tokens.covering")
    return [shown]


def roles(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """1.2: the example by hand, one row worked through; then all of them."""
    if revealed:
        return [products(scene, t, 0, grid) for grid in range(4)]
    worked = scene.worked
    other = next(k for k in range(4) if k not in (worked.query, worked.beside))
    return [hand_map(scene, t), products(scene, t, 0, 0, [other])]


def row_or_column(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """1.3: a row and a column of the same matrix; then which is which, and their sums."""
    block, cell = attention.row_and_column(scene) or (scene.block, scene.query_index(scene.block))
    weights = last_level_attention(block)
    sides = [("row", weights[cell]), ("column", weights[:, cell])]
    if attention.row_side(scene) == "b":
        sides.reverse()
    shown: list[Figure] = []
    for letter, (what, values) in zip("AB", sides, strict=True):
        name = f"{letter}: {t(f'course.is_{what}')}" if revealed else letter
        shown.append(last_level(scene, t, block, name, values, [Mark(cell, "t")]))
    if revealed:
        sums = {"row": weights.sum(1), "column": weights.sum(0)}
        rows = [
            [t(f"course.is_{what}"), f"{of[cell]:.2f}", f"{of.min():.2f} – {of.max():.2f}"]
            for what, of in sums.items()
        ]
        shown.append(Table("", rows, ["", t("course.sum_here"), t("course.sum_all")]))
    return shown


def mix(scene: Scene, t: Translator, revealed: bool, keep: int | None = None) -> list[Figure]:
    """1.4: the query; then its attention row, or the `keep` largest weights of it; by hand."""
    block, order = attention.sorted_row(scene)
    if not revealed:
        return [last_level(scene, t, block, t("course.query_token")), hand_map(scene, t)]
    name = t("course.reading_of" if keep is None else "course.reading")
    shown = last_level(scene, t, block, name, scene.attention_row(block))
    if keep is not None:
        assert shown.values is not None
        kept = np.isin(np.arange(len(order)), order[:keep]).reshape(shown.values.shape)
        shown = replace(shown, values=np.where(kept, shown.values, np.nan))
    return [shown, products(scene, t, 0, 0)]


def shuffled(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """1.5: the attention row before and after the cells were shuffled; weights by distance."""
    block = scene.peaked_block or scene.block
    a, b = scene.query_index(block), attention.strongest_other(scene, block)
    marks = [Mark(a, "a"), Mark(b, "b", "key")]
    if not revealed:
        return [last_level(scene, t, block, t("course.query_token"), None, marks)]
    row = scene.attention_row(block)
    order = attention.shuffle_of(scene, len(row))
    there = order.index(a)
    after = attention.shuffled_weights(scene, block).mean(0)[there]
    marks_after = [Mark(there, "a"), Mark(order.index(b), "b", "key")]
    rings = {t(f"course.ring_{name}"): value for name, value in attention.rings(scene).items()}
    return [
        last_level(scene, t, block, t("course.before"), row, marks),
        last_level(scene, t, block, t("course.after"), after, marks_after),
        Bars(t("course.rings"), rings, "×"),
    ]


FIGURES: dict[str, Draws] = {
    "1.1": tokens,
    "1.2": roles,
    "1.3": row_or_column,
    "1.4": mix,
    "1.5": shuffled,
}
