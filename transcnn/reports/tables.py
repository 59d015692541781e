"""Tables as Markdown."""

from collections.abc import Sequence


def table_lines(rows: Sequence[Sequence[str]], numbers: int | None = None) -> list[str]:
    """The lines of a table whose first row are heads. So many last columns are `numbers`, to the
    right; without it, all but the first.
    """
    count = len(rows[0])
    right = count - 1 if numbers is None else numbers
    lines = [rows[0], ["---"] * (count - right) + ["---:"] * right, *rows[1:]]
    return [f"| {' | '.join(cells)} |" for cells in lines]
