"""Chapter 5, first half: what attention is worth beside baselines."""

import zlib

import numpy as np
from scipy.special import softmax

from transcnn.analysis.ranks import rank_correlation
from transcnn.course.ch1_attention import ALIKE
from transcnn.course.experiments import SEED
from transcnn.course.questions import (
    FLAT,
    TIE,
    Choose,
    Estimate,
    Order,
    PosedQuestion,
    name_wrong,
)
from transcnn.course.scene import Scene, Wide, last_level_attention
from transcnn.course.step import Question, Step
from transcnn.trace.trace import BlockTrace

_NOISE = 0.01  # of uniform attention
# Times uniform: what one reads off colours that are stretched to their own peak.
_STRETCHED = (2, 3, 4, 5, 6, 8, 10, 12, 16)
_LEAST = 0.05  # of a logit: smaller changes count as none


def multiples(row: Wide) -> Wide:
    """Weights that sum to 1, as multiples of uniform attention."""
    return row * row.size


def stretch(row: Wide) -> Wide:
    """Values stretched to their own range, from 0 to 1, as many maps are drawn."""
    shares: Wide = (row - row.min()) / (np.ptp(row) or 1.0)
    return shares


# 5.1 Trained or random?


def twins(scene: Scene) -> tuple[BlockTrace, int] | None:
    """The block and the token whose trained and random rows are shown; None where all
    readings are flat.

    The query's merged token, or where both look alike, the one where they differ most.
    """
    block = scene.peaked_block
    if block is None:
        return None
    trained, random = last_level_attention(block), random_board(scene, block)
    cell = scene.query_index(block)
    if rank_correlation(trained[cell], random[cell]) <= ALIKE:
        return block, cell
    alike = [rank_correlation(*pair) for pair in zip(trained, random, strict=True)]
    return block, int(np.argmin(alike))


def random_board(scene: Scene, block: BlockTrace) -> Wide:
    """The block's last attention, [T, T], where no query, key or value was learned."""
    return scene.experiments.untrained[block.stage, block.block]


def edge_shares(scene: Scene, block: BlockTrace) -> Wide:
    """How much of all brightness steps from pixel to pixel lies in each merged token's area."""
    slopes = np.hypot(*np.gradient(scene.pixels.mean(-1)))
    rows, columns = block.levels[-1].size
    bands = np.array_split(slopes, rows)
    cells = [part.sum() for band in bands for part in np.array_split(band, columns, axis=1)]
    total = sum(cells)
    return np.array(cells) / total if total else np.full(len(cells), 1 / len(cells))


def trained_side(scene: Scene) -> str:
    """On which map the trained row is shown: "a" or "b"."""
    return scene.side("random.which_is_trained")


def _which_is_trained(scene: Scene) -> PosedQuestion:
    if twins(scene) is None:
        return FLAT
    return scene.which_of_two("random.which_is_trained", "random")


def _higher_peak(scene: Scene) -> PosedQuestion:
    found = twins(scene)
    if found is None:
        return FLAT
    block, cell = found
    trained, random = (
        float(b[cell].max()) for b in (last_level_attention(block), random_board(scene, block))
    )
    key = "trained" if trained > random else "random"
    if max(trained, random) < TIE * min(trained, random):
        key = "equal"
    options = scene.rotated("random.higher_peak", ("trained", "random", "equal"))
    misconceptions = {name: [name] for name in options}
    return PosedQuestion(Choose(options, frozenset({key})), misconceptions=misconceptions)


def _random_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    width = scene.block.width
    return (
        r"\begin{gathered} P = \operatorname{softmax}\!\left(\frac{QK^{\top}}{\sqrt{d}}\right), \\ "
        rf"W^q, W^k, W^v \sim \mathcal{{N}}\!\left(0, \tfrac{{1}}{{C}}\right), \; C = {width}, \; "
        rf"\text{{seed }} {SEED} \end{{gathered}}"
    )


# 5.2 The scale that lies


def three_rows(scene: Scene) -> dict[str, Wide]:
    """Three rows of the query, in the order in which they are shown: a uniform one with a
    hundredth of noise, the trained and the random one.
    """
    block = scene.peaked_block or scene.block
    cell, trained = scene.query_index(block), scene.attention_row(block)
    seed = zlib.crc32(f"{scene.digest}noise".encode())
    noise = 1 + _NOISE * np.random.Generator(np.random.PCG64(seed)).standard_normal(len(trained))
    rows = {
        "noise": noise / noise.sum(),
        "trained": trained,
        "random": random_board(scene, block)[cell],
    }
    return {name: rows[name] for name in scene.rotated("colours.by_peak", tuple(rows))}


def peaks(scene: Scene) -> dict[str, float]:
    """The largest multiple of uniform attention of each of the three."""
    return {name: float(multiples(row).max()) for name, row in three_rows(scene).items()}


def board_letters(scene: Scene) -> dict[str, str]:
    """What each of the three is called until they are revealed."""
    return dict(zip(three_rows(scene), "ABC", strict=True))


def _by_peak(scene: Scene) -> PosedQuestion:
    asks = Order(peaks(scene))
    beliefs = {
        "noise": lambda guess: any(first == "noise" for first, _ in asks.too_early(guess)),
        "trained": lambda guess: ("trained", "random") in asks.too_early(guess),
        "random": lambda guess: ("random", "trained") in asks.too_early(guess),
    }
    return PosedQuestion(asks, board_letters(scene), misconceptions=name_wrong(asks, beliefs))


def _peak_of_one(scene: Scene) -> PosedQuestion:
    name = list(three_rows(scene))[scene.choice.chosen_map]
    return PosedQuestion(
        Estimate(peaks(scene)[name], factor=1.5),
        {"board": board_letters(scene)[name]},
        misconceptions={"uniform": [1], "stretched": _STRETCHED if name == "noise" else []},
    )


def _chosen_board(scene: Scene) -> str:
    return "ABC"[scene.choice.chosen_map]


def _scale_facts(scene: Scene) -> dict[str, str]:
    return {"noise_peak": f"{peaks(scene)['noise']:.2f}"}


def _scale_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    places = len(scene.attention_row(scene.block))
    return rf"m_j = T \, p_j, \quad T = {places}, \quad 1\times = \text{{1}}/{places}"


# 5.3 What if it could not choose?


def lent_row(scene: Scene, block: BlockTrace) -> Wide:
    """The query's row in the image whose attention is swapped in."""
    return scene.experiments.other_attention[block.stage, block.block][scene.query_index(block)]


def _stays(scene: Scene) -> PosedQuestion:
    swapped = scene.experiments.switched["swapped"]
    key = "stays" if int(swapped.argmax()) == scene.top else "changes"
    return PosedQuestion(
        Choose(scene.rotated("ablation.swapped", ("stays", "changes")), frozenset({key})),
        {"top1": scene.label(scene.top)},
        misconceptions={name: [name] for name in ("stays", "changes")},
    )


def _evenly(scene: Scene) -> PosedQuestion:
    runs = scene.experiments.switched
    on, even = (100 * float(softmax(runs[s])[scene.top]) for s in ("on", "uniform"))
    return PosedQuestion(
        Estimate(even, within=10),
        {"top1": scene.label(scene.top), "p": f"{on:.0f}"},
        misconceptions={"unchanged": [round(on)], "lost": [0]},
    )


def logit_changes(scene: Scene) -> dict[str, float]:
    """By how much each intervention changes the logit of the top-1 class."""
    runs = scene.experiments.switched
    plain = runs["on"][scene.top]
    return {name: float(runs[name][scene.top] - plain) for name in runs if name != "on"}


def _strongest_intervention(scene: Scene) -> PosedQuestion:
    changes = logit_changes(scene)
    sizes = {name: abs(changes[name]) for name in ("off", "uniform", "identity")}
    asks = Order(sizes, least=_LEAST)
    beliefs = {
        "removal": lambda guess: any(first == "off" for first, _ in asks.too_early(guess)),
        "remaining": lambda guess: any(then == "off" for _, then in asks.too_early(guess)),
        "mixing": lambda _: True,
    }
    return PosedQuestion(
        asks, {"top1": scene.label(scene.top)}, misconceptions=name_wrong(asks, beliefs)
    )


def _intervention_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    places = len(scene.attention_row(scene.block))
    return (
        r"\begin{gathered} O = PV, \quad P \to \tfrac{1}{"
        rf"{places}"
        r"}\mathbf{1}\mathbf{1}^{\top}, \;\; I, \;\; P' \\ "
        r"X + W^p \textstyle\sum_l n_l \; \to \; X \end{gathered}"
    )


STEPS = (
    Step(
        "5.1",
        "random",
        {
            "random.which_is_trained": Question(
                "choose", _which_is_trained, ("a", "b"), misconceptions=("random",)
            ),
            "random.higher_peak": Question(
                "choose",
                _higher_peak,
                ("trained", "random", "equal"),
                misconceptions=("trained", "random", "equal"),
            ),
        },
        _random_equation,
    ),
    Step(
        "5.2",
        "colours",
        {
            "colours.by_peak": Question(
                "order",
                _by_peak,
                ("noise", "trained", "random"),
                ("noise", "trained", "random"),
                ("noise", "trained", "random"),
            ),
            "colours.true_peak": Question(
                "estimate",
                _peak_of_one,
                placeholders=("board",),
                misconceptions=("uniform", "stretched"),
                depends_on=_chosen_board,
            ),
        },
        _scale_equation,
        _scale_facts,
        ("noise_peak",),
    ),
    Step(
        "5.3",
        "ablation",
        {
            "ablation.swapped": Question(
                "choose", _stays, ("stays", "changes"), ("top1",), ("stays", "changes")
            ),
            "ablation.uniform": Question(
                "estimate",
                _evenly,
                placeholders=("top1", "p"),
                misconceptions=("unchanged", "lost"),
            ),
            "ablation.strongest": Question(
                "order",
                _strongest_intervention,
                ("off", "uniform", "identity"),
                ("top1",),
                ("removal", "remaining", "mixing"),
            ),
        },
        _intervention_equation,
    ),
)
