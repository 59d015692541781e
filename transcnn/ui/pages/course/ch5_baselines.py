"""The pictures of chapter 5, first half; what is a key waits for the reveal."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from transcnn.course import ch5_baselines as controls
from transcnn.course.experiments import SEED
from transcnn.course.scene import Wide, board
from transcnn.trace.trace import BlockTrace
from transcnn.ui.pages.course.answers import choose_switch, compare_answers
from transcnn.ui.pages.course.context import Desk
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


def _peak(row: Wide) -> str:
    return f"{controls.multiples(row).max():.3g}×"


def _show_rows(
    desk: Desk,
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
        drawn = last_board(desk, block, name, row, pick=True, marks=[mark(cell, "t")])
        shown.append(replace(drawn, start=divmod(cell, drawn.columns)))
    common = desk.revealed and st.toggle(
        desk.say("course.common_scale"), value=True, key="course_common"
    )
    show_boards(desk, shown if common else [stretched(b) for b in shown], pick)
    if not common:
        st.caption(desk.say("course.own_range"))


def _trained_or_random(desk: Desk) -> None:
    """5.1: a trained and a random reading, and the edges of the picture."""
    say, scene = desk.say, desk.scene
    block, cell = controls.twins(scene) or (scene.block, scene.cell(scene.block))
    trained, random = board(block)[cell], controls.random_board(scene, block)[cell]
    sides = [(trained, "course.is_trained"), (random, "course.is_random")]
    if controls.trained_side(scene) == "b":
        sides.reverse()
    rows = {}
    for letter, (row, what) in zip("AB", sides, strict=True):
        named = f"{letter}: {say(what, seed=SEED)} · ≤ {_peak(row)}"
        rows[named if desk.revealed else letter] = row
    rows[say("course.edges")] = controls.edge_shares(scene, block)
    _show_rows(desk, block, cell, rows, ask_from(desk, block.levels[-1].size))
    say_asking(desk)
    say_limit(desk)


def _stretched(desk: Desk) -> None:
    """5.2: three readings, one of them nearly even; a board is picked as the strongest."""
    say, scene = desk.say, desk.scene
    block = scene.clear_block or scene.block
    letters = controls.board_letters(scene)
    words = {
        "noise": say("course.is_noise"),
        "trained": say("course.is_trained"),
        "random": say("course.is_random", seed=SEED),
    }
    rows = {}
    for number, (name, row) in enumerate(controls.three_rows(scene).items()):
        title = f"{letters[name]}: {words[name]} · ≤ {_peak(row)}"
        chosen = f" · {say('course.chosen')}" if number == scene.board else ""
        rows[(title if desk.revealed else letters[name]) + chosen] = row

    def choose(number: int, _: int, __: int) -> None:
        desk.go(replace(desk.state.course, board=number))

    _show_rows(desk, block, scene.cell(block), rows, choose)
    st.caption(say("course.click_chooses"))
    say_limit(desk)


def _switches(desk: Desk) -> None:
    """5.3: a borrowed reading over this picture; the four switches, run for real."""
    say, scene = desk.say, desk.scene
    block = scene.clear_block or scene.block
    lent = controls.lent_row(scene, block)
    donor = desk.state.next_source().title
    name = say("course.lent", donor=donor) if desk.revealed else say("course.a_reading")
    shown = [last_board(desk, block, name, lent, pick=True)]
    if desk.revealed:
        shown.append(last_board(desk, block, say("course.own_reading"), scene.row(block)))
    show_boards(desk, shown, ask_from(desk, block.levels[-1].size))
    say_asking(desk)
    if desk.revealed:
        runs = scene.experiments.switched
        switch = choose_switch(desk, "course_switch")
        st.caption(say(f"view.means_{switch}", lender=donor))
        compare_answers(desk, runs["on"], runs[switch], say(f"view.switch_{switch}"))
        say_limit(desk)


PICTURES: dict[str, Callable[[Desk], None]] = {
    "5.1": _trained_or_random,
    "5.2": _stretched,
    "5.3": _switches,
}
