"""Tables as CSV, with the same line ends and rules everywhere."""

import csv
import io
from collections.abc import Iterable, Sequence


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows below the names of their columns."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(columns)
    table.writerows(rows)
    return file.getvalue()


def zero_based(*names: str) -> tuple[str, ...]:
    """Names of columns whose numbers count from 0."""
    return tuple(f"{name} (0-based)" for name in names)
