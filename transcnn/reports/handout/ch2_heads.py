"""The figures of chapter 2."""

import math

import numpy as np

from transcnn.course import ch2_heads as heads
from transcnn.course.by_hand import spell
from transcnn.course.scene import Scene
from transcnn.reports.handout.ch1_attention import Figures, last_board, map_by_hand, products
from transcnn.reports.handout.drawing import Bars, Board, Figure, Numbers
from transcnn.reports.wording import Wording


def _heads(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = heads.unlike_block(scene) or scene.block
    readings = heads.head_rows(scene, block)
    mean = last_board(scene, block, t("handout_mean"), readings.mean(0))
    if not revealed:
        return [mean]
    return [
        last_board(
            scene,
            block,
            t("handout_head", head=h + 1),
            reading,
            ((int(reading.argmax()), "u"),),
            small=True,
        )
        for h, reading in enumerate(readings)
    ]


def _scaling(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.peaked_block or scene.block
    head = heads.median_head(scene, block)
    row = heads.head_rows(scene, block)[head]
    name = t("handout_head", head=head + 1)
    if not revealed:
        merged = Numbers(t("handout_merged"), [[spell(float(n)) for n in scene.worked.merged]])
        return [last_board(scene, block, name, row), map_by_hand(scene, t), merged]
    root = math.sqrt(heads.head_width(block))
    undivided = last_board(
        scene, block, f"{name}, {t('handout_undivided')}", heads.scaled(row, root)
    )
    return [undivided, products(scene, t, 1, 0)]


def _adding(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.block
    rows, columns = block.size
    y, x = scene.token(block.size)
    if not revealed:
        name = t("handout_tokens", rows=rows, columns=columns)
        return [Board(name, rows, columns, marks=[(y * columns + x, "t")])]
    parts = {
        "X": block.input[:, y, x],
        "A Wᵖ": block.added[:, y, x],
        "A′": block.input[:, y, x] + block.added[:, y, x],
    }
    lengths = {n: float(np.linalg.norm(v.astype(np.float64))) for n, v in parts.items()}
    shares = {
        t(f"handout_block_{name}"): 100 * float(np.median(heads.added_shares(b)))
        for name, b in heads.three_blocks(scene).items()
    }
    return [
        Bars(t("handout_lengths"), lengths),
        Bars(t("handout_added_shares"), shares, " %"),
    ]


def _bill(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.trace.blocks[0]
    rows, columns = block.size
    if not revealed:
        return [Board(t("handout_tokens", rows=rows, columns=columns), rows, columns)]
    found: list[Figure] = []
    for times in (1, 2):
        bill = heads.plain_bill(scene, block.stage, times)
        name = t("handout_bill", rows=rows * times, columns=columns * times)
        parts = {
            t("handout_projections"): float(bill.projected),
            t("handout_products"): float(bill.multiplied),
        }
        found.append(Bars(name, parts))
    return found


FIGURES: dict[str, Figures] = {
    "2.1": _heads,
    "2.2": _scaling,
    "2.3": _adding,
    "2.4": _bill,
}
