"""What can be taken along: the figure, the numbers, the detections as COCO JSON."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from transcnn.pictures import decode
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.images import decoding
from transcnn.ui.pages.detect.view import DetectView

if TYPE_CHECKING:
    from transcnn.figures.drawing import Drawing


def show_files(view: DetectView) -> None:
    """Draw the end of the page."""
    files: dict[str, Callable[[], str | bytes]] = {
        "detect.png": lambda: _figure(view).png,
        "detect.svg": lambda: _figure(view).svg,
        "detections.csv": lambda: _numbers(view),
        "inside.csv": lambda: _inside(view),
        "detections.json": lambda: _coco(view),
    }
    if view.box is None:
        del files["inside.csv"]
    upload = view.image.sample is None
    take_away(view.t, files, upload=upload, onward="explanations", query=view.state.query())


def _figure(view: DetectView) -> "Drawing":
    from transcnn.detection.objects import Detected
    from transcnn.figures.detect import Query, draw_detect

    shown, size = view.shown, view.seen.crop.picture
    before = [shown.before[d.before] for d in shown.differences if d.before is not None]
    runs = {_run_name(view, "on"): Detected(size, tuple(before))}
    if view.compared:
        after = [shown.after[d.after] for d in shown.differences if d.after is not None]
        runs[_run_name(view, view.choice.intervention)] = Detected(size, tuple(after))
    query = None
    if view.box is not None:
        query = Query(view.trace, view.box.block.stage, view.box.block.block, view.box.token)
    with decoding:
        picture = decode(view.image.data)
        return draw_detect(
            view.t,
            picture,
            runs,
            view.classes,
            threshold=view.choice.threshold,
            query=query,
            pixels=view.seen.pixels,
        )


def _run_name(view: DetectView, run: str) -> str:
    return f"{view.trace.model} ({view.t(f'view.intervention_{run}')})"


def _numbers(view: DetectView) -> str:
    from transcnn.figures.detect import detections_csv

    least = view.choice.threshold
    above = {run: detected.above(least) for run, detected in view.runs.items()}
    return detections_csv(above, view.classes)


def _inside(view: DetectView) -> str:
    from transcnn.figures.detect import inside_csv

    assert view.box is not None
    return inside_csv(view.trace, view.box.box, *view.box.centre)


def _coco(view: DetectView) -> str:
    from transcnn.detection.as_coco import as_coco

    detected = view.runs[view.choice.intervention].above(view.choice.threshold)
    name = view.image.title if view.image.sample is None else f"{view.image.sample}.jpg"
    return json.dumps(as_coco(detected, view.classes, name), ensure_ascii=False, indent=1)
