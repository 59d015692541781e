"""What the course's texts claim about a measured value, and when that is true.

A text that is shown whatever was measured must be true of every network and image. Each claim
quotes the English words that make it, so that whoever changes them comes by here. Sentences that
depend on a measured value are chosen by it: a step's `sentences` (step.py).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from transcnn.analysis.ranks import rank_correlation
from transcnn.course import (
    ch1_attention,
    ch2_heads,
    ch3_grids,
    ch4_cost,
    ch4_network,
    ch5_baselines,
)
from transcnn.course.lessons import load_lesson
from transcnn.course.questions import Estimate
from transcnn.course.scene import Scene
from transcnn.course.steps import QUESTIONS, STEPS
from transcnn.model.variants import network
from transcnn.words.translator import translator


@dataclass(frozen=True)
class Claim:
    """`quote` stands in the text at `text` (a question's name or a step's, then the part of it).

    `value` is what was measured, `holds` whether the words are true of it. `shown` is whether the
    text can be shown for a scene. Words like "often" have to be true of a `share` of scenes only.
    """

    text: str
    quote: str
    value: Callable[[Scene], float]
    holds: Callable[[float], bool]
    shown: Callable[[Scene], bool] = lambda _: True
    share: float = 1.0


def key_of(name: str) -> Callable[[Scene], float]:
    """The correct number of an estimate."""

    def found(scene: Scene) -> float:
        posed = QUESTIONS[name].pose(scene)
        assert posed is not None
        assert isinstance(posed.asks, Estimate)
        return posed.asks.key

    return found


def misses(name: str, misconception: str) -> Callable[[Scene], bool]:
    """Whether the feedback to a misconception can be shown: its answer is incorrect here."""

    def shown(scene: Scene) -> bool:
        posed = QUESTIONS[name].pose(scene)
        if posed is None or misconception not in posed.misconceptions:
            return False
        return any(
            posed.misconception(answer) == misconception
            for guess in posed.misconceptions[misconception]
            if posed.takes(answer := float(guess) if isinstance(guess, int) else guess)
        )

    return shown


def undivided_peak(scene: Scene) -> float:
    """The strongest weight, in percent, of the head of step 2.2 if its scores were not divided."""
    return key_of("scaling.undivided")(scene)


def divided_peak(scene: Scene) -> float:
    """The same as it is."""
    block = scene.peaked_block or scene.block
    return 100 * float(ch2_heads.head_rows(scene, block)[ch2_heads.median_head(scene, block)].max())


def strongest_percent(scene: Scene) -> float:
    """The strongest weight of the row of step 1.4, in percent."""
    block, tokens = ch1_attention.sorted_row(scene)
    return 100 * float(scene.attention_row(block)[tokens[0]])


def average_likeness(scene: Scene) -> float:
    """Rank correlation of the merged map by average pooling alone with the true one."""
    maps = ch3_grids.merged_lengths(scene.trace.blocks[0])
    return rank_correlation(maps["average"].ravel(), maps["both"].ravel())


def grid_mates_difference(scene: Scene) -> float:
    """The largest difference of the last level's weights between two tokens of one grid."""
    block = scene.trace.blocks[0]
    one, other = (
        scene.trace.read(block.stage, block.block, token)[-1].probability
        for token in ch3_grids.cell_mates(scene)
    )
    return float(np.abs(one - other).max())


def grids_a_map(scene: Scene) -> float:
    """How many grids of level 1 the map of stage 1 has."""
    block = scene.trace.blocks[0]
    return math.prod(block.size) / math.prod(block.levels[0].grid_size)


def upper_percent(scene: Scene) -> float:
    """What all levels above level 1 cost, in percent of the block of step 4.1."""
    block, config = ch4_cost.priced(scene)
    found = ch4_cost.parts(ch4_cost.bills(config, block.size)[1])
    return 100 * found.get("upper", 0) / sum(found.values())


def bottleneck_ratio(scene: Scene) -> float:
    """How many times the multiply-adds of H-MHSA the bottleneck behind it has."""
    found = ch4_network.three_boxes(scene)
    return found["bottleneck"].macs / found["attention"].macs


def noise_peak(scene: Scene) -> float:
    """The peak of the noisy uniform row of step 5.2, in multiples of uniform attention."""
    return float(ch5_baselines.multiples(ch5_baselines.three_rows(scene)["noise"]).max())


def deeper_before_cube(scene: Scene) -> float:
    """From which side on a second merge pays off, as a share of the side G^3."""
    grid, width = ch4_cost.first_grid(scene), ch4_cost.priced(scene)[1].width
    return ch4_cost.deeper_from(grid, width) / grid**3


def changed_without(scene: Scene) -> float:
    """1 where the prediction is another one once H-MHSA is removed, else 0."""
    runs = scene.experiments.switched
    return float(runs["off"].argmax() != runs["on"].argmax())


def column_share(scene: Scene) -> float:
    """The largest column sum of step 1.3, as a share of the largest that is possible."""
    tokens = len(scene.attention_row(scene.peaked_block or scene.block))
    return key_of("rows.largest_column_sum")(scene) / tokens


CLAIMS = (
    Claim(
        "rows.largest_column_sum.everybody",
        "They also attend to others.",
        column_share,
        lambda share: share < 0.95,
        misses("rows.largest_column_sum", "everybody"),
    ),
    Claim(
        "mix.body",
        "rarely most of the sum",
        strongest_percent,
        lambda percent: percent < 50,
        share=0.9,
    ),
    Claim(
        "mix.top_five.picks",
        "It mixes, and every token gets some weight.",
        key_of("mix.top_five"),
        lambda percent: percent < 99,
        misses("mix.top_five", "picks"),
    ),
    Claim(
        "scaling.body",
        "softmax becomes more peaked",
        lambda scene: undivided_peak(scene) / divided_peak(scene),
        lambda ratio: ratio > 1,
    ),
    Claim(
        "scaling.body",
        "several tokens can still count",
        divided_peak,
        lambda percent: percent < 60,
    ),
    Claim(
        "residual.relative_size.replaced",
        "if what is added were as large as the input",
        key_of("residual.relative_size"),
        lambda percent: abs(percent - 100) > 5,
        misses("residual.relative_size", "replaced"),
    ),
    Claim(
        "boundary.body",
        "ends along a straight line right beside the marked token",
        grids_a_map,
        lambda count: count > 1,
    ),
    Claim(
        "merging.body",
        "average pooling alone looks plausible too",
        average_likeness,
        lambda rho: rho > 0.5,
        share=0.5,
    ),
    Claim(
        "merging.argmax_tokens.one",
        "Each channel has its own argmax.",
        key_of("merging.argmax_tokens"),
        lambda count: count > 1,
        misses("merging.argmax_tokens", "one"),
    ),
    Claim(
        "levels.why",
        "all tokens of a grid get the same result",
        grid_mates_difference,
        lambda difference: difference < 1e-12,
    ),
    Claim(
        "upsampling.share_of_last.only",
        "The levels are summed.",
        key_of("upsampling.share_of_last"),
        lambda percent: percent < 99,
        misses("upsampling.share_of_last", "only"),
    ),
    Claim(
        "upsampling.share_of_last.hardly",
        "A small map is not a small contribution",
        key_of("upsampling.share_of_last"),
        lambda percent: percent > 18,
        misses("upsampling.share_of_last", "hardly"),
    ),
    Claim("cost.body", "the cost falls", key_of("cost.saving"), lambda times: times > 1),
    Claim(
        "cost.why",
        "with large grids only level 1 matters for the cost",
        upper_percent,
        lambda percent: percent < 10,
    ),
    Claim(
        "crossover.body",
        "A second merge pays off long before",
        deeper_before_cube,
        lambda share: share < 0.5,
    ),
    Claim(
        "backbone.why",
        "costs more than comparing it with a few dozen others",
        bottleneck_ratio,
        lambda ratio: ratio > 1,
    ),
    Claim(
        "colours.body",
        "it is a single pale tone",
        noise_peak,
        lambda multiple: multiple < 1.15,
    ),
    Claim(  # of a page, about the model as a whole; most samples have to show it
        "explore.trained_with_attention",
        "depends on it",
        changed_without,
        lambda changed: changed == 1,
        lambda scene: scene.classifier.config == network("transcnn_nano"),
        share=0.75,
    ),
)


def text_of(claim: Claim) -> str:
    """The English words that the claim is about, placeholders open."""
    name, *parts = claim.text.split(".")
    step = next((step for step in STEPS if step.name == name), None)
    if step is None:
        return str(translator("en").table(name)[parts[0]])
    lesson = load_lesson(step, "en")
    if len(parts) == 1:
        return {"body": lesson.body, "why": lesson.why}[parts[0]]
    return lesson.questions[f"{name}.{parts[0]}"].misconceptions[parts[1]]
