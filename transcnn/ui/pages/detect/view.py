"""What the page shows: the image, a detector, what it finds, and which box is in front."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transcnn.detection.objects import Detected, Detection
from transcnn.pictures import CENTRE
from transcnn.ui.app.detectors import open_detector
from transcnn.ui.app.images import ChosenImage
from transcnn.ui.app.session import Session
from transcnn.ui.pages.detect.attention import BoxReading, read_box
from transcnn.ui.pages.detect.data import SeenImage, detect, detect_again, see
from transcnn.ui.pages.detect.link import DetectChoice
from transcnn.ui.pages.detect.shown import Shown, take_shown
from transcnn.words.translator import Translator

if TYPE_CHECKING:
    from transcnn.trace import Trace


@dataclass(frozen=True, eq=False)
class DetectView:
    """`runs` has what is found under every ablation, by its name; `number` is that of the box in
    front among all detections of the original run, None: there is no box."""

    state: Session
    t: Translator
    choice: DetectChoice
    image: ChosenImage
    donor: ChosenImage
    classes: tuple[str, ...]
    seen: SeenImage
    trace: "Trace"
    runs: Mapping[str, Detected]
    shown: Shown
    number: int | None
    box: BoxReading | None

    @property
    def original(self) -> Detected:
        """All that the network finds as it is."""
        return self.runs["on"]

    @property
    def front(self) -> Detection | None:
        """The box in front."""
        return None if self.number is None else self.original.detections[self.number]

    @property
    def threshold(self) -> str:
        """The lowest score that is shown, as people read it."""
        return self.t.fixed(self.choice.threshold, 2)

    @property
    def compared(self) -> bool:
        """Whether an ablation stands beside the original run."""
        return self.choice.intervention != "on"

    def put(self, **changes: object) -> None:
        """Choose something else."""
        put(self.state, **changes)


def put(state: Session, **changes: object) -> None:
    """Change fields of the visitor's choice."""
    state.put(replace(state.part(DetectChoice), **changes))  # type: ignore[arg-type]


def take_view(state: Session, t: Translator, detector: str) -> DetectView:
    """What this visitor has chosen to look at; the first box where the chosen one is not shown."""
    choice = state.part(DetectChoice)
    # The whole image is seen, wherever other pages have moved their square.
    image, donor = (replace(one, crop=CENTRE) for one in (state.image, state.donor_image))
    run, runs = detect(image, detector), detect_again(image, donor, detector)
    classes = open_detector(detector).config.classes
    shown = take_shown(run.detected, runs[choice.intervention], choice, classes)
    there = shown.originals
    number = choice.box if choice.box in there else next(iter(there), None)
    box = None
    if number is not None:
        box = read_box(run.trace, run.detected.detections[number], choice)
    return DetectView(
        state=state,
        t=t,
        choice=choice,
        image=image,
        donor=donor,
        classes=classes,
        seen=see(image, detector),
        trace=run.trace,
        runs=runs,
        shown=shown,
        number=number,
        box=box,
    )
