"""The figures of chapter 2."""

import math
from dataclasses import replace

import numpy as np

from transcnn.analysis.cost.attention import mhsa
from transcnn.course import ch2_heads as heads
from transcnn.course.figures.common import (
    Draws,
    last_level,
    products,
    token_map,
    with_key,
)
from transcnn.course.scene import Scene
from transcnn.figures.cells import Mark
from transcnn.figures.figure import Bars, Figure, Table
from transcnn.words.translator import Translator


def all_heads(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """2.1: the mean of the heads; then each of them, its strongest cell marked."""
    block = heads.unlike_block(scene) or scene.block
    rows = heads.head_rows(scene, block)
    mean = last_level(scene, t, block, t("course.mean"), rows.mean(0))
    if not revealed:
        return [mean]
    shown: list[Figure] = [with_key(mean, scene, "heads.odd_cell")]
    for h, row in enumerate(rows):
        peak = Mark(int(row.argmax()), "u", "key")
        one = last_level(scene, t, block, t("course.head", head=h + 1), row, [peak])
        shown.append(replace(one, small=True))
    return shown


def scaling(
    scene: Scene, t: Translator, revealed: bool, times: float | None = None
) -> list[Figure]:
    """2.2: a head's row; then with its scores `times` as large, by default not divided; by hand."""
    block = scene.peaked_block or scene.block
    head = heads.median_head(scene, block)
    row, root = heads.head_rows(scene, block)[head], math.sqrt(heads.head_width(block))
    name = t("course.head", head=head + 1)
    if times is None:
        times = root if revealed else 1.0
    if times == root:
        name = f"{name}, {t('course.undivided')}"
    shown = last_level(scene, t, block, name, heads.scaled(row, times))
    scores = Table(t("course.hand_scores"), [heads.loud_scores(scene).split(", ")])
    if revealed:
        return [shown, scores, products(scene, t, 1, 0)]
    return [shown, scores]


def adding(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """2.3: a token; then how large what is added to it is, beside what was there."""
    block = scene.block
    y, x = scene.token(block.size)
    shown = replace(token_map(scene, t, block.size), marks=(Mark(y * block.size[1] + x, "t"),))
    if not revealed:
        return [shown]
    before, added = block.input[:, y, x], block.added[:, y, x]
    parts = {"X": before, "A Wᵖ": added, "A′": before + added}
    lengths = {n: float(np.linalg.norm(v.astype(np.float64))) for n, v in parts.items()}
    shares = {
        t(f"course.block_{name}"): 100 * float(np.median(heads.added_shares(b)))
        for name, b in heads.three_blocks(scene).items()
    }
    return [
        shown,
        Bars(t("course.lengths"), lengths),
        Bars(t("course.added_shares"), shares, " %"),
    ]


def stride(scene: Scene) -> int:
    """Pixels of the input between two tokens of the first stage."""
    return scene.trace.crop.size // scene.trace.blocks[0].size[0]


def plain_cost(
    scene: Scene, t: Translator, revealed: bool, side: int | None = None
) -> list[Figure]:
    """2.4: the tokens of the first stage; then what plain attention costs there, by default for
    this image and for one of twice its side."""
    block = scene.trace.blocks[0]
    if not revealed:
        return [token_map(scene, t, block.size)]
    crop = scene.trace.crop.size
    shown: list[Figure] = []
    for pixels in (crop, 2 * crop) if side is None else (side,):
        tokens = pixels // stride(scene)
        bill = mhsa((tokens, tokens), block.width, block.heads)
        parts = {
            t("course.projections"): bill.projected / 1e6,
            t("course.products"): bill.multiplied / 1e6,
        }
        name = t("course.multiply_adds", side=pixels, tokens=f"{tokens**2:,}")
        shown.append(Bars(name, parts, " M"))
    return shown


FIGURES: dict[str, Draws] = {
    "2.1": all_heads,
    "2.2": scaling,
    "2.3": adding,
    "2.4": plain_cost,
}
