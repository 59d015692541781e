"""Questions and what is right, in words, as they stand on paper."""

from transcnn.course.lessons import Asked
from transcnn.course.questions import (
    Choose,
    Click,
    Draw,
    Estimate,
    Guess,
    Order,
    Posed,
    Tick,
    spell_number,
)
from transcnn.reports.wording import Wording


def asks(asked: Asked, posed: Posed, say: Wording) -> str:
    """What is asked about this picture."""
    return say("handout_flat_asks") if posed.flat else asked.asks.format(**posed.gaps)


def option(asked: Asked, posed: Posed, name: str, say: Wording) -> str:
    """The words of one of the options."""
    if posed.flat:
        return say(f"handout_flat_{name}")
    return asked.options[name].format(**posed.gaps)


def options(asked: Asked, posed: Posed, say: Wording) -> list[str]:
    """All options, in the order in which the page shows them; none where nothing is chosen."""
    match posed.asks:
        case Choose(options=names) | Tick(options=names):
            return [option(asked, posed, name, say) for name in names]
        case Order(values=values):
            return [option(asked, posed, name, say) for name in values]
    return []


def describe(asked: Asked, posed: Posed, guess: Guess, say: Wording) -> str:
    """An answer in words."""
    match guess:
        case str():
            return option(asked, posed, guess, say)
        case int() | float():
            return spell_number(guess)
    if isinstance(posed.asks, Order):
        return " > ".join(option(asked, posed, str(name), say) for name in guess)
    places = [int(v) + 1 for v in guess]
    if len(places) == 2:
        return say("handout_cell", row=places[0], column=places[1])
    names = ("top", "left", "bottom", "right")
    return say("handout_box", **dict(zip(names, places, strict=True)))


def right_answer(asked: Asked, posed: Posed, say: Wording) -> str:
    """The key in words, with its tolerance."""
    match posed.asks:
        case Choose(right=right) | Tick(right=right):
            return " / ".join(option(asked, posed, name, say) for name in sorted(right))
        case Estimate(key=key, within=within, factor=factor):
            told = spell_number(key)
            if factor > 1:
                return f"{told} {say('handout_factor', factor=f'{factor:g}')}"
            return f"{told} {say('handout_within', within=f'{within:.3g}')}" if within else told
        case Click(none_right=True):
            return say("handout_none_helps")
        case Click(best=place) | Draw(key=place):
            return describe(asked, posed, place, say)
        case Order(right=order):
            return describe(asked, posed, order, say)


def wrong_ways(asked: Asked, posed: Posed, say: Wording) -> list[tuple[str, str]]:
    """Answers that known wrong ways lead to here, each with what is said to it."""
    found: dict[str, tuple[str, str]] = {}
    for name, ends in posed.ways.items():
        for end in ends:
            guess = float(end) if isinstance(posed.asks, Estimate) else end  # type: ignore[arg-type]
            if posed.way(guess) == name:
                told = describe(asked, posed, guess, say)
                found.setdefault(name, (told, asked.ways[name].format(**posed.gaps)))
    return list(found.values())
