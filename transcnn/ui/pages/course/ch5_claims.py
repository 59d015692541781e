"""Chapter 5 on the page, second half; what is a key waits for the reveal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from scipy.special import softmax

from transcnn.analysis.occlusion import Fill, board_of
from transcnn.course import ch5_baselines as baselines
from transcnn.course import ch5_claims as claims
from transcnn.course.figures import ch5_claims as figures
from transcnn.course.scene import last_level_heads
from transcnn.figures.cells import CellMap, Mark
from transcnn.figures.scale import format_multiple
from transcnn.ui.app.selection import Selection
from transcnn.ui.pages.course.answers import (
    choose_intervention,
    compare_answers,
    list_answers,
    percent,
)
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.covering import show_covering
from transcnn.ui.pages.course.figures import (
    Pick,
    ask_from,
    guess_at,
    say_asking,
    say_limit,
    show_figures,
    show_maps,
    with_guess,
)
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.words.translator import plain

_SHARES = (0, 20, 40, 60, 80)  # percent, to choose from
_FILLS: tuple[Fill, ...] = ("patches", "gray")
_COVER = "errors.helpful_occlusion"


# 5.4


def _patches(context: StepContext) -> None:
    """5.4: the picture with patches of others, what attends to what, and who keeps the class."""
    t, scene = context.t, context.scene
    share, fill = claims.SHARE, _FILLS[0]
    if context.revealed:
        share = (
            st.select_slider(
                t("course.share"),
                _SHARES,
                round(100 * share),
                format_func=lambda p: f"{p} %",
                key="course_share",
            )
            / 100
        )
        fill = (
            st.segmented_control(
                t("occlusion.fill"),
                _FILLS,
                default=fill,
                format_func=lambda name: t(f"occlusion.fill_{name}"),
                key="course_fill",
            )
            or fill
        )
    hiding, even = scene.experiments.hidden(share, fill)
    image, row, *bars = figures.patches(scene, t, context.revealed, share, fill)
    size = hiding.own.shape[0], hiding.own.shape[1]
    show_figures(context, [image, row], {1: ask_from(context, size)})
    st.caption(t("course.strangers"))
    if not context.revealed:
        return
    show_figures(context, bars)
    list_answers(
        context,
        {
            t("occlusion.attention_head"): hiding.with_attention.top,
            t("view.intervention_uniform"): even,
            t("occlusion.backbone_head"): hiding.backbone.top,
        },
    )
    say_limit(context)


# 5.5


def _wrong(context: StepContext) -> None:
    """5.5: an error; a box round the subject, and cells to be covered."""
    t, scene = context.t, context.scene
    if not scene.experiments.accepted:
        _name_the_right_class(context)
    case = claims.error_case(scene)
    shown = figures.error(scene, t, context.revealed)
    if case is None:
        show_figures(context, shown)
        return
    if case.of is not scene.experiments:
        assert case.of.sample is not None  # another picture than the visitor's is a sample
        title = context.state.sample_image(case.of.sample).title
        st.markdown(t("course.right_here", picture=title))
    elif case.share:
        st.markdown(t("course.misled", share=f"{100 * case.share:.0f}"))
    answer = softmax(case.look.logits)[case.wrong]
    wrong, right = (plain(scene.label(place)) for place in (case.wrong, case.right))
    st.markdown(t("course.error_says", wrong=wrong, right=right, p=percent(answer)))
    size = board_of(case.of.pixels)
    framed, *others = (one for one in shown if isinstance(one, CellMap))
    framed = replace(framed, marks=(*_corner_mark(context, size[1]), *framed.marks))
    others = [with_guess(context, _COVER, one) for one in others[:1]] + others[1:]
    picks: dict[int, Pick] = {0: partial(_take_corner, context, size)}
    if context.revealed:
        show_maps(context, [framed], picks)
    else:
        if not context.submission(_COVER):
            picks[1] = guess_at(context, _COVER)
        show_maps(context, [framed, *others], picks)
    if st.session_state.pop("course_box_refused", False):
        st.warning(t("course.box_refused"))
    st.caption(t("course.box_how"))
    if context.revealed:
        times = format_multiple(claims.in_the_box(scene, case)).removesuffix("×")
        st.markdown(t("course.in_the_box", times=times))
        say_limit(context)
        _show_causes(context, case, others)


def _show_causes(context: StepContext, case: claims.ErrorCase, maps: Sequence[CellMap]) -> None:
    """What each cell does for the error, cells to be covered, and the interventions."""
    t = context.t
    show_maps(context, maps, mounted="course_gains")
    st.caption(t("course.votes_limit"))
    show_covering(context, case.look, f"{case.of.run.name}/{case.share:g}")
    if case.share == 0:  # the switches run the picture as it is
        intervention = choose_intervention(context, "course_switch")
        runs = case.of.switched
        compare_answers(
            context, runs["on"], runs[intervention], t(f"view.intervention_{intervention}")
        )


def _name_the_right_class(context: StepContext) -> None:
    """Ask which class would be right, where nobody else knows."""
    t, course = context.t, context.state.part(CourseChoice)

    def take() -> None:
        right = st.session_state["course_right"]
        context.go(replace(course, true_class=right, subject_box=None))

    st.session_state["course_right"] = course.true_class
    st.selectbox(
        t("course.right_class"),
        range(len(context.scene.labels)),
        format_func=context.scene.label,
        key="course_right",
        placeholder=t("course.right_placeholder"),
        on_change=take,
    )


def _corner(context: StepContext) -> str:
    return f"corner|{context.step_key}"


def _corner_mark(context: StepContext, columns: int) -> tuple[Mark, ...]:
    first = st.session_state.get(_corner(context))
    return () if first is None else (Mark(first[0] * columns + first[1], "?", dashed=True),)


def _take_corner(context: StepContext, size: tuple[int, int], row: int, column: int) -> None:
    """The first of two corners of the box, or the second one."""
    first = st.session_state.pop(_corner(context), None)
    if first is None:
        st.session_state[_corner(context)] = (row, column)
        return
    (top, bottom), (left, right) = sorted((first[0], row)), sorted((first[1], column))
    box = (top, left, bottom, right)
    if claims.fits(box, size):
        context.go(replace(context.state.part(CourseChoice), subject_box=box))
    else:
        st.session_state["course_box_refused"] = True


# 5.6


def _claim(context: StepContext) -> None:
    """5.6: an attention row; then the card that says what was found, and cells to be covered."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    cell, other, _ = claims.claimed(scene)
    row, head = scene.attention_row(block), None
    if context.revealed:
        head = st.selectbox(
            t("view.head"),
            range(block.heads),
            index=None,
            format_func=lambda h: t("course.head", head=h + 1),
            placeholder=t("course.mean"),
            key="course_head",
        )
        if head is not None:
            row = last_level_heads(block)[head, cell]
            other = figures.strongest_beside(row, cell)
    shown = figures.claim(scene, t, context.revealed, head)
    show_figures(context, shown, {0: ask_from(context, block.levels[-1].size)})
    say_asking(context)
    say_limit(context)
    if not context.revealed:
        return
    intervention = choose_intervention(context, "course_switch")
    runs, top = scene.experiments.switched, scene.top
    before, now = (float(softmax(runs[s])[top]) for s in ("on", intervention))
    control = baselines.multiples(baselines.random_board(scene, block)[cell])[other]
    place = scene.token(block.size)
    selection = Selection(block.stage, block.block, head, place, intervention)
    shown_there = replace(context.shown, selection=selection)
    linked = context.shown.image.sample is not None and context.state.custom_model is None
    lines = [
        t("course.card_picture", picture=context.shown.image.title, model=context.state.model),
        t(
            "course.card_place",
            stage=block.stage + 1,
            block=block.block + 1,
            head=t("course.mean") if head is None else t("course.head", head=head + 1),
            t=claims.spell_cell(scene, cell),
            u=claims.spell_cell(scene, other),
            x=format_multiple(float(baselines.multiples(row)[other])),
        ),
        t("course.card_control", x=format_multiple(float(control))),
        t(
            "course.card_switch",
            intervention=t(f"view.intervention_{intervention}"),
            answer=scene.label(top),
            before=percent(before),
            now=percent(now),
            first=scene.label(int(runs[intervention].argmax())),
        ),
        _address(context.state.query(selection)) if linked else t("course.card_unlinked"),
    ]
    with st.container(border=True):
        st.markdown(f"**{t('course.card')}**")
        st.code("\n".join(lines), language=None, wrap_lines=True)
        shown_there.link_to("explore", t("course.card_open"))
    st.markdown(f"**{t('course.smallest_cover')}**")
    show_covering(context, scene.experiments.with_patches(0), scene.experiments.run.name)


def _address(query: dict[str, str]) -> str:
    """The whole address of what is shown, on Explore."""
    here = urlsplit(st.context.url or "")
    path = here.path.rpartition("/")[0] + "/explore"
    return urlunsplit((here.scheme, here.netloc, path, urlencode(query), ""))


STEPS: dict[str, Callable[[StepContext], None]] = {
    "5.4": _patches,
    "5.5": _wrong,
    "5.6": _claim,
}
