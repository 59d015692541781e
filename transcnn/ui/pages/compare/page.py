"""The page Compare."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from transcnn.analysis.cost import network_cost
from transcnn.figures import sheet
from transcnn.model.config import HMHSA
from transcnn.pictures.samples import samples
from transcnn.ui.app.controls import choose_one
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.image_page import show_here, tell_answer, warn_outside
from transcnn.ui.app.images import prepare_image
from transcnn.ui.app.networks import parameters_in, predictions
from transcnn.ui.app.selection import Selection
from transcnn.ui.app.session import Session
from transcnn.ui.app.tables import show_table
from transcnn.ui.components.cells import show_cells
from transcnn.ui.pages.compare.data import (
    Side,
    can_swap,
    choose,
    model_name,
    models_beside,
    second_image,
    swap_images,
    swap_models,
    take_sides,
)
from transcnn.ui.pages.compare.link import KEPT, KINDS, MODELS, OFF, PICTURES, CompareChoice
from transcnn.words.translator import Translator, plain, translator

if TYPE_CHECKING:
    from transcnn.figures.compare import Compared
    from transcnn.ui.pages.compare.maps import SideReading

_KIND, _SECOND = "compare_kind", "compare_second"
_HEAD, _MAPS = "compare_head", "compare_maps"
_TOP = 5
_ALL = -1  # of the heads: to Streamlit, None is no choice


def show() -> None:
    """Draw the page: both with their predictions at once, then what both attend to."""
    state = Session.get()
    t = translator(state.language)
    state.follow_link(CompareChoice, Selection)
    selection = state.selection
    show_here(
        state,
        t,
        state.model,
        (selection.stage, selection.block),
        lambda stage, block: _show_block(state, stage, block),
    )
    st.title(t("compare.title"))
    st.write(t("compare.lede"))
    if state.upload_error is not None:
        st.error(plain(t("errors.previous_image", error=t.error(state.upload_error))))
    _choose(state, t)
    sides = take_sides(state, t)
    state.write_link(state.part(CompareChoice).linkable(state.custom_models), state.selection)
    for image, config in {
        s.image.digest + s.config.name: (s.image, s.config) for s in sides
    }.values():
        warn_outside(st.empty(), t, image, config)
    headline = st.empty()
    st.subheader(t("compare.attention"))
    found = _show_attention(state, t, sides)
    st.subheader(t("compare.predictions"))
    headline.markdown(_show_predictions(t, sides))
    st.subheader(t("compare.cost"))
    _show_cost(state, t, sides)
    _take_away(state, t, found)
    _tell_answer(state, t)


def _tell_answer(state: Session, t: Translator) -> None:
    """What the chosen network predicts, which need not be a side: the strip says it."""
    prepared = prepare_image(state.image, state.config(state.model).input.size)
    tell_answer(state, t, prepared, state.model, predictions(prepared, state.model)[0])


def _show_block(state: Session, stage: int, block: int) -> None:
    """Another block, with the token at the same position of the image."""
    from transcnn.ui.pages.compare.maps import moved

    selection, config = state.selection, state.config(state.model)
    size = (config.input.size, config.input.size)
    token = selection.token
    if token is not None:
        token = moved(token, config.map_size(selection.stage, size), config.map_size(stage, size))
    state.put(replace(selection, stage=stage, block=block, head=None, token=token))


def _choose(state: Session, t: Translator) -> None:
    """Which two."""
    choice = state.part(CompareChoice)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_one(
            t("compare.title"),
            KINDS,
            choice.kind,
            _KIND,
            text=lambda kind: t(f"compare.{kind}"),
            on_choice=lambda kind: choose(state, replace(choice, kind=kind)),
        )
        if choice.kind == PICTURES:
            _choose_picture(state, t)
        else:
            _choose_model(state, t)
        st.button(
            t("compare.swap"),
            icon=":material/swap_horiz:",
            disabled=not can_swap(state),
            on_click=lambda: _swap(state),
        )


def _choose_picture(state: Session, t: Translator) -> None:
    second = second_image(state)
    titles = {sample.name: sample.title[t.language] for sample in samples()}
    if second.sample is None:
        titles = {KEPT: second.title, **titles}
    st.session_state[_SECOND] = second.sample or KEPT
    st.selectbox(
        t("compare.second_picture"),
        list(titles),
        format_func=titles.__getitem__,
        key=_SECOND,
        on_change=lambda: choose(
            state, replace(state.part(CompareChoice), picture=st.session_state[_SECOND])
        ),
        width=300,
    )


def _choose_model(state: Session, t: Translator) -> None:
    others = models_beside(state)
    names = {
        other: model_name(state, t, state.model if other == OFF else other, other == OFF)
        for other in others
    }
    chosen = state.part(CompareChoice).model
    st.session_state[_SECOND] = chosen if chosen in others else OFF
    st.selectbox(
        t("compare.second_model"),
        others,
        format_func=names.__getitem__,
        key=_SECOND,
        on_change=lambda: choose(
            state, replace(state.part(CompareChoice), model=st.session_state[_SECOND])
        ),
        width=380,
    )


def _swap(state: Session) -> None:
    if state.part(CompareChoice).kind == PICTURES:
        swap_images(state)
    else:
        swap_models(state)


def _show_predictions(t: Translator, sides: tuple[Side, Side]) -> str:
    """The likeliest classes of both in one table, each with what both give it; in one sentence,
    what both predict."""
    given: list[dict[Any, float]] = []
    labels: dict[Any, str] = {}
    wanted: set[Any] = set()
    for side in sides:
        names = side.config.class_set.said_in(t.language)
        keys = [(side.model, i) if side.apart else n.index for i, n in enumerate(side.classes)]
        shares = side.shares
        given.append(dict(zip(keys, shares.tolist(), strict=True)))
        labels.update(zip(keys, names, strict=True))
        wanted |= {keys[i] for i in np.argsort(-shares, kind="stable")[:_TOP]}
    first = [max(one, key=one.__getitem__) for one in given]
    says = "compare.same_prediction" if first[0] == first[1] else "compare.other_prediction"
    heads = [f"{side.letter} · {plain(side.name)}" for side in sides]
    rows = [[t("models.answer"), *heads]]
    for key in sorted(wanted, key=lambda k: -max(one.get(k, 0.0) for one in given)):
        cells = (_percent(one[key]) if key in one else t("compare.no_class") for one in given)
        rows.append([plain(labels[key]), *cells])
    show_table(rows)
    return t(says, a=plain(labels[first[0]]), b=plain(labels[first[1]]))


def _percent(share: float) -> str:
    return "< 0.1 %" if share < 0.0005 else f"{100 * share:.1f} %"


def _show_attention(
    state: Session, t: Translator, sides: tuple[Side, Side]
) -> "tuple[SideReading, SideReading]":
    """The maps of the chosen token, and what they say in words."""
    from transcnn.ui.pages.compare.maps import (
        moved,
        pair_panels,
        picked_token,
        read_sides,
        sentences,
    )

    _choose_head(state, t)
    found = read_sides(sides, state.selection)

    def pick(which: str, row: int, column: int) -> None:
        letter, name = which.split("/")
        one = found["AB".index(letter)]
        if one.block is None or found[0].block is None:
            return
        token = moved(picked_token(one, name, row, column), one.block.size, found[0].block.size)
        state.put(replace(state.selection, token=token))

    show_cells(_MAPS, t, pair_panels(t, found, pick), layout="pairs")
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences(t, found)))
    st.caption(t("compare.limit"))
    return found


def _choose_head(state: Session, t: Translator) -> None:
    """The head of the first network's block."""
    selection, config = state.selection, state.config(state.model)
    attention = config.stages[selection.stage].attending[selection.block]
    assert isinstance(attention, HMHSA)  # networks of other kinds cannot be chosen
    st.session_state[_HEAD] = _ALL if selection.head is None else selection.head

    def change() -> None:
        head = st.session_state[_HEAD]
        state.put(replace(selection, head=None if head == _ALL else head))

    st.selectbox(
        t("view.head"),
        [_ALL, *range(attention.heads)],
        format_func=lambda h: t("view.all_heads") if h == _ALL else str(h + 1),
        key=_HEAD,
        on_change=change,
        width=110,
    )


def _show_cost(state: Session, t: Translator, sides: tuple[Side, Side]) -> None:
    """What both networks are made of and what an image costs them."""
    shown = sides if state.part(CompareChoice).kind == MODELS else sides[:1]
    rows: list[list[str]] = [
        [""],
        [t("compare.input")],
        [t("cost.parameters")],
        [t("compare.macs")],
        [t("compare.products")],
    ]
    totals = []
    for side in shown:
        size = side.config.input.size
        cost = network_cost(side.config, (size, size))
        totals.append(cost.total)
        numbers = (parameters_in(side.config), cost.total, cost.attention_products)
        heads = (
            f"{side.letter} · {plain(side.name)}"
            if len(shown) > 1
            else plain(state.config(state.model).name)
        )
        for row, text in zip(
            rows, (heads, f"{size} × {size}", *(f"{n:,}" for n in numbers)), strict=True
        ):
            row.append(text)
    show_table(rows)
    if len(shown) == 1:
        st.caption(t("compare.same_cost"))
    else:
        st.caption(t("compare.ratio", ratio=f"{totals[1] / totals[0]:.2f}"))


def _take_away(state: Session, t: Translator, found: "tuple[SideReading, SideReading]") -> None:
    def compared() -> "list[Compared]":
        from transcnn.figures.compare import Compared

        return [
            Compared(
                f"{one.side.letter}, {one.side.name}",
                one.side.classes[int(np.argmax(one.side.logits))].said_in(t.language),
                one.side.prepared.pixels,
                one.side.trace,
                *((0, 0) if one.block is None else (one.block.stage, one.block.block)),
                one.token,
                one.head,
            )
            for one in found
        ]

    def figure(draw: "Callable[[sheet.Sheet], str | bytes]") -> str | bytes:
        from transcnn.figures.compare import compare_sheet

        return draw(compare_sheet(t, compared()))

    def numbers() -> str:
        from transcnn.figures.compare import compare_csv

        return compare_csv(compared())

    take_away(
        t,
        {
            "compare.png": lambda: figure(sheet.png),
            "compare.svg": lambda: figure(sheet.svg),
            "compare.csv": numbers,
        },
        upload=any(one.side.image.sample is None for one in found),
        onward="explanations",
        query=state.query(),
    )
