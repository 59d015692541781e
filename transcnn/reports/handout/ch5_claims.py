"""The figures of chapter 5, second half."""

import numpy as np

from transcnn.analysis.occlusion import board_of
from transcnn.course import ch5_claims as claims
from transcnn.course.scene import Scene
from transcnn.pictures.changes import Pixels
from transcnn.reports.handout.ch1_attention import Figures, last_board
from transcnn.reports.handout.ch4_network import signed_board
from transcnn.reports.handout.drawing import Bars, Board, Figure
from transcnn.reports.wording import Wording

_SCRAPS, _ERROR = "patches", "error"


def photos(scene: Scene) -> dict[str, Pixels]:
    """The changed pictures that the figures show, by their names."""
    found = {_SCRAPS: scene.experiments.hidden(claims.SHARE, "patches")[0].pixels}
    case = claims.error_case(scene)
    return found if case is None else {**found, _ERROR: case.look.pixels}


def _patches(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    own = scene.experiments.hidden(claims.SHARE, "patches")[0].own
    rows, columns = own.shape
    if not revealed:
        texts = ["" if mine else "×" for mine in own.ravel()]
        name = t("handout_scraps")
        return [Board(name, rows, columns, texts=texts, photo=_SCRAPS)]
    reading = claims.patches_reading(scene)
    y, x = scene.token((rows, columns))
    cell = y * columns + x
    shares = {
        t("handout_from_own"): reading.from_own,
        t("handout_from_scraps"): reading.from_hidden,
        t("handout_even_own"): float(own.mean()),
    }
    multiples = [float(m) for m in reading.shares[cell] * own.size]
    boxes = [(int(r), int(c), int(r), int(c)) for r, c in np.argwhere(~own)]
    return [
        Board(
            t("handout_scraps_reading"),
            rows,
            columns,
            multiples,
            marks=[(cell, "t")],
            boxes=boxes,
            photo=_SCRAPS,
        ),
        Bars(t("handout_to_own"), {n: 100 * v for n, v in shares.items() if v is not None}, " %"),
    ]


def _wrong(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    case = claims.error_case(scene)
    if case is None:
        return []
    (rows, columns), box = board_of(case.of.pixels), claims.subject_box(scene, case.of)
    middle = claims.middle_cell(box, columns)
    wrong, right = scene.label(case.wrong), scene.label(case.right)
    name = t("handout_error", wrong=wrong, right=right)
    if not revealed:
        return [Board(name, rows, columns, boxes=[box], photo=_ERROR)]
    multiples = [float(m) for m in claims.case_row(scene, case) * rows * columns]
    marks = [(middle, "t")]
    gains, votes = claims.cover_gains(case), claims.lead_votes(case)
    return [
        Board(
            t("handout_box_reading"),
            rows,
            columns,
            multiples,
            marks=marks,
            boxes=[box],
            photo=_ERROR,
        ),
        signed_board(t("handout_gains"), gains, 1.0, 1.0, _ERROR),
        signed_board(t("handout_lead"), votes, 1.0, 1.0, _ERROR),
    ]


def _claim(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    if revealed:
        return []  # the answers say it all
    block = scene.peaked_block or scene.block
    cell, other, _ = claims.claimed(scene)
    marks = ((cell, "t"), (other, "u"))
    return [last_board(scene, block, t("handout_reading"), scene.attention_row(block), marks)]


FIGURES: dict[str, Figures] = {"5.4": _patches, "5.5": _wrong, "5.6": _claim}
