"""Chapter 6: from a label to a box."""

from collections.abc import Mapping

from transcnn.course.ch5_claims import beside_area
from transcnn.course.found_boxes import DETECTOR, STAND_IN, THRESHOLD
from transcnn.course.questions import Choose, PosedQuestion, name_wrong
from transcnn.course.scene import Scene
from transcnn.course.step import MeasuredSentence, Question, Step
from transcnn.extras import is_installed
from transcnn.pictures.samples import Sample, find_sample, name_in_run

_FACTS = (
    *("tokens", "per_token", "anchors", "candidates", "least", "overlap"),
    *("kept", "shown", "threshold"),
)
_INSIDE = ("more", "about", "less")  # than its area: the attention inside a box
_FATES = ("stay", "change", "vanish")  # of the boxes without attention, the least change first
_EXTRA = "detection"


# 6.1 From a label to a box


def stand_in(scene: Scene) -> Sample | None:
    """The sample in place of the image, in which nothing is found; None where something is."""
    own = scene.boxes.picture == name_in_run(scene.sample, scene.digest)
    return None if own else find_sample(STAND_IN)


def times_area(scene: Scene) -> float:
    """The attention that stays inside the best box, as a multiple of its share of the area."""
    multiple = scene.boxes.attention.inside.multiple
    assert multiple is not None  # the last level is one grid over the whole image
    return multiple


def fate(scene: Scene) -> str:
    """What becomes of the boxes without H-MHSA: the largest change of all."""
    found = scene.boxes
    fates = {one.fate for one in found.changes("off") if one.before is not None}
    return "vanish" if "vanished" in fates else "stay" if fates == {"kept"} else "change"


def _attention_inside(scene: Scene) -> PosedQuestion:
    attention = scene.boxes.attention
    all_of_it = 1 / attention.inside.uniform  # how many times its area a box holds at most
    possible = [one for one in _INSIDE if one != "more" or beside_area(all_of_it) == "more"]
    options = scene.rotated("boxes.attention_inside", tuple(possible))
    return PosedQuestion(
        Choose(options, frozenset({beside_area(times_area(scene))})),
        {
            "area": f"{100 * attention.inside.uniform:.0f}",
            "stage": str(attention.stage + 1),
            "block": str(attention.block + 1),
        },
        misconceptions={name: [name] for name in options},
    )


def _without_attention(scene: Scene) -> PosedQuestion:
    key = fate(scene)
    asks = Choose(scene.rotated("boxes.without_attention", _FATES), frozenset({key}))
    beliefs = {
        "stay": lambda guess: _FATES.index(guess) < _FATES.index(key),
        "vanish": lambda _: True,
    }
    return PosedQuestion(
        asks, {"threshold": f"{THRESHOLD:g}"}, misconceptions=name_wrong(asks, beliefs)
    )


def _lacks(scene: Scene) -> str | None:  # noqa: ARG001
    return None if is_installed(_EXTRA) else "detector"


def _facts(scene: Scene) -> Mapping[str, str]:
    if _lacks(scene):
        return dict.fromkeys(_FACTS, "-")
    found, candidates = scene.boxes, scene.boxes.candidates
    return {
        "tokens": f"{candidates.tokens:,}",
        "per_token": str(candidates.per_token),
        "anchors": f"{candidates.anchors:,}",
        "candidates": f"{len(candidates.found):,}",
        "least": f"{candidates.least:g}",
        "overlap": f"{candidates.overlap:g}",
        "kept": str(found.kept),
        "shown": str(len(found.boxes)),
        "threshold": f"{THRESHOLD:g}",
    }


def _changed(scene: Scene) -> float:
    """How many boxes move, change their class or vanish without H-MHSA; NaN without a detector."""
    if _lacks(scene):
        return float("nan")
    changes = scene.boxes.changes("off")
    return sum(one.before is not None and one.fate != "kept" for one in changes)


def _equation(scene: Scene, revealed: bool) -> str:
    numbers = widths = "{?}"
    if revealed and not _lacks(scene):
        anchor, box = scene.boxes.source.anchor, scene.boxes.best.box
        wide, now = anchor.right - anchor.left, box.right - box.left
        widths = rf"{wide:.0f} \cdot {now / wide:.2f} = {now:.0f}"
        numbers = f"{times_area(scene):.2f}"
    return (
        r"\begin{gathered} x = x_a + w_a \, d_x, \\ "
        rf"w = w_a \, e^{{d_w}} = {widths}, \\ "
        r"\mathrm{IoU} = \frac{|A \cap B|}{|A \cup B|}, \\ "
        r"\sum_{u \in B} P_{\query{t}u} \Big/ \frac{|B|}{T} = "
        rf"{numbers} \end{{gathered}}"
    )


STEPS = (
    Step(
        "6.1",
        "boxes",
        {
            "boxes.attention_inside": Question(
                "choose",
                _attention_inside,
                _INSIDE,
                ("area", "stage", "block"),
                _INSIDE,
            ),
            "boxes.without_attention": Question(
                "choose", _without_attention, _FATES, ("threshold",), ("stay", "vanish")
            ),
        },
        _equation,
        _facts,
        _FACTS,
        sentences={
            "finding": MeasuredSentence(
                _changed, {"needed": lambda count: count > 0, "spare": lambda count: count == 0}
            )
        },
        missing=_lacks,
        ends_chapter=True,
        detector=DETECTOR,
    ),
)
