"""What can be taken along: every detection with its error, the curves, COCO JSON."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from transcnn.runs.uploads import is_upload
from transcnn.ui.app.downloads import take_away
from transcnn.ui.pages.errors.detection import curves, kinds
from transcnn.ui.pages.errors.detection.data import scores_of
from transcnn.ui.pages.errors.detection.view import RunView
from transcnn.ui.pages.errors.link import ErrorsChoice

if TYPE_CHECKING:
    from transcnn.detection.evaluation.coco import CocoScores


def show_files(view: RunView) -> None:
    """Draw the end of the page."""
    scores = scores_of(view.store, 0)  # here, since files are made outside of the session
    files: dict[str, Callable[[], str | bytes]] = {
        "verdicts.csv": lambda: _verdicts(view),
        "curves.csv": lambda: _curves(scores),
        "detections.json": lambda: _coco(view),
    }
    charts = {"kinds": kinds.CHART, "curves": curves.CHART}
    shared = is_upload(view.state.part(ErrorsChoice).shown)
    chart = charts.get(view.choice.part)
    take_away(view.t, files, chart=chart, run=shared, onward="cost", query=view.state.query())


def _verdicts(view: RunView) -> str:
    from transcnn.figures.detection_run import verdicts_csv

    names = [one.name for one in view.pictures]
    return verdicts_csv(names, view.judged.pictures, view.judged.verdicts, view.classes)


def _curves(scores: "CocoScores") -> str:
    from transcnn.figures.detection_run import curves_csv

    return curves_csv(scores)


def _coco(view: RunView) -> str:
    from transcnn.detection.as_coco import all_as_coco
    from transcnn.detection.objects import Detected

    found = [
        (one.name, Detected(one.size, one.detections).above(view.choice.least))
        for one in view.pictures
    ]
    return json.dumps(all_as_coco(found, view.classes), ensure_ascii=False, indent=1)
