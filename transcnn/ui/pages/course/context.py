"""What the parts of the page work on: the step, the scene, the words, and what was answered."""

import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.store import ROUNDS, ClassState, Learner, Teacher, Vote
from transcnn.course.formatting import FormattedQuestion
from transcnn.course.glossary import TermLinks, load_glossary
from transcnn.course.lessons import Lesson, load_lesson
from transcnn.course.questions import PosedQuestion
from transcnn.course.scene import Scene
from transcnn.course.step import Step
from transcnn.course.submission import Submission
from transcnn.errors import NoClass
from transcnn.ui.app.image_page import ImagePage
from transcnn.ui.app.session import Session
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.progress import Progress
from transcnn.ui.pages.course.role import Role
from transcnn.words.translator import Translator, plain

# Letters have one colour each, on the image and in the equation: by theme.
COLOURS = {
    "light": {"query": "#6B2FB3", "key": "#0B7570"},
    "dark": {"query": "#C9A6FF", "key": "#4FC7BE"},
}


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """One step for one visitor; `posed` are its questions about this image, None: left out.

    `membership` is the class that the visitor is in, `class_state` what it shows; `answers` are
    what the visitor has answered there, or alone, what the progress holds.
    """

    state: Session
    t: Translator
    shown: ImagePage
    step: Step
    scene: Scene
    posed: Mapping[str, PosedQuestion | None]
    answers: Mapping[AnswerKey, Submission]
    membership: Teacher | Learner | None = None
    class_state: ClassState = field(default_factory=ClassState)

    @functools.cached_property
    def linked(self) -> TermLinks:
        """Links terms in the texts of the step, in the order in which these are drawn."""
        return TermLinks(load_glossary(self.state.language))

    @property
    def lesson(self) -> Lesson:
        """The words of the step."""
        return load_lesson(self.step, self.state.language)

    @property
    def teaching(self) -> bool:
        """Whether this is the teacher's view."""
        return self.state.part(Role).teaching

    @property
    def colours(self) -> dict[str, str]:
        """The colours of the letters in the theme that the visitor has."""
        return COLOURS["dark" if st.context.theme.type == "dark" else "light"]

    def _key(self, name: str, *details: str) -> AnswerKey:
        known = tuple(dict.fromkeys(filter(None, details)))
        return AnswerKey(name, self.state.model, self.scene.digest[:16], self.scene.query, known)

    def question_key(self, name: str) -> AnswerKey:
        """What an answer to a question of the step is about."""
        return self._key(name, self.step.questions[name].depends_on(self.scene))

    @property
    def step_key(self) -> AnswerKey:
        """What the step as a whole is about: all that its questions depend on."""
        details = (q.depends_on(self.scene) for q in self.step.questions.values())
        return self._key(self.step.name, *details)

    def formatted(self, name: str, posed: PosedQuestion) -> FormattedQuestion:
        """A question of the step in words, for Markdown."""

        def t(word: str, **placeholders: object) -> str:
            return self.t(f"course.{word}", **placeholders)

        shown = {key: self.written(value) for key, value in posed.placeholders.items()}
        return FormattedQuestion(self.lesson.questions[name], replace(posed, placeholders=shown), t)

    def written(self, value: str) -> str:
        """A value of a text as Markdown shows it: names of classes may come from anywhere."""
        return plain(value) if value in self.scene.labels else value

    def submission(self, name: str) -> Submission | None:
        """The guess at a question; None also for one from a file that cannot be a guess at it."""
        submission, posed = self.answers.get(self.question_key(name)), self.posed[name]
        return (
            submission
            if submission is not None and posed is not None and posed.takes(submission.guess)
            else None
        )

    @property
    def all_submitted(self) -> bool:
        asked = [name for name, posed in self.posed.items() if posed is not None]
        return bool(self.posed) and all(self.submission(name) for name in asked)

    @property
    def revealed(self) -> bool:
        """In a class its teacher reveals; in the teacher's view nobody has to predict first."""
        if self.membership is not None:
            return self.step_key in self.class_state.revealed
        known = self.step_key in self.state.part(Progress).revealed
        return known and (self.teaching or self.all_submitted)

    @property
    def explained(self) -> bool:
        """Whether it is said why: alone with the reveal, in front of a class once its teacher goes
        on to it.
        """
        if self.membership is not None:
            return self.step_key in self.class_state.explained
        return self.revealed and (not self.teaching or self.observation is not None)

    @property
    def observation(self) -> str | None:
        """What the visitor wrote that they saw; None while they wrote nothing."""
        return self.state.part(Progress).observations.get(self.step_key)

    @property
    def in_class(self) -> bool:
        """Whether the visitor is a learner in a class."""
        return isinstance(self.membership, Learner)

    def vote(self, name: str) -> Vote:
        """Which vote of the class on a question is open; alone there is only the first."""
        return self.class_state.vote(self.question_key(name))

    def can_answer(self, name: str) -> bool:
        return self.submission(name) is None and self.vote(name) in ROUNDS and not self.revealed

    def submit(self, name: str, submission: Submission) -> None:
        """Keep a guess; of a learner also in the class, and nowhere if its vote is over."""
        key = self.question_key(name)
        with contextlib.suppress(NoClass):  # it is over: the page says so as soon as it is drawn
            if not isinstance(self.membership, Learner) or self.membership.answer(key, submission):
                self.state.part(Progress).submissions[key] = submission

    def observe(self, text: str) -> None:
        """Keep what was seen."""
        self.state.part(Progress).observations[self.step_key] = text
        with contextlib.suppress(NoClass):
            if isinstance(self.membership, Learner):
                self.membership.observe(self.step_key, text)
            elif self.membership is not None:
                self.membership.explain(self.step_key)

    @property
    def may_ask(self) -> bool:
        """Whether the visitor may change what a question is about, such as the query pixel:
        before the reveal all of a class are asked about the same.
        """
        return not self.in_class or self.revealed

    def go(self, there: CourseChoice) -> None:
        """Look at `there`, where the visitor may."""
        if self.may_ask:
            self.state.put(there)

    def set_query(self, pixel: tuple[int, int]) -> None:
        """Make the token of another input pixel the query."""
        self.go(replace(self.state.part(CourseChoice), query=pixel))
