"""What a class has answered: both votes of a question side by side, the right answer once it is
revealed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import plotly.graph_objects as go
import streamlit as st

from transcnn.course.classroom.store import ClassAnswer
from transcnn.course.classroom.tally import bins, count, count_bins, count_cells
from transcnn.course.questions import (
    Choose,
    Click,
    Estimate,
    Guess,
    PosedQuestion,
    Tick,
    spell_number,
)
from transcnn.figures.cells import CellMap, Mark
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import show_maps

_MOST_BARS = 10  # of guesses that nobody foresaw; the most frequent are shown
_FINE = 14  # cells a side up to which a count can be read in its cell


@dataclass(frozen=True)
class _Bar:
    says: str
    counts: list[int]  # of each round
    right: bool


def show_votes(
    context: StepContext, name: str, posed: PosedQuestion, given: Sequence[ClassAnswer]
) -> None:
    """Draw the votes on one question; `given` are all answers to it."""
    rounds = sorted({one.round for one in given})
    votes = {
        number: [
            g.submission.guess
            for g in given
            if g.round == number and posed.takes(g.submission.guess)
        ]
        for number in rounds
    }
    if not given:
        st.caption(context.t("classroom.no_votes"))
    elif (
        isinstance(posed.asks, Click)
        and not posed.asks.or_none
        and max(posed.asks.values.shape) <= _FINE
    ):
        _show_cells(context, name, posed.asks, votes)
    else:
        _show_bars(context, name, _bars(context, name, posed, votes), list(votes))


def _show_cells(
    context: StepContext, name: str, asks: Click, votes: dict[int, list[Guess]]
) -> None:
    rows, columns = asks.values.shape
    best = asks.best[0] * columns + asks.best[1]
    maps = []
    for number, guesses in votes.items():
        cells = count_cells(cast("list[tuple[int, int]]", guesses), (rows, columns))
        maps.append(
            CellMap(
                context.t(f"classroom.votes_{number}", count=len(guesses)),
                rows,
                columns,
                texts={cell: str(n) for cell, n in enumerate(cells.ravel()) if n},
                marks=(Mark(best, "u", "key"),) if context.revealed else (),
                image=context.scene.pixels,
                says=context.t("classroom.cells_say"),
            )
        )
    show_maps(context, maps, mounted=f"votes_{name}")


def _bars(
    context: StepContext, name: str, posed: PosedQuestion, votes: dict[int, list[Guess]]
) -> list[_Bar]:
    def per(says: Callable[[Guess], str], guesses: Sequence[Guess]) -> list[_Bar]:
        counted = [count(cast("Sequence[Guess]", given)) for given in votes.values()]
        return [
            _Bar(says(guess), [one[guess] for one in counted], posed.mark(guess) == "hit")
            for guess in guesses
        ]

    formatted = context.formatted(name, posed)
    everything = [guess for given in votes.values() for guess in given]
    if isinstance(posed.asks, Choose):
        return per(formatted.guess, posed.asks.options)
    if isinstance(posed.asks, Tick):
        ticks = [
            count([o for g in given for o in cast("tuple[str, ...]", g)])
            for given in votes.values()
        ]
        return [
            _Bar(
                formatted.option(option),
                [one[option] for one in ticks],
                option in posed.asks.right,
            )
            for option in posed.asks.options
        ]
    if isinstance(posed.asks, Estimate):
        numbers = {n: [float(cast("float", g)) for g in given] for n, given in votes.items()}
        sorted_into = bins([number for given in numbers.values() for number in given])
        counted = [count_bins(given, sorted_into) for given in numbers.values()]
        last = len(sorted_into) - 1
        return [
            _Bar(
                spell_number(one.low)
                if one.low == one.high
                else f"{spell_number(one.low)} – {spell_number(one.high)}",
                [of_round[k] for of_round in counted],
                one.holds(posed.asks.key, k == last) or posed.mark(one.low) == "hit",
            )
            for k, one in enumerate(sorted_into)
        ]
    return per(formatted.guess, [guess for guess, _ in count(everything).most_common(_MOST_BARS)])


def _show_bars(context: StepContext, name: str, bars: list[_Bar], rounds: list[int]) -> None:
    colours = (context.colours["query"], context.colours["key"])
    labels = [f"✓ {bar.says}" if bar.right and context.revealed else bar.says for bar in bars]
    wrapped = ["<br>".join(_lines(_plain_text(label))) for label in labels]
    chart = go.Figure()
    spoken = []
    for at, number in enumerate(rounds):
        counts = [bar.counts[at] for bar in bars]
        title = context.t(f"classroom.votes_{number}", count=sum(counts))
        bar: dict[str, Any] = dict(x=counts, y=wrapped, text=counts, name=title)
        chart.add_bar(
            **bar,
            orientation="h",
            marker_color=colours[number - 1],
            hoverinfo="skip",
            textangle=0,
            cliponaxis=False,
        )
        pairs = zip(labels, counts, strict=True)
        spoken.append(f"{title}: " + "; ".join(f"{says}: {count}" for says, count in pairs))
    lines = sum(max(2, label.count("<br>") + 1) for label in wrapped)
    chart.update_layout(
        height=100 + 22 * lines,
        font=dict(size=16),
        margin=dict(l=0, r=16, t=8, b=8),
        legend=dict(orientation="h", y=-0.12, yanchor="top"),
        xaxis=dict(rangemode="tozero", fixedrange=True, showticklabels=False),
        yaxis=dict(autorange="reversed", fixedrange=True, automargin=True, type="category"),
    )
    st.plotly_chart(
        chart, alt=" ".join(spoken), config={"displayModeBar": False}, key=f"votes_{name}"
    )


def _plain_text(label: str) -> str:
    """Plotly takes angle brackets for mark-up."""
    return label.replace("&", "&amp;").replace("<", "&lt;").replace("**", "").replace("`", "")


def _lines(text: str, longest: int = 34) -> list[str]:
    """A text cut into lines, between words where it has them."""
    lines = [""]
    for word in text.split(" "):
        for part in (word[k : k + longest] for k in range(0, len(word) or 1, longest)):
            if lines[-1] and len(lines[-1]) + len(part) > longest:
                lines.append("")
            lines[-1] = f"{lines[-1]} {part}".strip()
    return lines
