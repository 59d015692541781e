"""The figures of chapter 6."""

from collections.abc import Sequence
from dataclasses import replace

from transcnn.analysis.detection.boxes import iou
from transcnn.analysis.detection.differences import Difference
from transcnn.course import ch6_detection as detection
from transcnn.course.figures.common import Draws
from transcnn.course.found_boxes import ABLATIONS, FoundBoxes
from transcnn.course.scene import Scene
from transcnn.detection.objects import Detection
from transcnn.figures import cells
from transcnn.figures.cells import CellMap, Mark, Role, box_on_map
from transcnn.figures.detections import label_text
from transcnn.figures.figure import Bars, Figure, Table
from transcnn.figures.scale import multiples_scale
from transcnn.pictures.geometry import Box
from transcnn.words.translator import Translator

_DRAWN = 10  # candidates, the best: more would hide each other


def boxes(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """6.1: the boxes that are found, and the token at the centre of the best one; then what that
    attends to, the anchor that became the box, its rivals, and the boxes under ablations."""
    if detection.STEPS[0].missing(scene):
        return []
    found, attention = scene.boxes, scene.boxes.attention
    rows, columns = attention.multiples.shape
    own = attention.own
    tokens = CellMap(
        _found_text(scene, t),
        rows,
        columns,
        marks=(Mark(own[0] * columns + own[1], "t"),),
        boxes=_frames(found, attention.whole, [one.box for one in found.boxes[1:]]),
        image=found.pixels,
        whole=attention.whole,
        says=t("course.boxes_says", rows=rows, columns=columns),
    )
    if not revealed:
        return [tokens]
    inside = {
        t("course.boxes_inside"): 100 * attention.inside.share,
        t("course.boxes_area"): 100 * attention.inside.uniform,
    }
    return [
        replace(
            tokens,
            name=t("course.reading_of"),
            values=attention.multiples,
            scale=multiples_scale(t),
        ),
        _anchor(found, t),
        _rivals(found, t),
        Bars(t("course.boxes_share"), inside, " %"),
        _ablations(found, t),
    ]


def _found_text(scene: Scene, t: Translator) -> str:
    found, instead = scene.boxes, detection.stand_in(scene)
    listed = t("detect.and").join(_label(found, t, one) for one in found.boxes)
    if instead is None:
        return t("course.boxes_found", boxes=listed)
    return t("course.boxes_found_in", boxes=listed, picture=instead.title[t.language])


def _label(found: FoundBoxes, t: Translator, one: Detection) -> str:
    return label_text(t, found.classes[one.label], one.score)


def _frames(
    found: FoundBoxes, whole: tuple[float, float], dashed: Sequence[Box]
) -> tuple[cells.Box, ...]:
    """The best box on a map of the `whole` input, above `dashed` ones."""

    def frame(box: Box, role: Role, is_dashed: bool) -> cells.Box:
        return box_on_map(box, found.crop.picture, whole, role=role, dashed=is_dashed)

    return (*(frame(box, "", True) for box in dashed), frame(found.best.box, "key", False))


def _anchor(found: FoundBoxes, t: Translator) -> CellMap:
    """The map of the pyramid from which the best box comes, with its token and its anchor."""
    source = found.source
    rows, columns = found.candidates.sizes[source.level]
    stride = found.candidates.strides[source.level]
    high, wide = found.crop.sides
    whole = high / stride, wide / stride
    row, column = source.token
    size = _size(source.anchor), _size(found.best.box)
    return CellMap(
        t("course.boxes_anchor", stride=stride, anchor=size[0], box=size[1]),
        rows,
        columns,
        marks=(Mark(row * columns + column, "a", "key"),),
        boxes=_frames(found, whole, [source.anchor]),
        image=found.pixels,
        whole=whole,
        says=t("course.boxes_says", rows=rows, columns=columns),
    )


def _size(box: Box) -> str:
    _, _, width, height = box.xywh
    return f"{width:.0f} × {height:.0f}"


def _rivals(found: FoundBoxes, t: Translator) -> CellMap:
    """The candidates that non-maximum suppression weighs against the best box."""
    best, whole, least = found.best, found.attention.whole, found.candidates.overlap
    over = [
        c.detection.box
        for c in found.candidates.found
        if c.detection.label == best.label and iou(c.detection.box, best.box) > least
    ]
    rows, columns = found.attention.multiples.shape
    return CellMap(
        t("course.boxes_rivals", count=len(over), drawn=min(len(over), _DRAWN)),
        rows,
        columns,
        boxes=_frames(found, whole, over[:_DRAWN]),
        image=found.pixels,
        whole=whole,
        lines=None,
        says=t("course.boxes_says", rows=rows, columns=columns),
    )


def _ablations(found: FoundBoxes, t: Translator) -> Table:
    """What becomes of each box, and what appears beside them."""
    changes = {name: found.changes(name) for name in ABLATIONS}
    rows = []
    for number, one in enumerate(found.boxes):
        fates = (
            _fate(found, t, name, next(d for d in changes[name] if d.before == number))
            for name in ABLATIONS
        )
        rows.append([_label(found, t, one), *fates])
    appeared = [
        t("detect.and").join(
            _label(found, t, found.after[name][d.after])
            for d in changes[name]
            if d.before is None and d.after is not None
        )
        for name in ABLATIONS
    ]
    if any(appeared):
        rows.append([t("detect.fate_appeared"), *appeared])
    head = [t("course.as_trained"), *(t(f"view.intervention_{name}") for name in ABLATIONS)]
    return Table(t("course.boxes_after"), rows, head)


def _fate(found: FoundBoxes, t: Translator, ablation: str, change: Difference) -> str:
    fate = t(f"detect.fate_{change.fate}")
    if change.after is None:
        return fate
    return f"{_label(found, t, found.after[ablation][change.after])} ({fate})"


FIGURES: dict[str, Draws] = {"6.1": boxes}
