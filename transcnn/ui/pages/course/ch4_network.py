"""Chapter 4 on the page, about the rest of the network; what is a key waits for the reveal."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from transcnn.analysis.cost.network import NetworkPart, Piece, network_boxes
from transcnn.course import ch4_cost as cost
from transcnn.course import ch4_network as whole
from transcnn.course.figures import ch4_network as figures
from transcnn.course.figures.ch4_network import box_kind, box_shape
from transcnn.model.variants import network
from transcnn.ui.app.tables import show_table
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import show_figures
from transcnn.words.translator import Translator, plain

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
    found = whole.boxes(scene) if shown == own else network_boxes(network(_PAPER), (side, side))
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
        show_figures(context, [figures.box_shares(t, found)])


def _name(t: Translator, box: NetworkPart) -> str:
    return f"{t(f'course.box_{box_kind(box)}')} {box_shape(box.out)}"


def _show_inside(context: StepContext, box: NetworkPart, entry: tuple[int, int, int]) -> None:
    """The operations of a box, one a line, with the shape after each."""
    t = context.t
    st.markdown(f"**{t(f'course.inside_{box_kind(box)}')}**")
    head = [t(f"course.{name}") for name in ("operation", "shape")]
    rows = [head, [t("course.entry"), box_shape(entry)]]
    rows += [[_operation(t, piece), box_shape(piece.out)] for piece in box.inside]
    if context.revealed:
        costs = [t("cost.macs"), "", *(f"{piece.macs:,}" for piece in box.inside)]
        rows = [[*row, cost] for row, cost in zip(rows, costs, strict=True)]
    show_table(rows, numbers=int(context.revealed))


def _operation(t: Translator, piece: Piece) -> str:
    k = f"{piece.kernel}×{piece.kernel}"
    strided = t("course.strided", stride=piece.stride) if piece.stride > 1 else ""
    return t(f"course.operation_{piece.operation}", k=k) + strided


def _contributions(context: StepContext) -> None:
    """4.5: the contributions to two classes whose names are not said; then those of any two."""
    t, scene = context.t, context.scene
    first, second = (plain(scene.label(place)) for place in whole.first_two(scene))
    st.markdown(t("course.first_and_second", first=first, second=second))
    if context.revealed:
        _two_classes(context)
        _show_task(t)
        return
    show_figures(context, figures.contributions(scene, t, False)[:2])
    st.caption(t("course.stretched"))


def _two_classes(context: StepContext) -> None:
    """The contributions to two classes, at first those of the question, where they were."""
    t, scene, contributions = context.t, context.scene, context.scene.contributions
    order = np.argsort(-contributions.logits, kind="stable").tolist()
    chosen = {
        letter: column.selectbox(
            t(f"course.class_{letter}"),
            order,
            order.index(c),
            format_func=scene.label,
            key=f"course_class_{letter}|{context.step_key}",
        )
        for letter, column, c in zip("kj", st.columns(2), whole.first_two(scene), strict=True)
    }
    votes = {letter: contributions.of_class(c) for letter, c in chosen.items()}
    maps = figures.contributions(scene, t, True, (chosen["k"], chosen["j"]))
    alone = st.toggle(t("course.k_minus_j"), key="course_k_minus_j")
    show_figures(context, maps[2:] if alone else maps[:2])
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
    difference = votes["k"] - votes["j"]
    against = int((difference < 0).sum())
    st.markdown(t("course.against", count=against, cells=difference.size))
    st.caption(t("course.votes_limit"))


def _show_task(t: Translator) -> None:
    """The task of the chapter: merge grids for a large picture under a budget."""
    with st.container(border=True):
        st.markdown(
            t(
                "course.task_says",
                side=cost.TASK_SIDE,
                channels=cost.TASK_WIDTH,
                budget=f"{cost.BUDGET:,}",
            )
        )
        first, second = (
            int(
                st.number_input(
                    t("course.task_grid", level=level + 1), *_MERGES, 1, key=f"course_task_{level}"
                )
            )
            for level in (0, 1)
        )
        merges = tuple(grid for grid in (first, second) if grid > 1)
        bill = cost.task_bill(merges)
        done = "course.task_done" if bill < cost.BUDGET else "course.task_not_yet"
        st.markdown(t(done, bill=f"{bill:,}", grids=", ".join(map(str, merges)) or "–"))


STEPS: dict[str, Callable[[StepContext], None]] = {
    "4.4": _whole,
    "4.5": _contributions,
}
