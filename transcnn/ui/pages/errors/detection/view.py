"""What all parts of the page show from."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transcnn.labels import object_name
from transcnn.runs.detection.measured import DetectedPicture
from transcnn.runs.detection.store import DetectionStore
from transcnn.ui.app.session import Session
from transcnn.ui.pages.errors.detection.data import Judged, judge, pictures_of
from transcnn.ui.pages.errors.detection.link import DetectionErrorsChoice
from transcnn.ui.pages.errors.link import ErrorsChoice
from transcnn.words.translator import Translator

if TYPE_CHECKING:
    from transcnn.analysis.detection.verdicts import Verdict


@dataclass(frozen=True, eq=False)
class RunView:
    """A detector's run as this visitor looks at it. `label` is the chosen class, None for all."""

    state: Session
    t: Translator
    store: DetectionStore
    choice: DetectionErrorsChoice
    classes: tuple[str, ...]
    pictures: list[DetectedPicture]
    judged: Judged
    label: int | None

    def name(self, label: int) -> str:
        """A class in the visitor's language."""
        return object_name(self.classes[label], self.t.language)

    def chosen(self, outcome: str) -> "list[Verdict]":
        """Those of the chosen class with an outcome, "" for every error."""
        return [
            one
            for one in self.judged.verdicts
            if (one.outcome == outcome if outcome else one.outcome != "correct")
            and (self.label is None or one.concerns(self.label))
        ]

    def put(self, **changes: object) -> None:
        """Choose something else; the gallery begins with its first page again."""
        put(self.state, **changes)


def put(state: Session, **changes: object) -> None:
    """Change fields of the visitor's choice."""
    state.put(replace(state.part(DetectionErrorsChoice), **changes))  # type: ignore[arg-type]
    if set(changes) != {"opened"}:
        state.put(replace(state.part(ErrorsChoice), page=0))


def take_view(state: Session, t: Translator, store: DetectionStore) -> RunView:
    """What this visitor has chosen to look at."""
    choice, classes = state.part(DetectionErrorsChoice), store.settings.classes
    label = classes.index(choice.label) if choice.label in classes else None
    return RunView(
        state, t, store, choice, classes, pictures_of(store), judge(store, choice.least), label
    )
