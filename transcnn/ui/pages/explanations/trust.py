"""How far one map can be trusted: its faithfulness scores against baselines, the verdict, and the
parameter-randomisation test.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from transcnn.analysis.intervals import Interval
from transcnn.errors import NotBegun
from transcnn.explain.faithfulness import Faithfulness, faithfulness
from transcnn.explain.fill import FILLS, Fill
from transcnn.explain.names import BASELINES, SCORES, VOTES
from transcnn.explain.sanity import Randomised, parameter_randomisation
from transcnn.explain.verdict import NEEDED
from transcnn.ui.app.session import Session
from transcnn.ui.app.tables import show_table
from transcnn.ui.app.tasks import Task
from transcnn.ui.components.cells import show_cells
from transcnn.ui.pages.explanations.data import Explained, ExplainTasks, Found, method_key
from transcnn.ui.pages.explanations.maps import attribution_panel, correlation_text, error_says
from transcnn.ui.pages.explanations.progress import show_tasks
from transcnn.words.translator import Translator, plain

if TYPE_CHECKING:
    from transcnn.explain.method import OnProgress

# Of Okabe and Ito, distinct by dash too.
LINES = {
    "own": ("#0B7570", "solid", 4),
    "random": ("#808080", "solid", 1),
    "centre": ("#0072B2", "dash", 2),
    "edges": ("#CC79A7", "dot", 2),
    "blurred": ("#E69F00", "dashdot", 2),
    "weights": ("#D55E00", "longdash", 2),
}
_FILL, _CHART, _RANDOMISED = "explain_fill", "explain_curves", "explain_randomised"


def scores_key(explained: Explained, found: Found) -> str:
    return f"{method_key(explained, found)}/scores"


def sanity_key(explained: Explained, found: Found) -> str:
    return f"{method_key(explained, found)}/sanity"


def score(state: Session, explained: Explained, found: Found) -> Task:
    """Begin to score the map of a method, or go on looking at it."""
    method, attribution = found.method, found.attribution
    assert attribution is not None

    def do(on_progress: "OnProgress") -> Faithfulness:
        return faithfulness(explained.subject, attribution, method, on_progress)

    return state.part(ExplainTasks).begin(scores_key(explained, found), do)


def randomise(state: Session, explained: Explained, found: Found) -> Task:
    """Begin the parameter-randomisation test of a method."""
    method = found.method

    def do(on_progress: "OnProgress") -> tuple[Randomised, ...]:
        return tuple(parameter_randomisation(explained.subject, method, on_progress))

    return state.part(ExplainTasks).begin(sanity_key(explained, found), do)


def verdict_says(t: Translator, result: Faithfulness) -> str:
    """The verdict in a sentence, and which baselines the map does not beat."""
    unbeaten = ", ".join(t(f"explanations.baseline_{name}") for name in result.verdict.unbeaten)
    return t(
        f"explanations.verdict_{result.verdict.word}",
        unbeaten=unbeaten,
        needed=NEEDED,
        votes=len(VOTES),
    )


def score_rows(t: Translator, result: Faithfulness) -> list[list[str]]:
    """Scores by map and baselines as a table with heads; below, in how many the map wins."""
    heads = [
        "",
        t("explanations.this_map"),
        *(t(f"explanations.baseline_{c}") for c in BASELINES),
    ]
    rows = [heads]
    for name in SCORES:
        scores = [result.own.scores[name], *(result.baselines[c].scores[name] for c in BASELINES)]
        rows.append([t(f"explanations.score_{name}"), *map(_interval, scores)])
    wins = [f"{result.verdict.wins[c]} / {len(VOTES)}" for c in BASELINES]
    return [*rows, [t("explanations.wins"), "", *wins]]


def _interval(score: Interval) -> str:
    text = f"{score.value:.2f}"
    if score.low != score.high:
        text += f" ({score.low:.2f} – {score.high:.2f})"
    return text.replace("-", "−")


def reading(t: Translator, result: Faithfulness) -> list[str]:
    """How the scores are to be read: what is in brackets, and the share of equal cells."""
    tied = result.own.tied
    return [
        t("explanations.intervals"),
        *([t("explanations.tied", share=f"{tied:.0%}")] if tied else []),
    ]


def weaknesses(t: Translator) -> list[str]:
    """What each score cannot see."""
    return [f"{t(f'explanations.score_{s}')}: {t(f'explanations.weak_{s}')}" for s in SCORES]


def show_scores(t: Translator, result: Faithfulness) -> None:
    """The verdict, curves with the baselines' band, scores, and their weaknesses."""
    says = verdict_says(t, result)
    box = st.success if result.verdict.word == "better" else st.warning
    box(says)
    show_table(score_rows(t, result))
    st.caption(" ".join(reading(t, result)))
    fill = st.radio(
        t("explanations.fill"),
        FILLS,
        format_func=lambda f: t(f"explanations.fill_{f}"),
        key=_FILL,
        horizontal=True,
        persist_state="session",
    )
    chart = _curves(t, result, fill)
    st.plotly_chart(chart, key=_CHART, alt=says, config={"displaylogo": False})
    st.markdown("\n".join(f"- {line}" for line in weaknesses(t)))


def _curves(t: Translator, result: Faithfulness, fill: Fill) -> go.Figure:
    """Deletion and insertion, the random orders as a band."""
    names = ("deletion", "insertion")
    chart = make_subplots(1, 2, subplot_titles=[t(f"explanations.score_{n}") for n in names])
    entrants = {"own": result.own, **{c: result.baselines[c] for c in BASELINES}}
    for column, name in enumerate(names, 1):
        for entrant, scored in entrants.items():
            curve = scored.curves[name, fill]
            colour, dash, width = LINES[entrant]
            label = t(
                "explanations.this_map" if entrant == "own" else f"explanations.baseline_{entrant}"
            )
            if entrant == "random":
                low, high = scored.bands[name, fill]
                chart.add_scatter(
                    x=[*curve.at, *curve.at[::-1]],
                    y=[*high, *low[::-1]],
                    fill="toself",
                    fillcolor="rgba(128,128,128,.3)",
                    line={"width": 0},
                    hoverinfo="skip",
                    name=label,
                    legendgroup=entrant,
                    showlegend=column == 1,
                    row=1,
                    col=column,
                )
                continue
            chart.add_scatter(
                x=curve.at,
                y=curve.values,
                name=label,
                legendgroup=entrant,
                showlegend=column == 1,
                line={"color": colour, "dash": dash, "width": width},
                hovertemplate="%{x:.0%}: %{y:.2f}",
                row=1,
                col=column,
            )
        chart.update_xaxes(title=t(f"explanations.at_{name}"), tickformat=".0%", col=column)
    chart.update_yaxes(title=t("explanations.number"), col=1)
    chart.update_yaxes(matches="y")
    chart.update_layout(
        height=430,
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        legend={"orientation": "h", "y": -0.25, "x": 0},
    )
    return chart


def sanity_rows(t: Translator, result: Sequence[Randomised]) -> list[list[str]]:
    """What is random by then, with the rank correlation, as a table with heads."""
    rows = [[t("explanations.random_part"), t("explanations.correlation")]]
    return rows + [[part_says(t, one.part), correlation_text(one.correlation)] for one in result]


def part_says(t: Translator, part: str) -> str:
    """A part of the network that is random, with all above it."""
    if part.startswith("stage"):
        return t("explanations.part_stage", stage=int(part.split()[1]) + 1)
    return t(f"explanations.part_{part}")


def show_randomised(
    t: Translator, explained: Explained, found: Found, result: Sequence[Randomised]
) -> None:
    """The map of each network that forgot, on the same scale, with its rank correlation."""
    assert found.attribution is not None
    trained = attribution_panel(
        t,
        explained,
        "trained",
        t("explanations.part_none"),
        found.attribution,
        t("explanations.trained"),
    )
    randomised = [
        attribution_panel(
            t,
            explained,
            one.part,
            part_says(t, one.part),
            one.attribution,
            t("explanations.correlation_says", value=correlation_text(one.correlation)),
        )
        for one in result
    ]
    show_cells(_RANDOMISED, t, [trained, *randomised])
    st.caption(t("explanations.sanity_limit"))


def show_or_begin(
    state: Session,
    t: Translator,
    key: str,
    label: str,
    start: Callable[[], Task],
    show: Callable[[Any], None],
) -> None:
    """The result of a task; a button that begins it where nobody has, or goes on with it."""
    task = state.part(ExplainTasks).get(key)
    if task is not None and task.result is not None:
        show(task.result)
    elif task is not None and task.error is not None:
        st.warning(error_says(t, task.error))
    elif task is None or not task.under_way:

        def again() -> None:
            state.part(ExplainTasks).pop(key, None)
            try:
                start()
            except NotBegun as error:
                st.toast(plain(t.error(error)), icon=":material/error:")

        st.button(label, key=f"explain_begin_{key}", on_click=again)
    else:
        show_tasks((key,))
