"""Ctrl-C and kill, heard between two steps of long work."""

import signal


class Interrupted:
    """True from the first Ctrl-C or kill on: the step under way is finished and kept."""

    def __init__(self) -> None:
        self.yes = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._set)

    def _set(self, *_: object) -> None:
        self.yes = True
