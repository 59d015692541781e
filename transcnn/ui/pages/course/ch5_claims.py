"""The pictures of chapter 5, second half; what is a key waits for the reveal."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode, urlsplit, urlunsplit

import numpy as np
import streamlit as st
from scipy.special import softmax

from transcnn.analysis.occlusion import Fill, board_of
from transcnn.course import ch5_baselines as controls
from transcnn.course import ch5_claims as claims
from transcnn.course.scene import last_level_heads
from transcnn.figures.scale import format_multiple
from transcnn.ui.app.selection import Selection
from transcnn.ui.pages.course.answers import (
    choose_intervention,
    compare_answers,
    list_answers,
    percent,
)
from transcnn.ui.pages.course.ch4_network import vote_board
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.covering import show_covering
from transcnn.ui.pages.course.grids import (
    Board,
    ask_from,
    guess_at,
    guess_marks,
    last_board,
    mark,
    say_asking,
    say_limit,
    show_bars,
    show_boards,
)
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.words.translator import plain

_SHARES = (0, 20, 40, 60, 80)  # percent, to choose from
_FILLS: tuple[Fill, ...] = ("patches", "gray")


def _cells_of(context: StepContext, name: str, size: tuple[int, int]) -> Board:
    rows, columns = size
    says = context.t("course.board_says", rows=rows, columns=columns)
    return Board(name, rows, columns, says, start=(rows // 2, columns // 2))


def _multiples(row: "np.typing.NDArray[np.floating]") -> list[float | None]:
    return [round(float(m), 4) for m in row * row.size]


# 5.4


def _patches(context: StepContext) -> None:
    """5.4: the picture with scraps, who reads what in it, and who keeps the answer."""
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
    size, reading = hiding.own.shape, claims.reading_of(scene, hiding)
    y, x = scene.token((size[0], size[1]))
    cell = y * size[1] + x
    strangers = [
        {"box": [int(v) for v in (*at, *at)], "colour": "seen", "dashed": False}
        for at in np.argwhere(~hiding.own)
    ]
    empty = _cells_of(context, t("occlusion.picture_head"), (size[0], size[1]))
    shown = [
        empty,
        replace(
            empty,
            name=t("course.reading_of" if hiding.own[y, x] else "course.scrap_reads"),
            multiples=_multiples(reading.shares[cell]),
            marks=[mark(cell, "t")],
            boxes=strangers,
            pick=True,
            start=(y, x),
        ),
    ]
    picture = (f"/{fill}{share:g}", hiding.pixels)
    show_boards(context, shown, ask_from(context, (size[0], size[1])), picture)
    st.caption(t("course.strangers"))
    if not context.revealed:
        return
    parts = {
        t("course.from_own"): reading.from_own,
        t("course.from_scraps"): reading.from_hidden,
        t("course.even_own"): float(hiding.own.mean()),
    }
    show_bars(t("course.to_own"), {n: 100 * v for n, v in parts.items() if v is not None}, " %")
    list_answers(
        context,
        {
            t("occlusion.attention_head"): hiding.with_attention.top,
            t("view.intervention_uniform"): even,
            t("occlusion.body_head"): hiding.body.top,
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
    if case is None:
        show_boards(
            context,
            [_cells_of(context, t("occlusion.picture_head"), board_of(scene.pixels))],
            _nothing,
        )
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
    size, box = board_of(case.of.pixels), claims.subject_box(scene, case.of)
    picture = f"/{case.of.sample}{case.share:g}", case.look.pixels
    framed = replace(
        _cells_of(context, t("course.draw_box"), size),
        boxes=[{"box": list(box), "colour": "asker", "dashed": False}],
        marks=_corner_mark(context, size[1]),
        pick=True,
    )
    boards = [framed]
    if context.revealed:
        marks = [*framed.marks, mark(claims.middle_cell(box, size[1]), "t")]
        multiples = _multiples(claims.case_row(scene, case))
        boards = [replace(framed, name=t("course.box_reading"), multiples=multiples, marks=marks)]
    elif context.posed["errors.helpful_occlusion"] is not None:
        covered = _cells_of(context, t("course.pick_cover"), size)
        boards.append(
            guess_marks(
                context,
                "errors.helpful_occlusion",
                replace(covered, pick=not context.submission("errors.helpful_occlusion")),
            )
        )

    def pick(board: int, row: int, column: int) -> None:
        if board == 0:
            _take_corner(context, (row, column), size)
        else:
            guess_at(context, "errors.helpful_occlusion")(board, row, column)

    show_boards(context, boards, pick, picture)
    if st.session_state.pop("course_box_refused", False):
        st.warning(t("course.box_refused"))
    st.caption(t("course.box_how"))
    if context.revealed:
        times = format_multiple(claims.in_the_box(scene, case)).removesuffix("×")
        st.markdown(t("course.in_the_box", times=times))
        say_limit(context)
        _show_what_it_lives_on(context, case)


def _show_what_it_lives_on(context: StepContext, case: claims.ErrorCase) -> None:
    """What each cell does for the error, cells to be covered, and the switches."""
    t = context.t
    gains = vote_board(context, t("course.cover_gains"), claims.cover_gains(case))
    if context.posed["errors.helpful_occlusion"] is not None:
        gains = guess_marks(context, "errors.helpful_occlusion", gains)
    votes = vote_board(context, t("course.lead_ledger"), claims.lead_votes(case))
    picture = f"/{case.of.sample}{case.share:g}", case.look.pixels
    show_boards(context, [gains, votes], _nothing, picture, "course_gains")
    st.caption(t("course.votes_limit"))
    show_covering(context, case.look, f"{case.of.run.name}/{case.share:g}")
    if case.share == 0:  # the switches run the picture as it is
        intervention = choose_intervention(context, "course_switch")
        runs = case.of.switched
        compare_answers(
            context, runs["on"], runs[intervention], t(f"view.intervention_{intervention}")
        )


def _nothing(_: int, __: int, ___: int) -> None:
    """For boards that cannot be picked."""


def _name_the_right_class(context: StepContext) -> None:
    """Ask which class would be right, where nobody else knows."""
    t, course = context.t, context.state.part(CourseChoice)

    def take() -> None:
        right = st.session_state["course_right"]
        context.go(replace(course, right=right, box=None))

    st.session_state["course_right"] = course.right
    st.selectbox(
        t("course.right_class"),
        range(len(context.scene.labels)),
        format_func=context.scene.label,
        key="course_right",
        placeholder=t("course.right_placeholder"),
        on_change=take,
    )


def _corner(context: StepContext) -> str:
    return f"corner|{context.step_place}"


def _corner_mark(context: StepContext, columns: int) -> list[dict[str, object]]:
    first = st.session_state.get(_corner(context))
    if first is None:
        return []
    return [mark(first[0] * columns + first[1], "?", dashed=True)]


def _take_corner(context: StepContext, at: tuple[int, int], size: tuple[int, int]) -> None:
    """The first of two corners of the box, or the second one."""
    first = st.session_state.pop(_corner(context), None)
    if first is None:
        st.session_state[_corner(context)] = at
        return
    (top, bottom), (left, right) = (sorted(pair) for pair in zip(first, at, strict=True))
    box = (top, left, bottom, right)
    if claims.fits(box, size):
        context.go(replace(context.state.part(CourseChoice), box=box))
    else:
        st.session_state["course_box_refused"] = True


# 5.6


def _claim(context: StepContext) -> None:
    """5.6: a reading; then the card that says what was found, and cells to be covered."""
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
            other = int(np.argmax(np.where(np.arange(len(row)) == cell, -1, row)))
    marks = [mark(cell, "t"), mark(other, "u", "seen")]
    shown = last_board(context, block, t("course.reading_of"), row, pick=True, marks=marks)
    show_boards(context, [shown], ask_from(context, block.levels[-1].size))
    say_asking(context)
    say_limit(context)
    if not context.revealed:
        return
    intervention = choose_intervention(context, "course_switch")
    runs, top = scene.experiments.switched, scene.top
    before, now = (float(softmax(runs[s])[top]) for s in ("on", intervention))
    control = controls.multiples(controls.random_board(scene, block)[cell])[other]
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
            x=format_multiple(float(controls.multiples(row)[other])),
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


PICTURES: dict[str, Callable[[StepContext], None]] = {
    "5.4": _patches,
    "5.5": _wrong,
    "5.6": _claim,
}
