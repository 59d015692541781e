"""What the parts of the page work on: the step, the scene, the words, and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from transcnn.course.lessons import Lesson
from transcnn.course.questions import Posed
from transcnn.course.scene import Scene
from transcnn.course.step import Step
from transcnn.ui.course.progress import Kept
from transcnn.ui.state import AppState
from transcnn.ui.view import Shown
from transcnn.ui.words import Words

# Letters have one colour each, on the picture and in the equation: by theme.
COLOURS = {
    "light": {"asker": "#6B2FB3", "seen": "#0B7570"},
    "dark": {"asker": "#C9A6FF", "seen": "#4FC7BE"},
}


@dataclass(frozen=True)
class Desk:
    """One step for one visitor; `posed` are its questions about this picture, None: left out."""

    state: AppState
    say: Words
    shown: Shown
    step: Step
    lesson: Lesson
    scene: Scene
    posed: Mapping[str, Posed | None]

    @property
    def colours(self) -> dict[str, str]:
        """The colours of the letters in the theme that the visitor has."""
        return COLOURS["dark" if st.context.theme.type == "dark" else "light"]

    def place(self, what: str, also: str) -> str:
        """What an answer to `what` is kept under: it is about this network, picture and asker, and
        what it is about `also`."""
        scene = self.scene
        parts = [what, self.state.model, scene.digest[:16], f"{scene.at[0]},{scene.at[1]}"]
        return "|".join([*parts, also] if also else parts)

    def question_place(self, name: str) -> str:
        return self.place(name, self.step.questions[name].also(self.scene))

    @property
    def step_place(self) -> str:
        also = dict.fromkeys(q.also(self.scene) for q in self.step.questions.values())
        return self.place(self.step.number, "|".join(filter(None, also)))

    def kept(self, name: str) -> Kept | None:
        """The guess at a question; None also for one from a file that cannot be a guess at it."""
        kept, posed = self.state.progress.kept.get(self.question_place(name)), self.posed[name]
        return kept if kept is not None and posed is not None and posed.takes(kept.guess) else None

    @property
    def all_kept(self) -> bool:
        asked = [name for name, posed in self.posed.items() if posed is not None]
        return bool(self.posed) and all(self.kept(name) for name in asked)

    @property
    def revealed(self) -> bool:
        return self.all_kept and self.step_place in self.state.progress.revealed

    @property
    def seen(self) -> bool:
        """Whether it was said what there was to see."""
        return self.revealed and self.step_place in self.state.progress.saw

    def ask_from(self, at: tuple[int, int]) -> None:
        """Let another pixel of the input ask."""
        self.state.take_step(replace(self.state.course, at=at))
