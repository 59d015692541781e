"""The pictures of chapter 4 about the rest of the network; what is a key waits for the reveal."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from transcnn.analysis.cost.network import Box, Piece, network_boxes
from transcnn.course import ch4_cost as price
from transcnn.course import ch4_network as other_half
from transcnn.course.scene import Wide
from transcnn.labels import class_labels
from transcnn.model.variants import network
from transcnn.ui.app.tables import show_table
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.grids import Board, show_bars, show_boards
from transcnn.words.translator import Translator

_PAPER = "transcnn_small"  # the paper's network, which has all kinds of boxes
_MERGES = (1, 32)  # sides of a merge grid in the task; 1: no merge


def _whole(context: StepContext) -> None:
    """4.4: the network as boxes with their shapes, and the inside of one of them."""
    t, scene = context.t, context.scene
    own = scene.classifier.config.name
    shown = own
    if own != _PAPER:
        shown = st.segmented_control(
            t("course.network"), [own, _PAPER], default=own, required=True, key="course_network"
        )
    side = scene.trace.crop.size
    found = (
        other_half.boxes(scene) if shown == own else network_boxes(network(_PAPER), (side, side))
    )
    chosen = st.pills(
        t("course.boxes", side=side),
        range(len(found)),
        format_func=lambda i: _name(t, found[i]),
        default=next(i + 1 for i, box in enumerate(found) if box.kind == "attention"),
        required=True,
        wrap=True,
        key=f"course_box_{shown}",
    )
    before = (3, side, side) if chosen == 0 else found[chosen - 1].out
    _show_inside(context, found[chosen], before)
    if context.revealed:
        kinds = {_kind(box): 0 for box in found}
        for box in found:
            kinds[_kind(box)] += box.macs
        total = sum(kinds.values())
        show_bars(
            t("course.box_shares", total=f"{total:,}"),
            {t(f"course.box_{kind}"): 100 * macs / total for kind, macs in kinds.items()},
            " %",
        )


def _kind(box: Box) -> str:
    """What a box is called: a downsampling of one branch is no TDB."""
    return "halving" if box.kind == "down" and len(box.inside) == 1 else box.kind


def _shape(shape: tuple[int, int, int]) -> str:
    return "×".join(map(str, shape))


def _name(t: Translator, box: Box) -> str:
    return f"{t(f'course.box_{_kind(box)}')} {_shape(box.out)}"


def _show_inside(context: StepContext, box: Box, entry: tuple[int, int, int]) -> None:
    """The operations of a box, one a line, with the shape after each."""
    t = context.t
    st.markdown(f"**{t(f'course.inside_{_kind(box)}')}**")
    head = [t(f"course.{name}") for name in ("operation", "shape")]
    rows = [head, [t("course.entry"), _shape(entry)]]
    rows += [[_operation(t, piece), _shape(piece.out)] for piece in box.inside]
    if context.revealed:
        costs = [t("cost.macs"), "", *(f"{piece.macs:,}" for piece in box.inside)]
        rows = [[*row, cost] for row, cost in zip(rows, costs, strict=True)]
    show_table(rows, numbers=int(context.revealed))


def _operation(t: Translator, piece: Piece) -> str:
    k = f"{piece.kernel}×{piece.kernel}"
    strided = t("course.strided", stride=piece.stride) if piece.stride > 1 else ""
    return t(f"course.operation_{piece.operation}", k=k) + strided


def _votes(context: StepContext) -> None:
    """4.5: two ledgers whose classes are not said; then those of any two classes, and their
    difference."""
    t, scene = context.t, context.scene
    config = scene.classifier.config
    labels = class_labels(context.state.language, config.classes, config.indices)
    first, second = other_half.first_two(scene)
    st.markdown(t("course.first_and_second", first=labels[first], second=labels[second]))
    sides = (first, second) if other_half.first_side(scene) == "a" else (second, first)
    if context.revealed:
        _two_classes(context, labels, sides)
        _show_task(t)
        return
    shown = []
    for name, c in zip("AB", sides, strict=True):  # each on a scale of its own: sums would tell
        votes = scene.contributions.votes(c)
        drawn = vote_board(context, name, votes / np.abs(votes).max())
        shown.append(replace(drawn, numbers=None, unit=t("course.of_the_strongest")))
    show_boards(context, shown, lambda *_: None)
    st.caption(t("course.stretched"))


def _two_classes(context: StepContext, labels: Sequence[str], sides: tuple[int, int]) -> None:
    """The ledgers of two classes, at first those of the question, where they were."""
    t, contributions = context.t, context.scene.contributions
    first_two = other_half.first_two(context.scene)
    order = np.argsort(-contributions.logits, kind="stable").tolist()
    chosen = {
        letter: column.selectbox(
            t(f"course.class_{letter}"),
            order,
            order.index(c),
            format_func=labels.__getitem__,
            key=f"course_class_{letter}|{context.step_place}",
        )
        for letter, column, c in zip("kj", st.columns(2), first_two, strict=True)
    }
    votes = {letter: contributions.votes(c) for letter, c in chosen.items()}
    difference = votes["k"] - votes["j"]
    letters = "kj" if sides == first_two else "jk"
    shown = [
        vote_board(context, f"{side} · {letter}: {labels[chosen[letter]]}", votes[letter])
        for side, letter in zip("AB", letters, strict=True)
    ]
    if st.toggle(t("course.k_minus_j"), key="course_k_minus_j"):
        name = f"{labels[chosen['k']]} − {labels[chosen['j']]}"
        shown = [vote_board(context, name, difference)]
    show_boards(context, shown, lambda *_: None)
    for letter, c in chosen.items():
        st.markdown(
            t(
                "course.adds_up",
                letter=letter,
                votes=f"{votes[letter].sum():.4f}",
                bias=f"{contributions.biases[c]:+.4f}".replace("-", "− ").replace("+", "+ "),
                logit=f"{contributions.logits[c]:.4f}",
                residual=f"{abs(contributions.residual(c)):.0e}",
            )
        )
    against = int((difference < 0).sum())
    st.markdown(t("course.against", count=against, cells=difference.size))
    st.caption(t("course.votes_limit"))


def vote_board(context: StepContext, name: str, votes: Wide) -> Board:
    """A board of votes [rows, columns], given in logits, with their numbers."""
    rows, columns = votes.shape
    hundredths = [round(100 * float(v), 3) for v in votes.ravel()]
    return Board(
        name,
        rows,
        columns,
        context.t("course.board_says", rows=rows, columns=columns),
        votes=hundredths,
        unit=context.t("course.hundredths"),
        numbers=[str(round(v)).replace("-", "−") for v in hundredths],
    )


def _show_task(t: Translator) -> None:
    """The task of the chapter: merge grids for a large picture under a budget."""
    with st.container(border=True):
        st.markdown(
            t(
                "course.task_says",
                side=price.TASK_SIDE,
                channels=price.TASK_WIDTH,
                budget=f"{price.BUDGET:,}",
            )
        )
        first, second = (
            int(
                st.number_input(
                    t("course.task_grid", level=level), *_MERGES, 1, key=f"course_task_{level}"
                )
            )
            for level in (0, 1)
        )
        merges = tuple(grid for grid in (first, second) if grid > 1)
        bill = price.task_bill(merges)
        done = "course.task_done" if bill < price.BUDGET else "course.task_not_yet"
        st.markdown(t(done, bill=f"{bill:,}", grids=", ".join(map(str, merges)) or "–"))


PICTURES: dict[str, Callable[[StepContext], None]] = {
    "4.4": _whole,
    "4.5": _votes,
}
