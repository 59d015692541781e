"""The figures of chapter 5, second half."""

from dataclasses import replace

import numpy as np

from transcnn.analysis.occlusion import Fill, board_of
from transcnn.course import ch5_claims as claims
from transcnn.course.figures.common import (
    Draws,
    empty_map,
    last_level,
    span,
    vote_map,
    with_key,
    with_row,
)
from transcnn.course.scene import Scene, Wide, last_level_heads
from transcnn.course.steps import QUESTIONS
from transcnn.figures.cells import Mark
from transcnn.figures.figure import Bars, Figure
from transcnn.words.translator import Translator


def patches(
    scene: Scene,
    t: Translator,
    revealed: bool,
    share: float = claims.SHARE,
    fill: Fill = "patches",
) -> list[Figure]:
    """5.4: the image with patches of others, framed, and an attention row on it; then how much of
    it goes to the image's own cells."""
    hiding = scene.experiments.hidden(share, fill)[0]
    size = hiding.own.shape[0], hiding.own.shape[1]
    attention = claims.reading_of(scene, hiding)
    y, x = scene.token(size)
    cell = y * size[1] + x
    image = replace(empty_map(scene, t("occlusion.picture_head"), size), image=hiding.pixels)
    others = (span((r, c, r, c), "key") for r, c in np.argwhere(~hiding.own).tolist())
    name = t("course.reading_of" if hiding.own[y, x] else "course.scrap_reads")
    row = replace(image, name=name, marks=(Mark(cell, "t"),), boxes=tuple(others))
    shown: list[Figure] = [image, with_row(row, t, attention.weights[cell])]
    if revealed:
        shares = {
            t("course.from_own"): attention.from_own,
            t("course.from_scraps"): attention.from_hidden,
            t("course.even_own"): float(hiding.own.mean()),
        }
        parts = {name: 100 * v for name, v in shares.items() if v is not None}
        shown.append(Bars(t("course.to_own"), parts, " %"))
    return shown


def error(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """5.5: an error, with a box round the subject and cells to be covered; then what the middle of
    the box attends to, what covering each cell changes, and what each cell contributes."""
    case = claims.error_case(scene)
    if case is None:
        return [empty_map(scene, t("occlusion.picture_head"), board_of(scene.pixels))]
    size, box = board_of(case.of.pixels), claims.subject_box(scene, case.of)
    image = replace(empty_map(scene, t("course.pick_cover"), size), image=case.look.pixels)
    wrong, right = scene.label(case.wrong), scene.label(case.right)
    name = t("course.error_map", wrong=wrong, right=right)
    framed = replace(image, name=name, boxes=(span(box),))
    if not revealed:
        asked = QUESTIONS["errors.helpful_occlusion"].pose(scene) is not None
        return [framed, image] if asked else [framed]
    middle = Mark(claims.middle_cell(box, size[1]), "t")
    row = replace(framed, name=t("course.box_reading"), marks=(middle,))
    gains = vote_map(scene, t, t("course.cover_gains"), claims.cover_gains(case))
    gains = with_key(replace(gains, image=case.look.pixels), scene, "errors.helpful_occlusion")
    lead = vote_map(scene, t, t("course.lead_ledger"), claims.lead_votes(case))
    lead = replace(lead, image=case.look.pixels)
    return [with_row(row, t, claims.case_row(scene, case)), gains, lead]


def claim(
    scene: Scene,
    t: Translator,
    revealed: bool,  # noqa: ARG001
    head: int | None = None,
) -> list[Figure]:
    """5.6: an attention row, the mean of the heads or one of them; its strongest other cell."""
    block = scene.peaked_block or scene.block
    cell, other, _ = claims.claimed(scene)
    row = scene.attention_row(block)
    if head is not None:
        row = last_level_heads(block)[head, cell]
        other = strongest_beside(row, cell)
    marks = [Mark(cell, "t"), Mark(other, "u", "key")]
    return [last_level(scene, t, block, t("course.reading_of"), row, marks)]


def strongest_beside(row: Wide, cell: int) -> int:
    """The cell of the largest weight besides the query's own."""
    return int(np.argmax(np.where(np.arange(len(row)) == cell, -1, row)))


FIGURES: dict[str, Draws] = {"5.4": patches, "5.5": error, "5.6": claim}
