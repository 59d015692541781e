"""What takes long, done beside the pages: with progress, a way to cancel, a result or an error.

A page never waits for it. Tasks of one `queue` are done one at a time, first come, first served,
for all visitors together. A task with a limit `unseen_s` ends by itself when nobody has looked at
it for so long, so that a closed browser leaves nothing running.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from transcnn.errors import Cancelled, TransCNNError

_LOOK_S = 0.1  # between two looks of a task in a queue whether its turn has come


class Task(threading.Thread):
    """Does `do`, which is given the task itself; `result` or `error` come of it.

    `progress` is what the work last reported: a share from 0 to 1, or a value of its own.
    """

    def __init__(
        self,
        name: str,
        do: "Callable[[Task], Any]",
        *,
        queue: "list[Task] | None" = None,
        unseen_s: float | None = None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.result: Any = None
        self.error: Exception | None = None
        self.progress: Any = None
        self.waits = queue is not None  # for another task
        self.drawn = False  # whether the page has been drawn with what came of it
        self._do: Callable[[Task], Any] | None = do
        self._queue, self._unseen_s = queue, unseen_s
        self._cancelled, self._seen = threading.Event(), time.monotonic()

    def look(self) -> None:
        """Note that somebody still wants the result."""
        self._seen = time.monotonic()

    def cancel(self) -> None:
        """End as soon as the work looks whether it is cancelled."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether the task was cancelled, or nobody looks at it any more."""
        unseen = time.monotonic() - self._seen
        return self._cancelled.is_set() or (self._unseen_s is not None and unseen > self._unseen_s)

    def report(self, progress: Any) -> None:
        """For the work: note its progress. Raises Cancelled where it shall end."""
        self.progress = progress
        if self.cancelled:
            raise Cancelled

    @property
    def finished(self) -> bool:
        """Whether there is a result, or an error."""
        return self.result is not None or self.error is not None

    @property
    def under_way(self) -> bool:
        """Whether there may be a result yet."""
        return not self.finished and self.is_alive()

    def run(self) -> None:
        """The thread."""
        do, self._do = self._do, None  # what it holds, such as a trace, goes when it has ended
        assert do is not None
        if self._queue is not None:
            self._queue.append(self)
        try:
            while self._queue is not None and self._queue[0] is not self:
                if self.cancelled:
                    return
                self._cancelled.wait(_LOOK_S)
            self.waits = False
            self.result = do(self)
        except Cancelled:
            pass
        except Exception as error:  # nobody above this thread would hear of it
            if not isinstance(error, TransCNNError):
                logging.exception("%s failed", self.name)
            self.error = error
        finally:
            if self._queue is not None:
                self._queue.remove(self)
