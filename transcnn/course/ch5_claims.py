"""Chapter 5, second half: patches of other images, errors, and what may be claimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.special import softmax

from transcnn.analysis.occlusion import (
    LastLevelAttention,
    OcclusionResult,
    PredictionChange,
    board_of,
)
from transcnn.course.ch1_attention import strongest_other
from transcnn.course.ch5_baselines import multiples
from transcnn.course.experiments import ChangedRun, Experiments
from transcnn.course.questions import Choose, Click, Estimate, PosedQuestion, Tick, name_wrong
from transcnn.course.scene import Box, Scene, Wide, sample_box
from transcnn.course.step import Question, Step

T = TypeVar("T")

SHARE = 0.4  # of the grid cells come from other images, in 5.4
_SHARES = (0.2, 0.4, 0.6, 0.8)  # tried in turn until the prediction is incorrect, in 5.5
_FEWEST, _MOST = 3, 40 / 49  # cells of a box; at most so much of the image
_MORE, _LESS = 1.25, 0.8  # times its area: more attention, less attention
_MOVES = 0.10  # of a probability: more counts as a change


# 5.4 Patches of other images (CutMix)


def patches_reading(scene: Scene) -> LastLevelAttention:
    """What attends to what in the image with patches, in the block that the course looks at, or the
    first whose last level has one token for each cell.
    """
    return reading_of(scene, scene.experiments.hidden(SHARE, "patches")[0])


def reading_of(scene: Scene, hiding: OcclusionResult) -> LastLevelAttention:
    """The same of another one."""
    return _first_of(scene, {(r.stage, r.block): r for r in hiding.readings})


def _first_of(scene: Scene, found: Mapping[tuple[int, int], T]) -> T:
    """What was found of the block that the course looks at, or of the next best."""
    order = [(b.stage, b.block) for b in (*scene.blocks, *reversed(scene.trace.blocks))]
    return found[next(place for place in order if place in found)]


def keeps(outcome: PredictionChange) -> bool:
    """Whether the prediction of the whole image stays, correct or not."""
    return outcome.top[0].output == outcome.before[0].output


def _who_keeps(scene: Scene) -> PosedQuestion:
    hiding, _ = scene.experiments.hidden(SHARE, "patches")
    found = keeps(hiding.with_attention), keeps(hiding.backbone)
    names = {
        (True, True): "both",
        (True, False): "with",
        (False, True): "backbone",
        (False, False): "neither",
    }
    options = scene.rotated("patches.still_correct", tuple(names.values()))
    cells = board_of(scene.pixels)
    placeholders = {"k": str(len(scene.experiments.cells(SHARE))), "T": str(cells[0] * cells[1])}
    return PosedQuestion(
        Choose(options, frozenset({names[found]})),
        placeholders,
        misconceptions={name: [name] for name in options},
    )


def _own_share(scene: Scene) -> PosedQuestion:
    own = 100 * float(scene.experiments.hidden(SHARE, "patches")[0].own.mean())
    key = patches_reading(scene).from_own
    assert key is not None  # some cells are left at this share
    return PosedQuestion(
        Estimate(100 * key, within=8, even=own),
        {"own": f"{own:.0f}"},
        misconceptions={"uniform": [round(own)], "all": [100]},
    )


def _patches_facts(scene: Scene) -> dict[str, str]:
    cells, share = board_of(scene.pixels), patches_reading(scene).from_own
    return {
        "k": str(len(scene.experiments.cells(SHARE))),
        "T": str(cells[0] * cells[1]),
        "x": f"{100 * (share or 0):.0f}",
    }


def _patches_equation(scene: Scene, revealed: bool) -> str:
    own = scene.experiments.hidden(SHARE, "patches")[0].own
    reading = patches_reading(scene)
    numbers = [
        "{?}" if not revealed or part is None else f"{part:.2f}"
        for part in (reading.from_own, reading.from_hidden)
    ]
    return (
        r"\begin{gathered} \frac{1}{|O|} \sum_{t \in O} \sum_{u \in O} P_{tu} = "
        rf"{numbers[0]}, \\ \frac{{1}}{{|S|}} \sum_{{t \in S}} \sum_{{u \in O}} P_{{tu}} = "
        rf"{numbers[1]}, \\ \frac{{|O|}}{{T}} = \frac{{{own.sum()}}}{{{own.size}}} = "
        rf"{own.mean():.2f} \end{{gathered}}"
    )


# 5.5 When the model is wrong


@dataclass(frozen=True)
class ErrorCase:
    """An error of the network: on the image `of`, with `share` of its cells from other images; a
    class that would be right and the one that is first, by their places.
    """

    of: Experiments
    share: float
    right: int
    wrong: int

    @property
    def look(self) -> ChangedRun:
        return self.of.with_patches(self.share)

    @property
    def lead(self) -> float:
        """The logit of the right class minus that of the wrong one."""
        return float(self.look.logits[self.right] - self.look.logits[self.wrong])


def right_places(scene: Scene) -> frozenset[int]:
    """The classes that are right: those of the sample, or the one that the learner named."""
    named = frozenset(() if scene.choice.true_class is None else {scene.choice.true_class})
    return scene.experiments.accepted or named


def error_case(scene: Scene) -> ErrorCase | None:
    """This image where the network errs on it; else the sample on which it errs surest; where it
    errs on none, this image with as few patches as mislead it. None where none do, or nobody has
    said what is true.
    """
    right, here = right_places(scene), scene.experiments
    if not right:
        return None
    found = _error(here, 0.0, right)
    if found is None and (other := scene.lab.surest_error) is not None:
        found = _error(other, 0.0, other.accepted)
    return found or next(filter(None, (_error(here, share, right) for share in _SHARES)), None)


def _error(of: Experiments, share: float, right: frozenset[int]) -> ErrorCase | None:
    logits = of.with_patches(share).logits
    wrong = int(logits.argmax())
    if wrong in right:
        return None
    return ErrorCase(of, share, max(sorted(right), key=lambda place: logits[place]), wrong)


def fits(box: Box, cells: tuple[int, int]) -> bool:
    """Whether a box is neither too small nor too large for a map of so many cells."""
    top, left, bottom, right = box
    area = (bottom - top + 1) * (right - left + 1)
    inside = 0 <= top <= bottom < cells[0] and 0 <= left <= right < cells[1]
    return inside and _FEWEST <= area <= _MOST * cells[0] * cells[1]


def subject_box(scene: Scene, of: Experiments) -> Box:
    """The cells of the subject of the image `of`: as the learner drew them; else those whose
    middle lies in what a sample is marked to show; else the middle of the image.
    """
    cells = board_of(of.pixels)
    if scene.choice.subject_box is not None and fits(scene.choice.subject_box, cells):
        return scene.choice.subject_box
    edges = sample_box(of.sample, of.crop)
    if edges is not None:
        inside = [
            [i for i in range(count) if low <= (i + 0.5) * of.crop.size / count < high]
            for count, low, high in zip(cells, edges[:2], edges[2:], strict=True)
        ]
        if all(inside):
            (top, bottom), (left, right) = ((i[0], i[-1]) for i in inside)
            if fits((top, left, bottom, right), cells):
                return top, left, bottom, right
    return cells[0] // 2 - 1, cells[1] // 2 - 1, cells[0] // 2 + 1, cells[1] // 2 + 1


def box_cells(box: Box, columns: int) -> list[int]:
    """The cells of a box, counted row by row."""
    top, left, bottom, right = box
    return [y * columns + x for y in range(top, bottom + 1) for x in range(left, right + 1)]


def middle_cell(box: Box, columns: int) -> int:
    """The middle one of them."""
    top, left, bottom, right = box
    return (top + bottom) // 2 * columns + (left + right) // 2


def case_row(scene: Scene, case: ErrorCase) -> Wide:
    """The row of the middle cell of the box on the last level of the block that the course looks
    at, or of the first that has one token for each cell.
    """
    rows, columns = board_of(case.of.pixels)
    boards = {place: b for place, b in case.look.boards.items() if len(b) == rows * columns}
    row: Wide = _first_of(scene, boards)[middle_cell(subject_box(scene, case.of), columns)]
    return row


def in_the_box(scene: Scene, case: ErrorCase) -> float:
    """The attention from the middle of the box to the box, as a multiple of its area."""
    row = case_row(scene, case)
    cells = box_cells(subject_box(scene, case.of), board_of(case.of.pixels)[1])
    return float(row[cells].sum()) / (len(cells) / len(row))


def beside_area(times: float) -> str:
    """Whether `times` its share of the area is "more", "about" as much or "less"."""
    return "more" if times > _MORE else "less" if times < _LESS else "about"


def cover_gains(case: ErrorCase) -> Wide:
    """What covering each cell adds to the lead of the right class, [rows, columns]."""
    logits = case.of.covered(case.share)
    gains: Wide = logits[:, case.right] - logits[:, case.wrong] - case.lead
    return gains.reshape(board_of(case.of.pixels))


def lead_votes(case: ErrorCase) -> Wide:
    """The contribution of each position of the last map to the lead of the true class."""
    return case.of.votes(case.share, case.right, case.wrong)[0]


def _lacks(scene: Scene) -> str | None:
    if not right_places(scene):
        return "right_class"
    return None if error_case(scene) is not None else "error"


def _reads_the_box(scene: Scene) -> PosedQuestion | None:
    case = error_case(scene)
    if case is None:
        return None
    key = beside_area(in_the_box(scene, case))
    rows, columns = board_of(case.of.pixels)
    area = 100 * len(box_cells(subject_box(scene, case.of), columns)) / (rows * columns)
    options = scene.rotated("errors.attention_in_box", ("more", "about", "less"))
    return PosedQuestion(
        Choose(options, frozenset({key})),
        {"area": f"{area:.0f}"},
        misconceptions={name: [name] for name in options},
    )


def _helpful_cover(scene: Scene) -> PosedQuestion | None:
    case = error_case(scene)
    if case is None:
        return None
    asks = Click(cover_gains(case), or_none=True)
    if asks.unclear:
        return None
    hurts = [(int(y), int(x)) for y, x in np.argwhere(asks.values < 0)]
    return PosedQuestion(
        asks,
        {"right": scene.label(case.right), "wrong": scene.label(case.wrong)},
        misconceptions={"hurts": hurts, "none": [()]},
    )


def _box_and_class(scene: Scene) -> str:
    box = "" if scene.choice.subject_box is None else ".".join(map(str, scene.choice.subject_box))
    return f"{box}/{_named_class(scene)}".strip("/")


def _named_class(scene: Scene) -> str:
    return "" if scene.choice.true_class is None else str(scene.choice.true_class)


def _wrong_facts(scene: Scene) -> dict[str, str]:
    case = error_case(scene)
    if case is None:
        return {"wrong": scene.label(scene.top), "p": "-"}
    share = float(softmax(case.look.logits)[case.wrong])
    return {"wrong": scene.label(case.wrong), "p": f"{100 * share:.0f}"}


def _wrong_equation(scene: Scene, revealed: bool) -> str:
    case, numbers = error_case(scene), ""
    if revealed and case is not None:
        votes, bias = case.of.votes(case.share, case.right, case.wrong)
        numbers = rf" \\ = {bias:.2f} {votes.sum():+.2f} = {case.lead:.2f}"
    rows, columns = board_of(scene.pixels)
    return (
        r"\begin{gathered} z_r - z_w = b_r - b_w \\ {} + \frac{1}{"
        rf"{rows * columns}"
        r"} \sum_c (w_r - w_w) \cdot h_c"
        rf"{numbers} \end{{gathered}}"
    )


# 5.6 What may I claim?


def spell_cell(scene: Scene, cell: int) -> str:
    """Row and column of a token of the last level, from 1."""
    block = scene.peaked_block or scene.block
    row, column = divmod(cell, block.levels[-1].size[1])
    return f"({row + 1}, {column + 1})"


def claimed(scene: Scene) -> tuple[int, int, float]:
    """The query's token, the one it attends to most besides itself, and how many times uniform
    attention.
    """
    block = scene.peaked_block or scene.block
    other = strongest_other(scene, block)
    return scene.query_index(block), other, float(multiples(scene.attention_row(block))[other])


def _supported(scene: Scene) -> PosedQuestion:
    runs = scene.experiments.switched
    cell, other, times = claimed(scene)
    plain, even = (float(softmax(runs[s])[scene.top]) for s in ("on", "uniform"))
    right = {"reads"}
    if int(runs["off"].argmax()) != scene.top:
        right.add("without")
    if abs(even - plain) > _MOVES:
        right.add("evenly")
    placeholders = {
        "t": spell_cell(scene, cell),
        "u": spell_cell(scene, other),
        "x": f"{times:.1f}",
        "top1": scene.label(scene.top),
    }
    asks = Tick(("reads", "because", "without", "evenly"), frozenset(right))
    beliefs = {
        "because": lambda guess: "because" in guess,
        "without": lambda guess: "without" in set(guess) - right,
        "evenly": lambda guess: "evenly" in set(guess) - right,
        "missing": lambda _: True,
    }
    return PosedQuestion(asks, placeholders, misconceptions=name_wrong(asks, beliefs))


def _no_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    return ""


STEPS = (
    Step(
        "5.4",
        "patches",
        {
            "patches.still_correct": Question(
                "choose",
                _who_keeps,
                ("both", "with", "backbone", "neither"),
                ("k", "T"),
                ("both", "with", "backbone", "neither"),
            ),
            "patches.own_image": Question(
                "estimate", _own_share, placeholders=("own",), misconceptions=("uniform", "all")
            ),
        },
        _patches_equation,
        _patches_facts,
        ("k", "T", "x"),
    ),
    Step(
        "5.5",
        "errors",
        {
            "errors.attention_in_box": Question(
                "choose",
                _reads_the_box,
                ("more", "about", "less"),
                ("area",),
                ("more", "about", "less"),
                depends_on=_box_and_class,
            ),
            "errors.helpful_occlusion": Question(
                "click",
                _helpful_cover,
                placeholders=("right", "wrong"),
                misconceptions=("hurts", "none"),
                depends_on=_named_class,
            ),
        },
        _wrong_equation,
        _wrong_facts,
        ("wrong", "p"),
        missing=_lacks,
    ),
    Step(
        "5.6",
        "evidence",
        {
            "evidence.supported": Question(
                "tick",
                _supported,
                ("reads", "because", "without", "evenly"),
                ("t", "u", "x", "top1"),
                ("because", "without", "evenly", "missing"),
            ),
        },
        _no_equation,
        ends_chapter=True,
    ),
)
