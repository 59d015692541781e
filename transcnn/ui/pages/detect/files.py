"""What can be taken along: the figure, the numbers, the detections as COCO JSON."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from transcnn.figures import sheet
from transcnn.ui.app.downloads import take_away
from transcnn.ui.pages.detect.shown import short_text
from transcnn.ui.pages.detect.view import DetectView

if TYPE_CHECKING:
    from transcnn.detection.objects import Detection
    from transcnn.figures.detect import DetectionPanel
    from transcnn.figures.sheet import Sheet


def show_files(view: DetectView) -> None:
    """Draw the end of the page."""
    files: dict[str, Callable[[], str | bytes]] = {
        "detect.png": lambda: sheet.png(_figure(view)),
        "detect.svg": lambda: sheet.svg(_figure(view)),
        "detections.csv": lambda: _numbers(view),
        "inside.csv": lambda: _inside(view),
        "detections.json": lambda: _coco(view),
    }
    if view.box is None:
        del files["inside.csv"]
    upload = view.image.sample is None
    take_away(view.t, files, upload=upload, onward="explanations", query=view.state.query())


def _figure(view: DetectView) -> "Sheet":
    from transcnn.figures.detect import Query, detect_sheet

    shown = view.shown
    before = [shown.before[d.before] for d in shown.differences if d.before is not None]
    after = [shown.after[d.after] for d in shown.differences if d.after is not None]
    panels = [_panel(view, "on", before)]
    if view.compared:
        panels.append(_panel(view, view.choice.intervention, after))
    query = None
    if view.box is not None:
        query = Query(view.trace, view.box.block.stage, view.box.block.block, view.box.token)
    return detect_sheet(view.t, panels, view.seen.photo, query, view.seen.pixels)


def _panel(view: DetectView, run: str, boxes: "list[Detection]") -> "DetectionPanel":
    from transcnn.detection.objects import Detected
    from transcnn.figures.detect import DetectionPanel

    texts = [short_text(view.t, None, one, view.classes) for one in boxes]
    detected = Detected(view.seen.crop.picture, tuple(boxes))
    return DetectionPanel(view.t(f"view.intervention_{run}"), detected, texts)


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
