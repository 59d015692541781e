"""Chapter 4, the rest of the network: what is not attention, and class activation maps."""

from collections.abc import Mapping

import numpy as np

from transcnn.analysis.cost.network import NetworkPart, network_boxes
from transcnn.analysis.ranks import rank_correlation
from transcnn.course.questions import Choose, Estimate, Order, PosedQuestion, name_wrong
from transcnn.course.scene import Scene
from transcnn.course.step import MeasuredSentence, Question, Step

SIMILAR = 0.8  # rank correlation from which two maps look almost the same
_ALIKE = 0.95  # rank correlation from which two maps count as the same


# 4.4 The rest of the network


def boxes(scene: Scene) -> tuple[NetworkPart, ...]:
    """The parts of the network that the image passes."""
    size = scene.trace.crop.size
    return network_boxes(scene.classifier.config, (size, size))


def three_boxes(scene: Scene) -> dict[str, NetworkPart]:
    """The stem, the H-MHSA that the course looks at, the bottleneck behind it."""
    block, found = scene.block, boxes(scene)
    places = [i for i, b in enumerate(found) if b.kind == "attention" and b.stage == block.stage]
    at = places[block.block]
    return {"stem": found[0], "attention": found[at], "bottleneck": found[at + 1]}


def _attention_share(scene: Scene) -> PosedQuestion:
    found = boxes(scene)
    attention = sum(box.macs for box in found if box.kind == "attention")
    share = 100 * attention / sum(box.macs for box in found)
    return PosedQuestion(Estimate(share, within=5), misconceptions={"half": [50]})


def _dearest_box(scene: Scene) -> PosedQuestion:
    placeholders = {"stage": str(scene.block.stage + 1), "block": str(scene.block.block + 1)}
    asks = Order({name: float(b.macs) for name, b in three_boxes(scene).items()})
    beliefs = {
        "attention": lambda guess: ("attention", "bottleneck") in asks.too_early(guess),
        "stem_early": lambda guess: any(first == "stem" for first, _ in asks.too_early(guess)),
        "stem_late": lambda guess: any(then == "stem" for _, then in asks.too_early(guess)),
    }
    return PosedQuestion(asks, placeholders, misconceptions=name_wrong(asks, beliefs))


def _place_equation(scene: Scene, revealed: bool) -> str:
    block, found = scene.block, three_boxes(scene)
    places = block.size[0] * block.size[1]
    per_place = {name: f"{found[name].macs / places:,.0f}" for name in ("attention", "bottleneck")}
    shown = {n: v.replace(",", r"\,") if revealed else "{?}" for n, v in per_place.items()}
    pieces = found["bottleneck"].inside
    kernel = next(piece.kernel for piece in pieces if piece.operation == "depthwise")
    expansion = pieces[-2].out[0] // block.width
    return (
        rf"\begin{{gathered}} \text{{IRB}}: \; 2eC^2 + k^2eC = {shown['bottleneck']}, \\ "
        rf"\text{{H-MHSA}}: \; {shown['attention']}, \\ "
        rf"C = {block.width}, \quad e = {expansion}, \quad k = {kernel} \end{{gathered}}"
    )


# 4.5 Class activation maps


def first_two(scene: Scene) -> tuple[int, int]:
    """The indices of the two likeliest classes."""
    order = np.argsort(-scene.trace.logits, kind="stable")
    return int(order[0]), int(order[1])


def likeness(scene: Scene) -> float:
    """Rank correlation of the class activation maps of the two likeliest classes."""
    return rank_correlation(*(scene.contributions.of_class(k) for k in first_two(scene)))


def first_side(scene: Scene) -> str:
    """On which map the likeliest class is shown: "a" or "b"."""
    return scene.side("cam.which_class")


def _whose_contributions(scene: Scene) -> PosedQuestion:
    alike = likeness(scene) > _ALIKE
    key = "same" if alike else first_side(scene)
    wrong = sorted({"a", "b"} - {key})
    return PosedQuestion(
        Choose(("a", "b", "same"), frozenset({key})),
        {"alike": f"{_ALIKE:g}"},
        misconceptions={
            "other": [] if alike else wrong,
            "same": ["same"],
            "recognised": wrong if alike else [],
        },
    )


def _for_the_second(scene: Scene) -> PosedQuestion:
    one, other = (scene.contributions.of_class(k) for k in first_two(scene))
    against = int((one - other < 0).sum())
    return PosedQuestion(
        Estimate(against, within=5),
        {"T": str(one.size)},
        misconceptions={"won": [0], "all": [one.size]},
    )


def _contributions_facts(scene: Scene) -> Mapping[str, str]:
    return {"rho": f"{likeness(scene):.2f}"}


def _contributions_equation(scene: Scene, revealed: bool) -> str:
    contributions, (k, _) = scene.contributions, first_two(scene)
    votes = contributions.of_class(k)
    numbers = "{?} + {?} = {?}"
    if revealed:
        numbers = (
            f"{contributions.biases[k]:.4f} + {votes.sum():.4f} = {contributions.logits[k]:.4f}"
        )
    return (
        rf"\begin{{gathered}} \text{{logit}}_k = b_k + \frac{{1}}{{{votes.size}}} "
        rf"\sum_c w_k \cdot h_c \\ {numbers} \end{{gathered}}"
    )


STEPS = (
    Step(
        "4.4",
        "backbone",
        {
            "backbone.attention_share": Question(
                "estimate", _attention_share, misconceptions=("half",)
            ),
            "backbone.costliest_part": Question(
                "order",
                _dearest_box,
                ("stem", "attention", "bottleneck"),
                ("stage", "block"),
                ("attention", "stem_early", "stem_late"),
            ),
        },
        _place_equation,
    ),
    Step(
        "4.5",
        "cam",
        {
            "cam.which_class": Question(
                "choose",
                _whose_contributions,
                ("a", "b", "same"),
                ("alike",),
                ("other", "same", "recognised"),
            ),
            "cam.for_runner_up": Question(
                "estimate", _for_the_second, placeholders=("T",), misconceptions=("won", "all")
            ),
        },
        _contributions_equation,
        _contributions_facts,
        ("rho",),
        sentences={
            "second": MeasuredSentence(
                likeness, {"similar": lambda x: x > SIMILAR, "different": lambda x: x <= SIMILAR}
            )
        },
        ends_chapter=True,
    ),
)
