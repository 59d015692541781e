"""The map of the example by hand, 4 x 4 whole numbers. No torch here."""

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
