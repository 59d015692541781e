"""The page Explanations."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from transcnn.explain.names import METHODS
from transcnn.figures import sheet
from transcnn.ui.app.controls import choose_one
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.image_page import show_here, tell_answer, warn_outside
from transcnn.ui.app.session import Session
from transcnn.ui.app.tables import show_table
from transcnn.ui.components.cells import show_cells
from transcnn.ui.pages.explanations.data import (
    Explained,
    ExplainTasks,
    Found,
    command_of,
    explain_custom_model,
    explained_model,
    find_maps,
    take_explained,
)
from transcnn.ui.pages.explanations.link import METHOD_NAMES, ExplainChoice
from transcnn.ui.pages.explanations.progress import show_tasks
from transcnn.words.translator import Translator, plain, translator

_METHODS, _LOOK, _MODEL, _LEVEL = (
    f"explain_{name}" for name in ("methods", "look", "model", "level")
)
_MAPS = "explain_maps"
_NONE = -1  # to Streamlit, None is no choice
_ALL = -2  # not a class: the rest of them
_FEW = 50  # classes that are offered at once


def show() -> None:
    """Draw the page: what is explained, the maps that are there, the rest as it comes."""
    state = Session.get()
    t = translator(state.language)
    state.follow_link(ExplainChoice)
    part = state.part(ExplainChoice).part
    show_here(
        state,
        t,
        explained_model(state),
        (part[0] if part else None, part[1] if len(part) > 1 else None),
        lambda *part: state.put(replace(state.part(ExplainChoice), part=part)),
    )
    st.title(t("explanations.title"))
    st.write(t("explanations.lede"))
    if state.upload_error is not None:
        st.error(plain(t("errors.previous_image", error=t.error(state.upload_error))))
    _choose_model(state, t)
    explained = take_explained(state)
    tell_answer(state, t, explained.prepared, explained.model, explained.top[0])
    state.write_link(state.part(ExplainChoice))
    warn_outside(st.empty(), t, explained.image, explained.subject.classifier.config)
    _choose(state, t, explained)
    found = find_maps(state, explained)
    shown = [one for one in found if one.attribution is not None]
    tasks, below = state.part(ExplainTasks), _trust_keys(state, explained, shown)
    above = tuple(key for key in tasks if key not in below)
    if any(tasks[key].under_way for key in above):
        show_tasks(above)
    _show_maps(state, t, explained, found)
    if len(shown) > 1:
        _show_agreement(t, shown)
    if shown:
        _show_trust(state, t, explained, shown)
    st.caption(t("explanations.limit"))
    _take_away(state, t, explained, shown)


def _choose_model(state: Session, t: Translator) -> None:
    """Custom models that the sidebar does not offer, since they have no levels to explore, can be
    explained all the same."""
    others = {
        key: custom_model
        for key, custom_model in state.custom_models.items()
        if not custom_model.has_levels
    }
    if not others:
        return
    st.session_state[_MODEL] = explained_model(state)
    st.selectbox(
        t("sidebar.model"),
        [state.model, *others],
        format_func=lambda m: others[m].label(t) if m in others else m,
        key=_MODEL,
        on_change=lambda: explain_custom_model(
            state, st.session_state[_MODEL] if st.session_state[_MODEL] in others else None
        ),
    )


def _choose(state: Session, t: Translator, explained: Explained) -> None:
    """Which class, against which, by which methods, in which part."""
    choice, target = state.part(ExplainChoice), explained.subject.target
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_class(
            t,
            explained,
            "class",
            target.of,
            lambda chosen: state.put(replace(choice, of=chosen)),
        )
        _choose_class(
            t,
            explained,
            "versus",
            target.versus,
            lambda chosen: state.put(replace(choice, versus=chosen)),
        )
        with st.popover(t("explanations.more")):
            _choose_part(state, t, explained)
    st.session_state[_METHODS] = list(choice.methods)

    def change() -> None:
        chosen = st.session_state[_METHODS]
        state.put(replace(choice, methods=tuple(m for m in METHOD_NAMES if m in chosen)))

    st.pills(
        t("explanations.methods"),
        METHOD_NAMES,
        format_func=lambda m: (
            t(f"explanations.method_{m}")
            + (f" · {t('explanations.runs', count=METHODS[m].runs)}" if METHODS[m].slow else "")
        ),
        selection_mode="multi",
        key=_METHODS,
        on_change=change,
    )


def _choose_class(
    t: Translator,
    explained: Explained,
    name: str,
    now: int | None,
    on_choice: Callable[[int | None], None],
) -> None:
    """Of many classes the likeliest come first, and all once they are asked for: a list of a
    thousand would keep the browser from the maps for a quarter of a second."""
    config, target = explained.subject.classifier.config, explained.subject.target
    labels = config.class_set.said_in(t.language)
    key, all_key = f"explain_{name}", f"explain_all_{name}"
    whole = config.classes <= _FEW or st.session_state.get(all_key, False)
    offered = range(config.classes) if whole else [] if now is None else [now]
    classes = list(dict.fromkeys([*(answer.output for answer in explained.top), *offered]))
    if name == "versus":
        classes = [_NONE, *(one for one in classes if one != target.of)]
    said = {
        _NONE: t("explanations.nothing"),
        _ALL: t("explanations.all_classes", count=config.classes),
    }

    def change() -> None:
        chosen = st.session_state[key]
        if chosen == _ALL:
            st.session_state[all_key] = True
        else:
            on_choice(None if chosen == _NONE else chosen)

    st.session_state[key] = _NONE if now is None else now
    st.selectbox(
        t(f"explanations.{name}"),
        [*classes, *([] if whole else [_ALL])],
        format_func=lambda one: said[one] if one in said else labels[one],
        key=key,
        on_change=change,
        width=260,
    )


def _choose_part(state: Session, t: Translator, explained: Explained) -> None:
    """The level of the block that the strip shows, for the methods that have one; and the way back
    to the part that each method takes by default."""
    choice, stages = state.part(ExplainChoice), explained.subject.classifier.config.stages
    st.caption(t("explanations.part_says"))
    if not choice.part:
        return
    stage, block, level = (*choice.part, _NONE, _NONE, _NONE)[:3]
    if stage in range(len(stages)) and block in range(len(stages[stage].attending)):
        levels = range(len(getattr(stages[stage].attending[block], "merges", ())) + 1)
        st.session_state[_LEVEL] = level if level in levels else _NONE

        def change() -> None:
            value = st.session_state[_LEVEL]
            part = (stage, block) if value == _NONE else (stage, block, value)
            state.put(replace(choice, part=part))

        st.selectbox(
            t("explanations.level"),
            [_NONE, *levels],
            format_func=lambda n: t("explanations.usual") if n == _NONE else str(n + 1),
            key=_LEVEL,
            on_change=change,
        )
    st.button(t("explanations.usual_part"), on_click=lambda: state.put(replace(choice, part=())))


def _show_maps(state: Session, t: Translator, explained: Explained, found: list[Found]) -> None:
    from transcnn.figures.explained import fact_sentences
    from transcnn.ui.pages.explanations.maps import method_panel, picture_panel, unit_words

    if not found:
        st.info(t("explanations.no_method"))
    picture = picture_panel(explained, explained.image.title)
    show_cells(_MAPS, t, [picture, *(method_panel(t, explained, one) for one in found)])
    stopped = [
        one for one in found if one.task and not one.task.finished and not one.task.under_way
    ]
    for one in stopped:

        def again(task: object = one.task) -> None:
            tasks = state.part(ExplainTasks)
            for key in [k for k, one in tasks.items() if one is task]:
                del tasks[key]

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


def _show_agreement(t: Translator, shown: list[Found]) -> None:
    from transcnn.ui.pages.explanations.maps import agreement_rows, correlation_text

    st.subheader(t("explanations.agreement"))
    rows, pairs = agreement_rows(t, shown)
    show_table(rows)
    if pairs:
        a, b, least = min(pairs, key=lambda pair: pair[2])
        st.markdown(t("explanations.least", a=a, b=b, value=correlation_text(least)))
    st.caption(t("explanations.agreement_limit"))


def _looked(state: Session, shown: list[Found]) -> Found:
    """The map whose trust is looked at."""
    looked = state.part(ExplainChoice).looked
    return next((one for one in shown if one.name == looked), shown[0])


def _trust_keys(state: Session, explained: Explained, shown: list[Found]) -> tuple[str, ...]:
    """The tasks whose progress stands where their results will."""
    if not shown:
        return ()
    from transcnn.ui.pages.explanations.trust import sanity_key, scores_key

    one = _looked(state, shown)
    return scores_key(explained, one), sanity_key(explained, one)


def _show_trust(state: Session, t: Translator, explained: Explained, shown: list[Found]) -> None:
    """Of one map: scores beside baselines, and what is left with random weights."""
    from transcnn.ui.pages.explanations import trust

    st.subheader(t("explanations.trust"))
    names = [one.name for one in shown]
    choice, one = state.part(ExplainChoice), _looked(state, shown)
    choose_one(
        t("explanations.trust"),
        names,
        one.name,
        _LOOK,
        text=lambda m: t(f"explanations.method_{m}"),
        on_choice=lambda chosen: state.put(replace(choice, looked=chosen)),
    )
    st.markdown(f"**{t('explanations.scores')}**")
    trust.show_or_begin(
        state,
        t,
        trust.scores_key(explained, one),
        t("explanations.score_it"),
        lambda: trust.score(state, explained, one),
        lambda result: trust.show_scores(t, result),
    )
    st.markdown(f"**{t('explanations.sanity')}**")
    trust.show_or_begin(
        state,
        t,
        trust.sanity_key(explained, one),
        t("explanations.randomise"),
        lambda: trust.randomise(state, explained, one),
        lambda result: trust.show_randomised(t, explained, one, result),
    )


def _take_away(state: Session, t: Translator, explained: Explained, shown: list[Found]) -> None:
    maps = [one.attribution for one in shown if one.attribution is not None]
    # Files are made outside of the session: what they need of it is taken here.
    tasks = state.part(ExplainTasks)
    results = {key: task.result for key, task in tasks.items() if task.result is not None}
    commands = [command_of(state, explained, one) for one in shown]

    def html() -> str:
        from transcnn.ui.pages.explanations.downloads import html

        return html(t, explained, shown, commands, results)

    def figure() -> sheet.Sheet:
        from transcnn.figures.explanations import explanations_sheet

        return explanations_sheet(t, explained.subject, maps)

    def arrays() -> bytes:
        from transcnn.figures.explanations import explanations_npz

        return explanations_npz(explained.subject, maps)

    files: dict[str, Callable[[], str | bytes]] = {
        "explanations.html": html,
        "explanations.png": lambda: sheet.png(figure()),
        "explanations.svg": lambda: sheet.svg(figure()),
        "explanations.npz": arrays,
    }
    take_away(
        t,
        files if maps else {},
        upload=explained.image.sample is None,
        onward="errors",
        query=state.query(),
    )
