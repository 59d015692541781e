"""The figures of chapter 1."""

from collections.abc import Callable

from transcnn.course import ch1_attention as asking
from transcnn.course.scene import Scene, Wide, last_level_attention
from transcnn.reports.handout.drawing import Bars, Board, Figure, Numbers
from transcnn.reports.wording import Wording
from transcnn.trace.trace import BlockTrace

Figures = Callable[[Scene, Wording, bool], list[Figure]]


def last_board(
    scene: Scene,
    block: BlockTrace,
    name: str,
    row: Wide | None = None,
    marks: tuple[tuple[int, str], ...] | None = None,
    small: bool = False,
) -> Board:
    """The block's last board with a reading on it, the asker marked."""
    rows, columns = block.levels[-1].size
    return Board(
        name,
        rows,
        columns,
        None if row is None else [float(m) for m in row * rows * columns],
        marks=((scene.query_index(block), "t"),) if marks is None else marks,
        small=small,
    )


def map_by_hand(scene: Scene, t: Wording) -> Numbers:
    """The example by hand, cut into its grids."""
    rows = [[str(n).replace("-", "−") for n in row] for row in scene.hand]
    return Numbers(t("handout_hand"), rows, grids=2)


def products(
    scene: Scene, t: Wording, level: int, grid: int, queries: tuple[int, ...] = (0, 1, 2, 3)
) -> Numbers:
    """Every product of some askers of a grid of the example."""
    head = ("x", "n", "2ⁿ", "Σ", t("handout_weights"), t("handout_weight_value"), "o", "A")
    worked = scene.worked.levels[level]
    rows = [asking.product_row(worked, grid, query) for query in queries]
    return Numbers(t(f"handout_grid_{grid}" if level == 0 else "handout_board"), rows, head)


def _places(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    rows, columns = asking.covered_map(scene)
    y, x = asking.marked_pixel(scene)
    side = scene.trace.crop.size
    row, column = y * rows // side, x * columns // side
    return [
        Board(
            t("handout_tokens", rows=rows, columns=columns),
            rows,
            columns,
            marks=[(row * columns + column, "u")] if revealed else [],
            dots=[((y + 0.5) / side, (x + 0.5) / side)],
        )
    ]


def _roles(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    worked = scene.worked
    if revealed:
        return [products(scene, t, 0, grid) for grid in range(4)]
    other = next(k for k in (0, 1, 2, 3) if k not in (worked.query, worked.beside))
    return [map_by_hand(scene, t), products(scene, t, 0, 0, (other,))]


def _row_or_column(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block, cell = asking.row_and_column(scene) or (scene.block, scene.query_index(scene.block))
    weights = last_level_attention(block)
    sides = [("row", weights[cell]), ("column", weights[:, cell])]
    if asking.row_side(scene) == "b":
        sides.reverse()
    found: list[Figure] = []
    for name, (what, values) in zip("AB", sides, strict=True):
        on_progress = (
            f"{name}: {t(f'handout_{what}')}, Σ = {values.sum():.2f}" if revealed else name
        )
        found.append(last_board(scene, block, on_progress, values, ((cell, "t"),)))
    return found


def _mix(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block, _ = asking.sorted_row(scene)
    if not revealed:
        return [last_board(scene, block, t("handout_asker")), map_by_hand(scene, t)]
    reading = last_board(scene, block, t("handout_reading"), scene.attention_row(block))
    return [reading, products(scene, t, 0, 0)]


def _shuffled(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.peaked_block or scene.block
    a, b = scene.query_index(block), asking.strongest_other(scene, block)
    if not revealed:
        return [last_board(scene, block, t("handout_asker"), None, ((a, "a"), (b, "b")))]
    row = scene.attention_row(block)
    order = asking.shuffle_of(scene, len(row))
    there, seen = order.index(a), order.index(b)
    after = asking.shuffled_weights(scene, block).mean(0)[there]
    rings = {t(f"handout_ring_{name}"): v for name, v in asking.rings(scene).items()}
    return [
        last_board(scene, block, t("handout_before"), row, ((a, "a"), (b, "b"))),
        last_board(scene, block, t("handout_after"), after, ((there, "a"), (seen, "b"))),
        Bars(t("handout_rings"), rings, "×"),
    ]


FIGURES: dict[str, Figures] = {
    "1.1": _places,
    "1.2": _roles,
    "1.3": _row_or_column,
    "1.4": _mix,
    "1.5": _shuffled,
}
