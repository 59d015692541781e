"""Ctrl-C and kill, handled between two steps of long work."""

import signal
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted:
    """`yes` is True after the first Ctrl-C or kill, so that the current step is still finished."""

    def __init__(self) -> None:
        self.yes = False

    def __enter__(self) -> Self:
        self.before = {number: signal.signal(number, self._set) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _set(self, *_: object) -> None:
        self.yes = True
