"""The picture of each step, which can be touched; what is a key waits for the reveal."""

import base64
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import Image

from transcnn.analysis.cost.attention import mhsa
from transcnn.course import asking, heads
from transcnn.course.by_hand import spell
from transcnn.course.hand_map import LARGEST, read_map
from transcnn.course.questions import Click
from transcnn.course.scene import Wide, board, board_heads
from transcnn.figures.scale import DARK, LIGHT
from transcnn.trace.trace import BlockTrace
from transcnn.ui.components import boards, hand_map
from transcnn.ui.course.desk import COLOURS, Desk
from transcnn.ui.course.questions import clicked_key

_BOARDS, _HAND = "course_boards", "course_hand"
_ENOUGH = 0.9  # of an asker's weight at one place: the task of chapter 1


@dataclass(frozen=True)
class Board:
    """The picture cut into cells; `multiples` of an even share are row by row, None: not shown.

    `dot` is a place as shares of the picture: down, across.
    """

    name: str
    rows: int
    columns: int
    says: str
    multiples: list[float | None] | None = None
    marks: list[dict[str, Any]] = field(default_factory=list)
    dot: tuple[float, float] | None = None
    small: bool = False
    pick: bool = False
    start: tuple[int, int] = (0, 0)


def touch(desk: Desk) -> None:
    """Draw the picture of the step."""
    _DRAW[desk.step.number](desk)


def _mark(cell: int, letter: str, colour: str = "asker", dashed: bool = False) -> dict[str, Any]:
    return {"cell": cell, "letter": letter, "colour": colour, "dashed": dashed}


def _board(desk: Desk, block: BlockTrace, name: str, row: Wide | None, **more: Any) -> Board:
    """The block's last board with a reading on it, and the asker marked."""
    rows, columns = block.levels[-1].size
    multiples: list[float | None] | None = None
    if row is not None:
        multiples = [round(float(m), 4) for m in row * rows * columns]
    cell = desk.scene.cell(block)
    more.setdefault("marks", [_mark(cell, "t")])
    return Board(
        name,
        rows,
        columns,
        desk.say("course.board_says", rows=rows, columns=columns),
        multiples,
        start=divmod(cell, columns),
        **more,
    )


def _show(desk: Desk, shown: Sequence[Board], on_pick: Callable[[int, int, int], None]) -> None:
    """Mount the boards; `on_pick` gets the board's number, the row and the column."""

    def picked() -> None:
        found = st.session_state[_BOARDS]["picked"]
        if found is not None:  # a trigger is None again in the run after its own
            on_pick(int(found["board"]), int(found["row"]), int(found["column"]))

    words = desk.say.table("view")
    boards(
        _BOARDS,
        {
            "boards": [asdict(board) for board in shown],
            "photo": _photo(desk.shown.opened.key, desk.shown.opened.pixels),
            "pixels": desk.scene.trace.crop.size,
            "ramps": {"light": LIGHT, "dark": DARK},
            "colours": desk.colours,
            "words": {
                **{name: words[name] for name in ("bar_less", "bar_even", "bar_more")},
                "cell": desk.say.table("course")["cell_says"],
            },
        },
        on_pick=picked,
    )


@st.cache_data(scope="session", max_entries=4, show_spinner=False)
def _photo(key: str, _pixels: Any) -> str:  # noqa: ARG001
    """What the network sees, as an address of its own."""
    file = io.BytesIO()
    Image.fromarray(_pixels).save(file, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def _ask_from(desk: Desk, size: tuple[int, int]) -> Callable[[int, int, int], None]:
    """Lets the middle of the picked cell ask, on boards of `size`."""

    def pick(_: int, row: int, column: int) -> None:
        side = desk.scene.trace.crop.size
        y, x = (
            (2 * p + 1) * side // (2 * count) for p, count in zip((row, column), size, strict=True)
        )
        desk.ask_from((y, x))

    return pick


def _guess_at(desk: Desk, name: str) -> Callable[[int, int, int], None]:
    def pick(_: int, row: int, column: int) -> None:
        st.session_state[clicked_key(desk.question_place(name))] = (row, column)

    return pick


def _guess_marks(desk: Desk, name: str, columns: int) -> list[dict[str, Any]]:
    """The cell that was guessed, and once it is revealed, the right one."""
    kept, posed = desk.kept(name), desk.posed[name]
    clicked = kept.guess if kept else st.session_state.get(clicked_key(desk.question_place(name)))
    marks = []
    if desk.revealed and posed is not None and isinstance(posed.asks, Click):
        row, column = posed.asks.best
        marks.append(_mark(row * columns + column, "u", "seen"))
    if isinstance(clicked, tuple):
        row, column = map(int, clicked)
        marks.append(_mark(row * columns + column, "?", "seen", dashed=True))
    return marks


def _limit(desk: Desk) -> None:
    st.caption(desk.say("course.limit"))


# Chapter 1


def _places(desk: Desk) -> None:
    """1.1: the tokens of a stage; the pixel whose token is looked for."""
    say, scene = desk.say, desk.scene
    rows, columns = asking.covered_map(scene)
    sizes = {b.stage: b.size for b in scene.trace.blocks}
    if desk.revealed:
        stage = st.segmented_control(
            say("course.stage"),
            list(sizes),
            format_func=lambda s: say("view.stage", number=s + 1),
            default=next((s for s, size in sizes.items() if size == (rows, columns)), None),
            key="course_stage",
        )
        rows, columns = sizes.get(stage, (rows, columns)) if stage is not None else (rows, columns)
    y, x = asking.marked_pixel(scene)
    side = scene.trace.crop.size
    at_question = (rows, columns) == asking.covered_map(scene)
    _show(
        desk,
        [
            Board(
                say("course.tokens_of", rows=rows, columns=columns),
                rows,
                columns,
                say("course.board_says", rows=rows, columns=columns),
                marks=_guess_marks(desk, "Q2", columns) if at_question else [],
                dot=((y + 0.5) / side, (x + 0.5) / side),
                pick=not desk.kept("Q2"),
                start=(rows // 2, columns // 2),
            )
        ],
        _guess_at(desk, "Q2"),
    )
    if desk.revealed:
        st.caption(
            say(
                "course.tokens_count",
                rows=rows,
                columns=columns,
                count=f"{rows * columns:,}",
                px=f"{side / rows:g}",
            )
        )


def _hand(desk: Desk) -> None:
    def change() -> None:
        numbers = read_map(st.session_state[_HAND]["numbers"])
        if numbers is not None:
            desk.state.take_step(replace(desk.state.course, hand=numbers))

    st.markdown(desk.say("course.hand_map", largest=LARGEST))
    hand_map(
        _HAND,
        {
            "numbers": desk.scene.hand,
            "largest": LARGEST,
            "label": desk.say("course.hand_label"),
            "place": desk.say.table("course")["cell"],
        },
        on_change=change,
    )


def _hand_table(desk: Desk, level: int, grid: int, askers: Sequence[int]) -> None:
    """Every product of some askers of a grid of the example."""
    worked = desk.scene.worked.levels[level]
    say = desk.say
    head = ["x", "n", "2ⁿ", "Σ", say("course.weights"), say("course.weight_value"), "o", "A"]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))]
    for asker in askers:
        scores, weights = worked.scores[grid, asker], worked.weights[grid, asker]
        products = weights * worked.values[grid]
        powers = np.exp2(scores)
        cells = [
            spell(float(worked.tokens[grid, asker])),
            asking.four(scores),
            asking.four(powers),
            spell(float(powers.sum())),
            asking.four(weights),
            asking.four(products).replace(", ", " + ").replace("+ -", "− ").replace("-", "−"),
            spell(float(products.sum())),
            spell(float(worked.attended[grid, asker])),
        ]
        lines.append(" | ".join(cells))
    with st.container(key=f"hand_table_{level}_{grid}"):  # set smaller
        st.markdown("\n".join(f"| {line} |" for line in lines))


def _hand_tables(desk: Desk) -> None:
    say, worked = desk.say, desk.scene.worked
    for grid, name in enumerate(("top_left", "top_right", "bottom_left", "bottom_right")):
        st.markdown(
            f"**{say(f'course.{name}')}**, v = {asking.four(worked.levels[0].values[grid])}"
        )
        _hand_table(desk, 0, grid, range(4))


def _roles(desk: Desk) -> None:
    """1.2: the example by hand, its first row worked through, then all."""
    _hand(desk)
    worked = desk.scene.worked
    other = next(t for t in (0, 1, 2, 3) if t not in (worked.asker, worked.beside))
    if not desk.revealed:
        st.markdown(desk.say("course.worked_row"))
        _hand_table(desk, 0, 0, [other])
    else:
        st.markdown(desk.say("course.all_rows"))
        _hand_tables(desk)


def _row_or_column(desk: Desk) -> None:
    """1.3: a row and a column of the same matrix."""
    say, found = desk.say, asking.row_and_column(desk.scene)
    block, cell = found or (desk.scene.block, desk.scene.cell(desk.scene.block))
    weights = board(block)
    row, column = weights[cell], weights[:, cell]
    sides = (
        {"a": row, "b": column} if asking.row_side(desk.scene) == "a" else {"a": column, "b": row}
    )
    shown = []
    for side, values in sides.items():
        name = side.upper()
        if desk.revealed:
            what = say("course.is_row" if values is row else "course.is_column")
            name = f"{name}: {what} · Σ = {values.sum():.2f}"
        drawn = _board(desk, block, name, values, pick=True, marks=[_mark(cell, "t")])
        shown.append(replace(drawn, start=divmod(cell, drawn.columns)))
    _show(desk, shown, _ask_from(desk, block.levels[-1].size))
    st.caption(say("course.click_asks"))
    _limit(desk)


def _mix(desk: Desk) -> None:
    """1.4: the first n of the cells that are read."""
    say, scene = desk.say, desk.scene
    block, cells = asking.sorted_row(scene)
    row = scene.row(block)
    if not desk.revealed:
        _show(
            desk,
            [_board(desk, block, say("course.asker"), None, pick=True)],
            _ask_from(desk, block.levels[-1].size),
        )
        st.caption(say("course.click_asks"))
    else:
        count = st.slider(say("course.keep_cells"), 1, len(row), 5, key="course_keep")
        drawn = _board(desk, block, say("course.reading"), row, pick=True)
        assert drawn.multiples is not None
        first = set(cells[:count])
        drawn = replace(
            drawn, multiples=[m if c in first else None for c, m in enumerate(drawn.multiples)]
        )
        _show(desk, [drawn], _ask_from(desk, block.levels[-1].size))
        share = 100 * float(row[cells[:count]].sum())
        st.markdown(say("course.kept_share", count=count, share=f"{share:.0f}"))
        _limit(desk)
    with st.expander(say("course.by_hand"), expanded=True):
        _hand(desk)
        if desk.revealed:
            _hand_table(desk, 0, 0, range(4))


def _shuffled(desk: Desk) -> None:
    """1.5: the reading before and after the cells were shuffled; distances."""
    say, scene = desk.say, desk.scene
    block = scene.clear_block or scene.block
    size = block.levels[-1].size
    cell, other = scene.cell(block), asking.strongest_other(scene, block)
    if not desk.revealed:
        marks = [_mark(cell, "a"), _mark(other, "b", "seen")]
        shown = [_board(desk, block, say("course.asker"), None, pick=True, marks=marks)]
        _show(desk, shown, _ask_from(desk, size))
        st.caption(say("course.click_asks"))
        return
    row = scene.row(block)
    order = asking.shuffle_of(scene, len(row))
    after = asking.shuffled_weights(scene, block).mean(0)
    a, b = order.index(cell), order.index(other)
    shown = [
        _board(
            desk,
            block,
            say("course.before"),
            row,
            pick=True,
            marks=[_mark(cell, "a"), _mark(other, "b", "seen")],
        ),
        _board(
            desk,
            block,
            say("course.after"),
            after[a],
            marks=[_mark(a, "a"), _mark(b, "b", "seen")],
        ),
    ]
    _show(desk, shown, lambda n, y, x: _ask_from(desk, size)(n, y, x))
    difference = np.abs(after - board(block)[np.ix_(order, order)]).max()
    st.markdown(
        say(
            "course.shuffle_says",
            before=f"{100 * row[other]:.2f}",
            after=f"{100 * after[a, b]:.2f}",
            difference=f"{difference:.0e}",
        )
    )
    words = desk.lesson.questions["Q10"].options
    _bars(
        say("course.rings"),
        {words[name]: value for name, value in asking.rings(scene).items()},
        "×",
    )
    _limit(desk)
    _change_hand(desk)


def _change_hand(desk: Desk) -> None:
    """The task of chapter 1: an asker that gives nearly everything to one place."""
    with st.expander(desk.say("course.by_hand"), expanded=True):
        _hand(desk)
        best = max(float(level.weights.max()) for level in desk.scene.worked.levels[:1])
        done = "course.change_done" if best > _ENOUGH else "course.change_not_yet"
        st.markdown(desk.say(done, share=f"{100 * best:.0f}"))


# Chapter 2


def _heads(desk: Desk) -> None:
    """2.1: the mean of the heads; afterwards each of them."""
    say, scene = desk.say, desk.scene
    block = heads.unlike_block(scene) or scene.block
    columns = block.levels[-1].size[1]
    cell = scene.cell(block)
    readings = heads.head_rows(scene, block)
    asked = desk.posed["Q11"]
    clicks = asked is not None and isinstance(asked.asks, Click)
    marks = [_mark(cell, "t")]
    mean = _board(desk, block, say("course.mean"), readings.mean(0), marks=marks)
    if not clicks or desk.kept("Q11"):
        shown = [
            replace(mean, marks=marks + (_guess_marks(desk, "Q11", columns) if clicks else []))
        ]
    else:
        shown = [replace(mean, pick=True, marks=marks + _guess_marks(desk, "Q11", columns))]
    if desk.revealed:
        for h, reading in enumerate(readings):
            name = say("course.head", head=h + 1)
            peak = int(reading.argmax())
            shown.append(
                _board(desk, block, name, reading, small=True, marks=[_mark(peak, "u", "seen")])
            )
    _show(desk, shown, _guess_at(desk, "Q11"))
    _limit(desk)


def _scaling(desk: Desk) -> None:
    """2.2: a head's reading with its scores made larger or smaller."""
    say, scene = desk.say, desk.scene
    block = scene.clear_block or scene.block
    head = heads.median_head(scene, block)
    row = board_heads(block)[head, scene.cell(block)]
    times, root = 1.0, math.sqrt(heads.head_width(block))
    if desk.revealed:
        factors = sorted({0.25, 0.5, 1.0, 2.0, root})
        times = st.select_slider(
            say("course.scores_times"),
            factors,
            1.0,
            format_func=lambda f: f"√d = {f:.3g}" if f == root else f"{f:g}",
            key="course_times",
        )
    shown = heads.scaled(row, times)
    _show(
        desk,
        [_board(desk, block, say("course.head", head=head + 1), shown, pick=True)],
        _ask_from(desk, block.levels[-1].size),
    )
    st.markdown(say("course.peak_says", peak=f"{100 * shown.max():.0f}"))
    st.caption(say("course.click_asks"))
    with st.expander(say("course.by_hand"), expanded=True):
        _hand(desk)
        merged = asking.four(scene.worked.merged)
        st.markdown(say("course.merged_says", merged=merged))
        if desk.revealed:
            _hand_table(desk, 1, 0, range(4))


def _adding(desk: Desk) -> None:
    """2.3: how large what is added is, beside what was there."""
    say, scene, block = desk.say, desk.scene, desk.scene.block
    rows, columns = block.size
    y, x = scene.token(block.size)
    shown = Board(
        say("course.tokens_of", rows=rows, columns=columns),
        rows,
        columns,
        say("course.board_says", rows=rows, columns=columns),
        marks=[_mark(y * columns + x, "t")],
        pick=True,
        start=(y, x),
    )
    _show(desk, [shown], _ask_from(desk, block.size))
    st.caption(say("course.click_asks"))
    if not desk.revealed:
        return
    parts = {
        "X": block.input[:, y, x],
        "A Wᵖ": block.added[:, y, x],
        "A′": block.input[:, y, x] + block.added[:, y, x],
    }
    lengths = {n: float(np.linalg.norm(v.astype(np.float64))) for n, v in parts.items()}
    _bars(say("course.lengths"), lengths, "")
    words = desk.lesson.questions["Q16"].options
    _bars(
        say("course.added_shares"),
        {
            words[name]: 100 * float(np.median(heads.added_shares(b)))
            for name, b in heads.three_blocks(scene).items()
        },
        " %",
    )


def _bill(desk: Desk) -> None:
    """2.4: what plain attention costs in the first stage as the picture grows."""
    say, scene = desk.say, desk.scene
    block = scene.trace.blocks[0]
    stride = scene.trace.crop.size // block.size[0]
    if not desk.revealed:
        rows, columns = block.size
        shown = Board(
            say("course.tokens_of", rows=rows, columns=columns),
            rows,
            columns,
            say("course.board_says", rows=rows, columns=columns),
        )
        _show(desk, [shown], lambda *_: None)
        return
    side = st.slider(
        say("course.side"), 8 * stride, 512, scene.trace.crop.size, stride, key="course_side"
    )
    bill = mhsa((side // stride, side // stride), block.width, block.heads)
    _bars(
        say("course.multiply_adds", side=side, tokens=f"{(side // stride) ** 2:,}"),
        {
            say("course.projections"): bill.projected / 1e6,
            say("course.products"): bill.multiplied / 1e6,
        },
        " M",
    )
    st.markdown(say("course.bill_says", total=f"{bill.total:,}"))


def _bars(title: str, values: dict[str, float], unit: str) -> None:
    """A few amounts as bars from 0, each with its number."""
    texts = [
        f"{value:.3g}{unit}" if value < 1000 else f"{value:,.0f}{unit}" for value in values.values()
    ]
    chart = go.Figure(
        go.Bar(
            x=list(values.values()),
            y=list(values),
            orientation="h",
            text=texts,
            textposition="auto",
            marker_color=COLOURS["light"]["seen"],
            hoverinfo="skip",
        )
    )
    chart.update_layout(
        height=64 + 44 * len(values),
        margin=dict(l=0, r=8, t=4, b=24),
        xaxis=dict(rangemode="tozero", fixedrange=True),
        yaxis=dict(autorange="reversed", fixedrange=True, automargin=True),
    )
    st.markdown(f"**{title}**")
    said = "; ".join(f"{name}: {text}" for name, text in zip(values, texts, strict=True))
    st.plotly_chart(
        chart, alt=f"{title}. {said}", config={"displayModeBar": False}, key=f"bars|{title}"
    )


_DRAW: dict[str, Callable[[Desk], None]] = {
    "1.1": _places,
    "1.2": _roles,
    "1.3": _row_or_column,
    "1.4": _mix,
    "1.5": _shuffled,
    "2.1": _heads,
    "2.2": _scaling,
    "2.3": _adding,
    "2.4": _bill,
}
