"""Questions, options, guesses and what is right in words, the same on the page and on paper.

What is said of every question alike comes from the catalogue of whoever asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transcnn.course.lessons import QuestionWords
from transcnn.course.questions import (
    Choose,
    Click,
    Draw,
    Estimate,
    Guess,
    Order,
    PosedQuestion,
    Tick,
    spell_number,
)


@dataclass(frozen=True)
class FormattedQuestion:
    """One question about an image in words. `t` gives a catalogue's sentence, placeholders filled:
    flat_asks, flat_yes, flat_no, cell, box, none_helps, none_ticked, right_factor, right_within.
    """

    asked: QuestionWords
    posed: PosedQuestion
    t: Callable[..., str]

    @property
    def question(self) -> str:
        if self.posed.flat:
            return self.t("flat_asks")
        return self.asked.asks.format(**self.posed.placeholders)

    @property
    def options(self) -> Sequence[str]:
        """The names of what can be chosen, ticked or ordered, as they are shown; of others none."""
        match self.posed.asks:
            case Choose(options=names) | Tick(options=names):
                return names
            case Order(values=values):
                return tuple(values)
        return ()

    def option(self, name: str) -> str:
        if self.posed.flat:
            return self.t(f"flat_{name}")
        return self.asked.options[name].format(**self.posed.placeholders)

    def guess(self, guess: Guess) -> str:
        """An answer that can be given."""
        if isinstance(guess, str):
            return self.option(guess)
        if not isinstance(guess, tuple):
            return spell_number(guess)
        match self.posed.asks:
            case Order():
                return " > ".join(self.option(str(name)) for name in guess)
            case Tick():
                return "; ".join(self.option(str(name)) for name in guess) or self.t("none_ticked")
        if guess == ():
            return self.t("none_helps")
        places = [int(place) + 1 for place in guess]
        if len(places) == 2:
            return self.t("cell", row=places[0], column=places[1])
        names = ("top", "left", "bottom", "right")
        return self.t("box", **dict(zip(names, places, strict=True)))

    @property
    def right(self) -> str:
        """What is right; of an estimate with its tolerance."""
        match self.posed.asks:
            case Choose(right=right):
                return " / ".join(self.option(name) for name in sorted(right))
            case Tick(options=names, right=right):
                return self.guess(tuple(name for name in names if name in right))
            case Estimate(key=key, within=within, factor=factor):
                on_progress = spell_number(key)
                if factor > 1:
                    return f"{on_progress} {self.t('right_factor', factor=f'{factor:g}')}"
                return (
                    f"{on_progress} {self.t('right_within', within=f'{within:g}')}"
                    if within
                    else on_progress
                )
            case Click(none_right=True):
                return self.guess(())
            case Click(best=place) | Draw(key=place):
                return self.guess(place)
            case Order(right=order):
                return self.guess(order)

    def misconception(self, name: str) -> str:
        """The feedback to the misconception called `name`."""
        return self.asked.misconceptions[name].format(**self.posed.placeholders)
