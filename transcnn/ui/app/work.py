"""What takes long, done beside the pages: one at a time on the server, others wait in line.

A page never waits for it, neither for its turn nor inside of it. Work ends by itself when nobody
has looked at it for a while, so that a closed browser leaves nothing running.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from transcnn.errors import TransCNNError

_LOOK_S = 0.1  # between two looks of work that waits whether its turn has come
_UNSEEN_S = 90.0  # after which work that nobody looks at ends
_KEPT = 40  # results of a session

_line: "list[Work]" = []  # of all sessions, first come, first served; the first is at work


class Work(threading.Thread):
    """Does `do`, which is given what to tell its progress to; `result` or `error` come of it."""

    def __init__(self, name: str, do: Callable[[Callable[[float], None]], Any]) -> None:
        super().__init__(name=f"explain {name}", daemon=True)
        self.result: Any = None
        self.error: Exception | None = None
        self.share = 0.0
        self.waits = True  # for other work
        self.on_progress_page = False  # whether the page has been drawn with what came of it
        self._do, self._stopped, self._seen = do, threading.Event(), time.monotonic()

    def look(self) -> None:
        """Note that somebody still wants the result."""
        self._seen = time.monotonic()

    def stop(self) -> None:
        self._stopped.set()

    @property
    def unwanted(self) -> bool:
        return self._stopped.is_set() or time.monotonic() - self._seen > _UNSEEN_S

    @property
    def finished(self) -> bool:
        """Whether there is a result, or a reason why there is none."""
        return self.result is not None or self.error is not None

    @property
    def under_way(self) -> bool:
        return not self.finished and self.is_alive()

    def run(self) -> None:
        from transcnn.explain.method import Cancelled

        _line.append(self)
        try:
            while _line[0] is not self:
                if self.unwanted:
                    return
                self._stopped.wait(_LOOK_S)
            self.waits = False
            self.result = self._do(self._tell)
        except Cancelled:
            pass
        except Exception as error:  # nobody above this thread would hear of it
            if not isinstance(error, TransCNNError):
                logging.exception("%s failed", self.name)
            self.error = error
        finally:
            _line.remove(self)

    def _tell(self, share: float) -> None:
        from transcnn.explain.method import Cancelled

        self.share = share
        if self.unwanted:
            raise Cancelled


def begin(works: dict[str, Work], key: str, do: Callable[[Callable[[float], None]], Any]) -> Work:
    """The work called `key` among a session's; begun if it is not there."""
    if key not in works:
        works[key] = Work(key, do)
        works[key].start()
        ended = [name for name, work in works.items() if not work.under_way]
        for name in ended[: max(0, len(works) - _KEPT)]:
            del works[name]
    return works[key]


def end_others(works: dict[str, Work], wanted: tuple[str, ...]) -> None:
    """Stop what is under way in a session and not `wanted`, the beginnings of keys, and forget it:
    asked for again it begins anew. What is finished stays.
    """
    for key, work in list(works.items()):
        if work.under_way and not key.startswith(wanted):
            works.pop(key).stop()
