"""Counting what of a set cannot be used, by cause."""

from transcnn.detection.objects import LeftOut

_NAMED = 5  # of each cause


class Notes:
    """What was left out so far."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._names: dict[str, dict[str, None]] = {}

    def add(self, why: str, name: str = "", count: int = 1) -> None:
        """One more of the cause `why`, in the image or file `name`."""
        self._count[why] = self._count.get(why, 0) + count
        names = self._names.setdefault(why, {})
        if name not in names and len(names) <= _NAMED:
            names[name if len(names) < _NAMED else "…"] = None

    def left_out(self) -> tuple[LeftOut, ...]:
        """Every cause, in the order in which it first occurred."""
        return tuple(
            LeftOut(why, count, tuple(self._names[why])) for why, count in self._count.items()
        )
