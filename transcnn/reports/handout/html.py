"""A chapter about one image, on sheets: to predict on, to read afterwards, and the answers."""

from collections.abc import Collection
from dataclasses import dataclass

from transcnn.course.figures.steps import FIGURES
from transcnn.course.formatting import FormattedQuestion
from transcnn.course.glossary import CARD, load_glossary
from transcnn.course.lessons import load_lesson
from transcnn.course.questions import Estimate
from transcnn.course.scene import Scene
from transcnn.course.step import Step
from transcnn.course.steps import STEPS
from transcnn.course.word_card import draw as draw_word
from transcnn.detection.catalogue import shipped_detector
from transcnn.errors import ChoiceError
from transcnn.figures.cells import CellMap
from transcnn.figures.drawing import image_name
from transcnn.figures.figure import Figure
from transcnn.reports.handout.drawing import draw, symbol
from transcnn.reports.handout.equations import as_mathml
from transcnn.reports.page import fill
from transcnn.words import LANGUAGES
from transcnn.words.translator import Translator, translator

CHAPTERS = tuple(dict.fromkeys(step.chapter for step in STEPS))


@dataclass(frozen=True)
class _Asked:
    """One question; `kind` decides how much space to write there is. None left out of both."""

    number: int
    kind: str
    asks: str
    options: list[str]
    right: str
    misconceptions: list[tuple[str, str]]


@dataclass(frozen=True)
class _Step:
    """A step; figures and equations before the reveal and after it."""

    title: str
    lead: str
    multiples: bool  # whether its figures are about multiples of uniform attention
    body: str
    before: list[str]
    after: list[str]
    masked: list[str]
    live: list[str]
    asked: list[_Asked]
    left_out: list[int]
    missing: str | None
    saw: str
    why: str
    change: str | None
    present: str | None


def render(scene: Scene, chapter: int, language: str, picture: str) -> str:
    """The sheets of `chapter` about the scene's image, which is called `picture`.

    Raises ChoiceError for a chapter that does not exist, or a language.
    """
    if chapter not in CHAPTERS:
        raise ChoiceError(field="chapter", value=chapter, allowed=", ".join(map(str, CHAPTERS)))
    if language not in LANGUAGES:
        raise ChoiceError(field="lang", value=language, allowed=", ".join(LANGUAGES))
    t = translator(language)
    card = load_glossary(language).card
    steps = [step for step in STEPS if step.chapter == chapter]
    figures = {
        (step, revealed): FIGURES[step.number](scene, t, revealed)
        for step in steps
        if step.missing(scene) is None
        for revealed in (False, True)
    }
    drawn = (one for shown in figures.values() for one in shown if isinstance(one, CellMap))
    images = {image_name(scene.pixels): scene.pixels}
    images |= {image_name(one.image): one.image for one in drawn if one.image is not None}
    return fill(
        "handout/handout.html",
        language,
        t=t,
        chapter=t(f"report.handout_chapter_{chapter}"),
        made=_made(scene, steps, t, picture),
        images=list(map(symbol, images.values())),
        image=image_name(scene.pixels),
        picture=picture,
        at=scene.share,
        card=[(card[word].term, draw_word(word, card[word].says), card[word].says) for word in CARD]
        if chapter == CHAPTERS[0]
        else [],
        steps=[
            _step(
                scene,
                step,
                t,
                figures.get((step, False), []),
                figures.get((step, True), []),
                images,
            )
            for step in steps
        ],
    )


def _made(scene: Scene, steps: list[Step], t: Translator, picture: str) -> str:
    """From which image and by which network the numbers are."""
    detector = steps[0].detector
    if detector is None:
        model, weights = scene.trace.model, scene.trace.weights_sha256
    else:
        model, weights = detector, shipped_detector(detector).sha256
    said = {"picture": picture, "model": model, "weights": (weights or "")[:12]}
    return t("report.handout_made", **said)


def _step(
    scene: Scene,
    step: Step,
    t: Translator,
    before: list[Figure],
    after: list[Figure],
    images: Collection[str],
) -> _Step:
    lesson = load_lesson(step, t.language)
    text = lesson.fill(step, scene)
    missing = step.missing(scene)
    questions = {} if missing else step.questions
    posed = {name: question.pose(scene) for name, question in questions.items()}

    def in_words(word: str, **placeholders: object) -> str:
        return t(f"course.{word}", **placeholders)

    asked = [
        _ask(
            number,
            "choose" if found.flat else step.questions[name].kind,
            FormattedQuestion(lesson.questions[name], found, in_words),
        )
        for number, (name, found) in enumerate(posed.items(), 1)
        if found is not None
    ]
    return _Step(
        title=f"{step.number} · {lesson.title}",
        lead="" if missing else text.lead,
        multiples=any(
            isinstance(one, CellMap) and one.scale is not None and one.scale.form == "multiples"
            for one in (*before, *after)
        ),
        body="" if missing else text.body,
        before=[draw(figure, t, images) for figure in before],
        after=[draw(figure, t, images) for figure in after],
        masked=as_mathml(step.equation(scene, False)),
        live=as_mathml(step.equation(scene, True)),
        asked=asked,
        missing=missing,
        left_out=[n for n, found in enumerate(posed.values(), 1) if found is None],
        saw=lesson.saw,
        why=text.why,
        change=lesson.change,
        present=lesson.present,
    )


def _ask(number: int, kind: str, formatted: FormattedQuestion) -> _Asked:
    options = [formatted.option(name) for name in formatted.options]
    return _Asked(
        number,
        kind,
        formatted.question,
        options,
        formatted.right,
        list(_wrong_ways(formatted).values()),
    )


def _wrong_ways(formatted: FormattedQuestion) -> dict[str, tuple[str, str]]:
    """Of each misconception that leads to an answer here: that answer, and the feedback to it."""
    posed = formatted.posed
    found: dict[str, tuple[str, str]] = {}
    for name, ends in posed.misconceptions.items():
        for end in ends:
            guess = float(end) if isinstance(posed.asks, Estimate) else end  # type: ignore[arg-type]
            if posed.misconception(guess) == name:
                found.setdefault(name, (formatted.guess(guess), formatted.misconception(name)))
    return found
