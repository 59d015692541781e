"""The map of the example by hand, 4 x 4 whole numbers. No torch here."""

import re

Numbers = tuple[tuple[int, ...], ...]

FIRST_MAP: Numbers = ((0, 1, 1, 0), (0, 1, 0, -1), (0, -1, 0, 0), (1, 0, 0, 0))
LARGEST = 3  # of the numbers, either sign


def read_map(numbers: object) -> Numbers | None:
    """16 whole numbers, row by row, as a map; None for anything else."""
    if not isinstance(numbers, list) or len(numbers) != 16:
        return None
    if not all(isinstance(n, int | float) and n == n // 1 and abs(n) <= LARGEST for n in numbers):
        return None
    return tuple(tuple(int(n) for n in numbers[4 * row : 4 * row + 4]) for row in range(4))


def spell_map(numbers: Numbers) -> str:
    """The map as it stands in a link: its numbers row by row."""
    return ",".join(str(n) for row in numbers for n in row)


def parse_map(text: str) -> Numbers | None:
    """The map that a link spells; None for anything else."""
    parts = text.split(",")
    known = len(text) < 64 and all(re.fullmatch("-?[0-9]", part) for part in parts)
    return read_map([int(part) for part in parts]) if known else None
