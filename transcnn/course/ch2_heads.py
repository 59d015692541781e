"""Chapter 2: multi-head self-attention, its block, its cost."""

import itertools
import math
from collections.abc import Mapping

import numpy as np

from transcnn.analysis.cost.attention import AttentionCost, mhsa
from transcnn.course.by_hand import spell
from transcnn.course.ch1_attention import four
from transcnn.course.questions import (
    FLAT,
    Choose,
    Click,
    Estimate,
    Order,
    PosedQuestion,
    name_wrong,
)
from transcnn.course.scene import CLEAR, Scene, Wide, by_hand, last_level_heads
from transcnn.course.step import MeasuredSentence, Question, Step
from transcnn.trace.trace import BlockTrace

PLAIN_LIMIT = 10**9  # multiply-adds, of the task of the chapter

_SHARP = 60  # percent: above it the division makes too little difference to be guessed


def head_rows(scene: Scene, block: BlockTrace) -> Wide:
    """The query's attention on the last level by head, [h, T]."""
    return last_level_heads(block)[:, scene.query_index(block)]


# 2.1 The average that nobody holds


def unlike_block(scene: Scene) -> BlockTrace | None:
    """The first block that is not flat and whose heads do not all agree; None: there is none."""
    for block in scene.blocks:
        rows = head_rows(scene, block)
        mean = rows.mean(0)
        if mean.max() * len(mean) >= CLEAR and len(set(rows.argmax(1))) > 1:
            return block
    return None


def odd_head(scene: Scene, block: BlockTrace) -> int:
    """The head whose strongest cell lies farthest from that of the mean; the first of equals."""
    rows, columns = head_rows(scene, block), block.levels[-1].size[1]
    y, x = divmod(int(rows.mean(0).argmax()), columns)
    apart = [max(abs(c // columns - y), abs(c % columns - x)) for c in rows.argmax(1).tolist()]
    return apart.index(max(apart))


def _odd_cell(scene: Scene) -> PosedQuestion | None:
    block = unlike_block(scene)
    if block is None:
        return FLAT
    head, own = odd_head(scene, block), scene.query_index(block)
    values = head_rows(scene, block)[head].copy()
    if int(values.argmax()) == own:  # too easy: the strongest token besides the query is asked for
        values[own] = np.nan
    asks = Click(values.reshape(block.levels[-1].size))
    if asks.unclear:
        return None
    peak = divmod(int(head_rows(scene, block).mean(0).argmax()), block.levels[-1].size[1])
    misconceptions = {"mean": [] if peak == asks.best else [peak]}
    return PosedQuestion(asks, {"head": str(head + 1)}, misconceptions=misconceptions)


def _agreeing(scene: Scene) -> PosedQuestion:
    block = unlike_block(scene) or scene.block
    rows = head_rows(scene, block)
    peak = int(rows.mean(0).argmax())
    agreeing = int((rows[:, peak] >= 0.97 * rows.max(1)).sum())
    return PosedQuestion(
        Estimate(agreeing),
        {"h": str(block.heads)},
        misconceptions={"all": [block.heads], "none": [0]},
    )


def _heads_facts(scene: Scene) -> Mapping[str, str]:
    block = unlike_block(scene) or scene.block
    width = block.width // block.heads
    return {"C": str(block.width), "h": str(block.heads), "d": str(width)}


def _heads_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    block = unlike_block(scene) or scene.block
    return (
        r"\begin{gathered} "
        r"P_h = \operatorname{softmax}\!\left(\frac{Q_h K_h^{\top}}{\sqrt{d}}\right), \\ "
        rf"d = \frac{{C}}{{h}} = \frac{{{block.width}}}{{{block.heads}}} = "
        rf"{block.width // block.heads} \end{{gathered}}"
    )


# 2.2 Scaling by the root of d


def scaled(row: Wide, times: float) -> Wide:
    """A row of weights if all its scores were multiplied by `times`: powers, normalised again."""
    powers = np.power(row, times)
    return powers / powers.sum()


def median_head(scene: Scene, block: BlockTrace) -> int:
    """The head with the median strongest weight; where that is very sharp, the one with the
    smallest.
    """
    peaks = head_rows(scene, block).max(1)
    order = np.argsort(peaks, kind="stable")
    middle = int(order[(len(order) - 1) // 2])
    return middle if 100 * peaks[middle] <= _SHARP else int(order[0])


def head_width(block: BlockTrace) -> int:
    return block.width // block.heads


def _undivided(scene: Scene) -> PosedQuestion:
    block = scene.peaked_block or scene.block
    row = head_rows(scene, block)[median_head(scene, block)]
    peak = 100 * scaled(row, math.sqrt(head_width(block))).max()
    return PosedQuestion(
        Estimate(float(peak), within=10, even=100 / len(row)),
        {"p": f"{100 * row.max():.0f}", "head": str(median_head(scene, block) + 1)},
        misconceptions={"same": [round(100 * float(row.max()))]},
    )


def softer_options(scene: Scene) -> dict[str, str]:
    """Weights that the largest merged token may give itself with all scores divided by three."""
    level = scene.worked.levels[1]
    loud = int(np.argmax(np.abs(level.tokens[0])))
    row = level.weights[0, loud]
    return {
        "same": spell(float(row[loud])),
        "third": spell(float(row[loud]) / 3),
        "softer": spell(float(scaled(row, 1 / 3)[loud])),
        "even": "1/4",
    }


def loud_scores(scene: Scene) -> str:
    """The four scores of the largest merged token."""
    level = scene.worked.levels[1]
    return four(level.scores[0, int(np.argmax(np.abs(level.tokens[0])))])


def _softer(scene: Scene) -> PosedQuestion:
    shown = softer_options(scene)
    kept = [n for n in shown if n == "softer" or shown[n] != shown["softer"]]
    options = scene.rotated("scaling.by_hand", tuple(kept))
    placeholders = {"scores": loud_scores(scene), "w": shown["same"], **shown}
    misconceptions = {name: [name] for name in shown if name != "softer"}
    return PosedQuestion(
        Choose(options, frozenset({"softer"})), placeholders, misconceptions=misconceptions
    )


def _scale_facts(scene: Scene) -> Mapping[str, str]:
    return {"d": str(head_width(scene.peaked_block or scene.block))}


def _scale_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    width = head_width(scene.peaked_block or scene.block)
    return (
        r"\operatorname{softmax}\!\left(\frac{q_{\query{t}} K^{\top}}{\sqrt{d}}\right), \quad "
        rf"\sqrt{{d}} = \sqrt{{{width}}} = {math.sqrt(width):.3g}"
    )


# 2.3 What a block adds


def added_shares(block: BlockTrace) -> Wide:
    """|added| / |X| of every token, lengths over the channels, [H, W]."""
    lengths = [np.sqrt(np.square(m.astype(np.float64)).sum(0)) for m in (block.added, block.input)]
    return lengths[0] / np.maximum(lengths[1], 1e-12)


def three_blocks(scene: Scene) -> dict[str, BlockTrace]:
    """The first block, the one that the course looks at, the last one."""
    return {"first": scene.trace.blocks[0], "star": scene.block, "last": scene.trace.blocks[-1]}


def added_here(scene: Scene) -> float:
    """|added| / |X| at the query token, in percent."""
    block = scene.block
    return float(100 * added_shares(block)[scene.token(block.size)])


def _added_here(scene: Scene) -> PosedQuestion:
    misconceptions = {"replaced": [100], "half": [50]}
    return PosedQuestion(Estimate(added_here(scene), within=5), misconceptions=misconceptions)


def _added_most(scene: Scene) -> PosedQuestion:
    medians = {name: float(np.median(added_shares(b))) for name, b in three_blocks(scene).items()}
    asks = Order(medians)
    beliefs = {
        "growing": lambda guess: ("last", "first") in asks.too_early(guess),
        "falling": lambda guess: ("first", "last") in asks.too_early(guess),
        "depth": lambda _: True,
    }
    return PosedQuestion(asks, misconceptions=name_wrong(asks, beliefs))


def _block_equation(scene: Scene, revealed: bool) -> str:
    block = scene.block
    share = f"{added_shares(block)[scene.token(block.size)]:.2f}" if revealed else "?"
    return (
        r"\begin{gathered} A' = A W^p + X, \quad Y = \operatorname{IRB}(A') + A', \\ "
        rf"\frac{{|A W^p|}}{{|X|}}_{{\query{{t}}}} = {share} \end{{gathered}}"
    )


# 2.4 How cost grows with image size


def plain_bill(scene: Scene, stage: int, times: int = 1) -> AttentionCost:
    """What plain MHSA would cost on a stage's map, its sides `times` as long."""
    block = next(b for b in scene.trace.blocks if b.stage == stage)
    rows, columns = block.size
    return mhsa((rows * times, columns * times), block.width, block.heads)


def bill_stages(scene: Scene) -> dict[str, int]:
    """Three stages with H-MHSA, by their names in the question."""
    stages = sorted({b.stage for b in scene.trace.blocks})
    return {"early": stages[0], "second": stages[min(1, len(stages) - 1)], "late": stages[-1]}


def _doubled(scene: Scene) -> PosedQuestion:
    stage = bill_stages(scene)["early"]
    grown = plain_bill(scene, stage, 2).multiplied // plain_bill(scene, stage).multiplied
    options = scene.rotated("quadratic.side_doubled", ("2", "4", "8", "16"))
    misconceptions = {name: [name] for name in ("2", "4", "8")}
    return PosedQuestion(Choose(options, frozenset({str(grown)})), misconceptions=misconceptions)


def _overtaking(scene: Scene) -> PosedQuestion:
    width, heads = scene.block.width, scene.block.heads
    counts = {"half": width // 2, "once": width, "twice": 2 * width, "square": width**2}
    level = next(
        n
        for n in itertools.count(1)
        if mhsa((1, n), width, heads).multiplied >= mhsa((1, n), width, heads).projected
    )
    key = min(counts, key=lambda name: abs(counts[name] - level))
    misconceptions = {name: [name] for name in ("half", "once", "square")}
    return PosedQuestion(
        Choose(scene.rotated("quadratic.overtaking", tuple(counts)), frozenset({key})),
        misconceptions=misconceptions,
    )


def _dearest(scene: Scene) -> PosedQuestion:
    stages = bill_stages(scene)
    totals = {name: float(plain_bill(scene, stage).total) for name, stage in stages.items()}
    widths = {b.stage: str(b.width) for b in reversed(scene.trace.blocks)}
    placeholders = {f"C_{name}": widths[stage] for name, stage in stages.items()}
    numbers = {name: str(stage + 1) for name, stage in stages.items()}
    by_channels = tuple(sorted(stages, key=lambda name: -int(widths[stages[name]])))
    asks = Order(totals)
    beliefs = {"channels": lambda guess: guess == by_channels, "tokens": lambda _: True}
    return PosedQuestion(
        asks, {**placeholders, **numbers}, misconceptions=name_wrong(asks, beliefs)
    )


def _bill_equation(scene: Scene, revealed: bool) -> str:
    block = scene.trace.blocks[0]
    count, bill = math.prod(block.size), plain_bill(scene, block.stage)
    numbers = (
        rf" = {bill.projected:,} + {bill.multiplied:,}".replace(",", r"\,") if revealed else ""
    )
    return (
        rf"\begin{{gathered}} 4NC^2 + 2N^2C{numbers}, \\ "
        rf"N = {count}, \quad C = {block.width} \end{{gathered}}"
    )


STEPS = (
    Step(
        "2.1",
        "heads",
        {
            "heads.odd_cell": Question(
                "click", _odd_cell, placeholders=("head",), misconceptions=("mean",)
            ),
            "heads.agreeing": Question(
                "estimate", _agreeing, placeholders=("h",), misconceptions=("all", "none")
            ),
        },
        _heads_equation,
        _heads_facts,
        ("C", "h", "d"),
    ),
    Step(
        "2.2",
        "scaling",
        {
            "scaling.undivided": Question(
                "estimate", _undivided, placeholders=("p", "head"), misconceptions=("same",)
            ),
            "scaling.by_hand": Question(
                "choose",
                _softer,
                ("same", "third", "softer", "even"),
                ("scores", "w", "same", "third", "softer", "even"),
                ("same", "third", "even"),
                depends_on=by_hand,
            ),
        },
        _scale_equation,
        _scale_facts,
        ("d",),
    ),
    Step(
        "2.3",
        "residual",
        {
            "residual.relative_size": Question(
                "estimate", _added_here, misconceptions=("replaced", "half")
            ),
            "residual.by_block": Question(
                "order",
                _added_most,
                ("first", "star", "last"),
                misconceptions=("growing", "falling", "depth"),
            ),
        },
        _block_equation,
        sentences={
            "size": MeasuredSentence(
                added_here,
                {
                    "small": lambda x: x < 50,
                    "comparable": lambda x: 50 <= x <= 200,
                    "large": lambda x: x > 200,
                },
            )
        },
    ),
    Step(
        "2.4",
        "quadratic",
        {
            "quadratic.side_doubled": Question(
                "choose", _doubled, ("2", "4", "8", "16"), misconceptions=("2", "4", "8")
            ),
            "quadratic.overtaking": Question(
                "choose",
                _overtaking,
                ("half", "once", "twice", "square"),
                misconceptions=("half", "once", "square"),
            ),
            "quadratic.by_stage": Question(
                "order",
                _dearest,
                ("early", "second", "late"),
                ("early", "second", "late", "C_early", "C_second", "C_late"),
                ("channels", "tokens"),
            ),
        },
        _bill_equation,
        ends_chapter=True,
    ),
)
