"""The pictures of chapter 5, first half; what is a key waits for the reveal."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from transcnn.course import ch5_baselines as controls
from transcnn.course.experiments import SEED
from transcnn.course.scene import Wide, last_level_attention
from transcnn.trace.trace import BlockTrace
from transcnn.ui.pages.course.answers import choose_intervention, compare_answers
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.grids import (
    Board,
    ask_from,
    last_board,
    mark,
    say_asking,
    say_limit,
    show_boards,
    stretched,
)
from transcnn.ui.pages.course.link import CourseChoice


def _peak(row: Wide) -> str:
    return f"{controls.multiples(row).max():.3g}×"


def _show_rows(
    context: StepContext,
    block: BlockTrace,
    cell: int,
    rows: Mapping[str, Wide],
    pick: Callable[[int, int, int], None],
) -> None:
    """Boards of one cell's readings by their names: each stretched to its own range until the
    reveal, then on the common scale unless that is switched off.
    """
    shown: list[Board] = []
    for name, row in rows.items():
        drawn = last_board(context, block, name, row, pick=True, marks=[mark(cell, "t")])
        shown.append(replace(drawn, start=divmod(cell, drawn.columns)))
    common = context.revealed and st.toggle(
        context.t("course.common_scale"), value=True, key="course_common"
    )
    show_boards(context, shown if common else [stretched(b) for b in shown], pick)
    if not common:
        st.caption(context.t("course.own_range"))


def _trained_or_random(context: StepContext) -> None:
    """5.1: a trained and a random reading, and the edges of the picture."""
    t, scene = context.t, context.scene
    block, cell = controls.twins(scene) or (scene.block, scene.query_index(scene.block))
    trained, random = last_level_attention(block)[cell], controls.random_board(scene, block)[cell]
    sides = [(trained, "course.is_trained"), (random, "course.is_random")]
    if controls.trained_side(scene) == "b":
        sides.reverse()
    rows = {}
    for letter, (row, what) in zip("AB", sides, strict=True):
        named = f"{letter}: {t(what, seed=SEED)} · ≤ {_peak(row)}"
        rows[named if context.revealed else letter] = row
    rows[t("course.edges")] = controls.edge_shares(scene, block)
    _show_rows(context, block, cell, rows, ask_from(context, block.levels[-1].size))
    say_asking(context)
    say_limit(context)


def _stretched(context: StepContext) -> None:
    """5.2: three readings, one of them nearly even; a board is picked as the strongest."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    letters = controls.board_letters(scene)
    words = {
        "noise": t("course.is_noise"),
        "trained": t("course.is_trained"),
        "random": t("course.is_random", seed=SEED),
    }
    rows = {}
    for number, (name, row) in enumerate(controls.three_rows(scene).items()):
        title = f"{letters[name]}: {words[name]} · ≤ {_peak(row)}"
        chosen = f" · {t('course.chosen')}" if number == scene.board else ""
        rows[(title if context.revealed else letters[name]) + chosen] = row

    def choose(number: int, _: int, __: int) -> None:
        context.go(replace(context.state.part(CourseChoice), board=number))

    _show_rows(context, block, scene.query_index(block), rows, choose)
    st.caption(t("course.click_chooses"))
    say_limit(context)


def _interventions(context: StepContext) -> None:
    """5.3: a borrowed reading over this picture; the four switches, run for real."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    other_attention = controls.lent_row(scene, block)
    donor = context.state.donor_image.title
    name = t("course.lent", donor=donor) if context.revealed else t("course.a_reading")
    shown = [last_board(context, block, name, other_attention, pick=True)]
    if context.revealed:
        shown.append(
            last_board(context, block, t("course.own_reading"), scene.attention_row(block))
        )
    show_boards(context, shown, ask_from(context, block.levels[-1].size))
    say_asking(context)
    if context.revealed:
        runs = scene.experiments.switched
        intervention = choose_intervention(context, "course_switch")
        st.caption(t(f"view.detail_{intervention}", lender=donor))
        compare_answers(
            context, runs["on"], runs[intervention], t(f"view.intervention_{intervention}")
        )
        say_limit(context)


PICTURES: dict[str, Callable[[StepContext], None]] = {
    "5.1": _trained_or_random,
    "5.2": _stretched,
    "5.3": _interventions,
}
