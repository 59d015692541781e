"""The page Explanations."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.explain.names import METHODS
from transcnn.figures import sheet
from transcnn.labels import class_labels
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.session import AppState
from transcnn.ui.app.tables import show_table
from transcnn.ui.app.view import followed, warn_outside, write_link
from transcnn.ui.components.cells import show_cells
from transcnn.ui.pages.explanations.link import (
    LINK_NAMES,
    METHOD_NAMES,
    read_explain,
)
from transcnn.words.translator import Translator, plain, translator

if TYPE_CHECKING:
    from transcnn.ui.pages.explanations.data import Asked, Found

_METHODS, _OF, _VERSUS, _LOOK, _MODEL = (
    f"explain_{name}" for name in ("methods", "of", "versus", "look", "model")
)
_PART = ("stage", "block", "level")
_MAPS = "explain_maps"
_POLL_S = 1.0
_NONE = -1  # to Streamlit, None is no choice


def show() -> None:
    """Draw the page: what is asked, the maps that are there, the rest as it comes."""
    state = AppState()
    t = translator(state.language)
    _follow_link(state)
    st.title(t("explanations.title"))
    st.write(t("explanations.lede"))
    if state.upload_error is not None:
        st.error(plain(t.error(state.upload_error)))
    _choose_model(state, t)

    from transcnn.ui.pages.explanations.data import find_maps, take_asked

    asked = take_asked(state)
    write_link(state, asked.source.sample, state.explain.link())
    warn_outside(st.empty(), t, asked.source, asked.subject.classifier.config)
    _choose(state, t, asked)
    found = find_maps(state, asked)
    if any(work.under_way for work in state.works.values()):
        _show_work(len(state.works))
    _show_maps(state, t, asked, found)
    shown = [one for one in found if one.attribution is not None]
    if len(shown) > 1:
        _show_agreement(t, shown)
    if shown:
        _show_trust(state, t, asked, shown)
    st.caption(t("explanations.limit"))
    _take_away(state, t, asked, shown)


def _choose_model(state: AppState, t: Translator) -> None:
    """Custom models that the sidebar does not offer, since they have no levels to explore, can be
    explained all the same."""
    others = {
        key: custom_model
        for key, custom_model in state.custom_models.items()
        if not custom_model.has_levels
    }
    if not others:
        return
    st.session_state[_MODEL] = state.explained_model
    st.selectbox(
        t("sidebar.model"),
        [state.model, *others],
        format_func=lambda m: f"{others[m].config.name}: {others[m].file}" if m in others else m,
        key=_MODEL,
        on_change=lambda: state.explain_custom_model(
            st.session_state[_MODEL] if st.session_state[_MODEL] in others else None
        ),
    )


def _choose(state: AppState, t: Translator, asked: "Asked") -> None:
    """Which class, against which, by which methods, in which part."""
    choice, config = state.explain, asked.subject.classifier.config
    labels = class_labels(t.language, config.classes, config.indices)
    classes = list(dict.fromkeys([*asked.likeliest, *range(config.classes)]))
    target = asked.subject.target
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state[_OF] = target.of
        st.selectbox(
            t("explanations.class"),
            classes,
            format_func=labels.__getitem__,
            key=_OF,
            on_change=lambda: state.explain_by(replace(choice, of=st.session_state[_OF])),
            width=260,
        )
        st.session_state[_VERSUS] = _NONE if target.versus is None else target.versus
        st.selectbox(
            t("explanations.versus"),
            [_NONE, *(c for c in classes if c != target.of)],
            format_func=lambda c: t("explanations.nothing") if c == _NONE else labels[c],
            key=_VERSUS,
            on_change=lambda: state.explain_by(
                replace(
                    choice,
                    versus=None
                    if st.session_state[_VERSUS] == _NONE
                    else st.session_state[_VERSUS],
                )
            ),
            width=260,
        )
        with st.popover(t("explanations.more")):
            _choose_part(state, t, asked)
    st.session_state[_METHODS] = list(choice.methods)

    def change() -> None:
        chosen = st.session_state[_METHODS]
        state.explain_by(replace(choice, methods=tuple(m for m in METHOD_NAMES if m in chosen)))

    st.pills(
        t("explanations.methods"),
        METHOD_NAMES,
        format_func=lambda m: (
            t(f"explanations.method_{m}")
            + (" :material/hourglass_empty:" if METHODS[m].slow else "")
        ),
        selection_mode="multi",
        key=_METHODS,
        on_change=change,
    )


def _choose_part(state: AppState, t: Translator, asked: "Asked") -> None:
    """Stage, block and level, as far as they are given, for the methods that have them."""
    choice, config = state.explain, asked.subject.classifier.config
    st.caption(t("explanations.part_says"))
    options: list[range] = [range(len(config.stages))]
    if choice.part and choice.part[0] in options[0]:
        attending = config.stages[choice.part[0]].attending
        options.append(range(len(attending)))
        if len(choice.part) > 1 and choice.part[1] in options[1]:
            merges = getattr(attending[choice.part[1]], "merges", ())
            options.append(range(len(merges) + 1))
    for depth, allowed in enumerate(options):
        key = f"explain_part_{depth}"
        now = choice.part[depth] if len(choice.part) > depth else _NONE
        st.session_state[key] = now if now in allowed else _NONE

        def change(depth: int = depth, key: str = key) -> None:
            value = st.session_state[key]
            part = choice.part[:depth] + (() if value == _NONE else (value,))
            state.explain_by(replace(choice, part=part))

        st.selectbox(
            t(f"explanations.{_PART[depth]}"),
            [_NONE, *allowed],
            format_func=lambda n: t("explanations.usual") if n == _NONE else str(n + 1),
            key=key,
            on_change=change,
        )


@st.fragment(run_every=_POLL_S)
def _show_work(begun: int) -> None:  # noqa: ARG001, another number of works is another fragment
    """What is computed beside the page; the whole page again as soon as something is there."""
    state = AppState()
    t = translator(state.language)
    for key, work in list(state.works.items()):
        work.look()
        if work.on_progress_page:
            continue
        if not work.under_way:
            work.on_progress_page = True
            st.rerun()
        name = _work_name(t, key)
        on_progress = t("explanations.waits" if work.waits else "explanations.progress", name=name)
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.progress(min(1.0, work.share), on_progress)
        right.button(t("explanations.stop"), key=f"explain_stop_{key}", on_click=work.stop)


def _work_name(t: Translator, key: str) -> str:
    """A work in words: its method, and what for."""
    method = next(m for m in METHOD_NAMES if f"/{m}/" in key)
    name = t(f"explanations.method_{method}")
    for end in ("scores", "sanity"):
        if key.endswith(f"/{end}"):
            return f"{name}: {t(f'explanations.work_{end}')}"
    return name


def _show_maps(state: AppState, t: Translator, asked: "Asked", found: "list[Found]") -> None:
    from transcnn.ui.pages.explanations.maps import (
        fact_sentences,
        method_panel,
        picture_panel,
        unit_words,
    )

    if not found:
        st.info(t("explanations.no_method"))
    picture = picture_panel(asked, asked.source.title)
    show_cells(_MAPS, t, [picture, *(method_panel(t, asked, one) for one in found)])
    stopped = [
        one for one in found if one.work and not one.work.finished and not one.work.under_way
    ]
    for one in stopped:

        def again(work: object = one.work) -> None:
            for key in [k for k, w in state.works.items() if w is work]:
                del state.works[key]

        name = t(f"explanations.method_{one.name}")
        st.button(
            t("explanations.go_on", name=name), key=f"explain_again_{one.name}", on_click=again
        )
    lines = []
    for one in found:
        if one.attribution is None:
            continue
        facts = fact_sentences(t, one.attribution)
        parts = [
            t(f"explanations.says_{one.name}"),
            t(f"explanations.limit_{one.name}"),
            t("explanations.in_unit", unit=unit_words(t, one.attribution.kind)),
            f"{'; '.join(facts)}." if facts else "",
        ]
        name = t(f"explanations.method_{one.name}")
        lines.append("- " + t("explanations.line", name=name, says=" ".join(filter(None, parts))))
    if lines:
        with st.expander(t("explanations.what_they_show"), expanded=len(lines) <= 3):
            st.markdown("\n".join(lines))


def _show_agreement(t: Translator, shown: "list[Found]") -> None:
    from transcnn.ui.pages.explanations.maps import agreement_rows, correlation_text

    st.subheader(t("explanations.agreement"))
    rows, pairs = agreement_rows(t, shown)
    show_table(rows)
    if pairs:
        a, b, least = min(pairs, key=lambda pair: pair[2])
        st.markdown(t("explanations.least", a=a, b=b, value=correlation_text(least)))
    st.caption(t("explanations.agreement_limit"))


def _show_trust(state: AppState, t: Translator, asked: "Asked", shown: "list[Found]") -> None:
    """Of one map: scores beside baselines, and what is left with random weights."""
    from transcnn.ui.pages.explanations import trust

    st.subheader(t("explanations.trust"))
    names = [one.name for one in shown]
    looked = state.explain.looked if state.explain.looked in names else names[0]
    st.session_state[_LOOK] = looked

    def change() -> None:
        chosen = st.session_state[_LOOK] or looked  # a second click takes the choice off
        state.explain_by(replace(state.explain, looked=chosen))

    st.segmented_control(
        t("explanations.trust"),
        names,
        format_func=lambda m: t(f"explanations.method_{m}"),
        key=_LOOK,
        on_change=change,
        label_visibility="collapsed",
    )
    one = shown[names.index(looked)]
    st.markdown(f"**{t('explanations.scores')}**")
    trust.show_or_begin(
        state,
        t,
        trust.scores_key(asked, one),
        t("explanations.score_it"),
        lambda: trust.score(state, asked, one),
        lambda result: trust.show_scores(t, result),
    )
    st.markdown(f"**{t('explanations.sanity')}**")
    trust.show_or_begin(
        state,
        t,
        trust.sanity_key(asked, one),
        t("explanations.randomise"),
        lambda: trust.randomise(state, asked, one),
        lambda result: trust.show_forgotten(t, asked, one, result),
    )


def _take_away(state: AppState, t: Translator, asked: "Asked", shown: "list[Found]") -> None:
    maps = [one.attribution for one in shown if one.attribution is not None]
    # Files are made outside of the session: what they need of it is taken here.
    results = {key: work.result for key, work in state.works.items() if work.result is not None}

    from transcnn.ui.pages.explanations.data import command_of

    commands = [command_of(state, asked, one) for one in shown]

    def html() -> str:
        from transcnn.ui.pages.explanations.downloads import html

        return html(t, asked, shown, commands, results)

    def figure() -> sheet.Sheet:
        from transcnn.figures.explanations import explanations_sheet

        return explanations_sheet(t, asked.subject, maps)

    def arrays() -> bytes:
        from transcnn.figures.explanations import explanations_npz

        return explanations_npz(asked.subject, maps)

    files: dict[str, Callable[[], str | bytes]] = {
        "explanations.html": html,
        "explanations.png": lambda: sheet.png(figure()),
        "explanations.svg": lambda: sheet.svg(figure()),
        "explanations.npz": arrays,
    }
    take_away(t, files if maps else {}, upload=asked.source.sample is None)


def _follow_link(state: AppState) -> None:
    """Ask what the browser went back or forward to."""
    if (named := followed(state, LINK_NAMES)) is not None:
        state.explain_by(read_explain(named))
