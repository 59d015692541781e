"""What takes long, done beside the pages: with progress, a way to cancel, a result or an error.

A page never waits for it. A task belongs to the visitors who look at it, and is cancelled within
seconds after the last of their browsers has gone. Of a `Queue` one task works at a time; visitors
take turns, so that nobody waits for all that another one has begun.

`computing` bounds what the scripts of pages compute at once, not the tasks. Beside those scripts
each queue has one task at work; that of labelled images computes with as many threads as there are
cores. Downloads have no queue.
"""

import functools
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from transcnn.errors import Cancelled, ServerBusy, TooManyTasks, TooManyTasksHere, TransCNNError
from transcnn.limits import limits
from transcnn.ui.app.visitors import Visitor, current_visitor, end_with_browser, work_for

GRACE_S = 2.5  # for a page that is loaded again, or a connection that breaks for a moment
TURN_S = 5.0  # of work, before another visitor's task has its turn
_LOOK_S = 0.5  # between two looks at who has gone

_changed = threading.Condition()  # guards what follows, and all queues
_alive: "set[Task]" = set()  # waiting or under way


class Queue:
    """Lets one of its tasks work at a time.

    Visitors take turns of `TURN_S`, and have one each however many tasks they have begun.
    """

    def __init__(self) -> None:
        # By session, the one whose turn is next first; the tasks of each in order of arrival.
        self._waiting: dict[str, list[Task]] = {}
        self._at_work: Task | None = None

    def wait_for_turn(self, task: "Task") -> None:
        """Return when it is the task's turn, or the task was cancelled."""
        with _changed:
            self._waiting.setdefault(task.session, []).append(task)
            self._next()
            _changed.wait_for(lambda: self._at_work is task or task.cancelled)
            if self._at_work is not task:
                self._take_out(task)

    def end_turn(self, task: "Task") -> None:
        """Let the next one work, if it is the task's turn."""
        with _changed:
            if self._at_work is task:
                self._at_work = None
                self._next()

    def others_wait(self, task: "Task") -> bool:
        """Whether another visitor's task waits."""
        with _changed:
            return any(session != task.session for session in self._waiting)

    def _next(self) -> None:
        if self._at_work is None and self._waiting:
            session, tasks = next(iter(self._waiting.items()))
            self._at_work = tasks[0]
            self._take_out(tasks[0])
            if tasks:  # behind all others
                self._waiting[session] = self._waiting.pop(session)
            _changed.notify_all()

    def _take_out(self, task: "Task") -> None:
        tasks = self._waiting[task.session]
        tasks.remove(task)
        if not tasks:
            del self._waiting[task.session]


class Task(threading.Thread):
    """Does `do`, which is given the task itself; `result` or `error` come of it.

    `progress` is what the work last reported: a share from 0 to 1, or a value of its own.
    `for_all`: what comes of it is everybody's; it has turns of its own, and counts for nobody.
    """

    def __init__(
        self,
        name: str,
        do: "Callable[[Task], Any]",
        *,
        queue: Queue | None = None,
        for_all: bool = False,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.result: Any = None
        self.error: Exception | None = None
        self.progress: Any = None
        self.waits = queue is not None  # for another task
        self.drawn = False  # whether the page has been drawn with what came of it
        self.abandoned = False  # cancelled since nobody was there any more
        began = current_visitor()
        self.visitor = None if for_all else began  # whose it is
        self._do: Callable[[Task], Any] | None = do
        self._queue = queue
        self._cancelled = threading.Event()
        self._visitors = set() if began is None else {began}
        self._seen = self._began = time.monotonic()

    @property
    def session(self) -> str:
        """The session whose it is; "" for nobody's."""
        return "" if self.visitor is None else self.visitor.session

    def start(self) -> None:
        """Begin, or wait for a turn. Raises NotBegun where that is too much."""
        with _changed:
            if self.visitor is not None:
                _check_limits(self.visitor)
            _alive.add(self)
            _changed.notify_all()
        _watch_from_now_on()
        try:
            super().start()
        except BaseException:  # no thread is to be had
            with _changed:
                _alive.discard(self)
            raise

    def look(self) -> None:
        """Note that the visitor whose page this is wants the result, too."""
        if (visitor := current_visitor()) is not None:
            self._visitors = {*self._visitors, visitor}

    def cancel(self) -> None:
        """End as soon as the work looks whether it is cancelled."""
        with _changed:
            self._cancelled.set()
            _changed.notify_all()

    @property
    def cancelled(self) -> bool:
        """Whether the task is to end."""
        return self._cancelled.is_set()

    def report(self, progress: Any) -> None:
        """For the work: note its progress; other visitors may have a turn before this returns.

        Raises Cancelled where the work is to end.
        """
        self.progress = progress
        self.give_way()
        if self.cancelled:
            raise Cancelled

    def give_way(self) -> None:
        """For the work: wait, if others wait and its turn was long enough, for the next one."""
        queue = self._queue
        if queue is None or time.monotonic() - self._began < TURN_S or not queue.others_wait(self):
            return
        self.waits = True
        queue.end_turn(self)
        self._take_turn(queue)

    def _take_turn(self, queue: Queue) -> None:
        queue.wait_for_turn(self)
        self.waits, self._began = False, time.monotonic()

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
        work_for(self.visitor)
        try:
            if self._queue is not None:
                self._take_turn(self._queue)
            if not self.cancelled:
                self.result = do(self)
        except Cancelled:
            pass
        except Exception as error:  # nobody above this thread would hear of it
            if not isinstance(error, TransCNNError):
                logging.exception("%s failed", self.name)
            self.error = error
        finally:
            if self._queue is not None:
                self._queue.end_turn(self)
            with _changed:
                _alive.discard(self)

    def cancel_if_abandoned(self) -> None:
        """Cancel it if none of its visitors has had a browser for a while."""
        now = time.monotonic()
        if not self._visitors or any(one.has_browser for one in self._visitors):
            self._seen = now
        elif now - self._seen > GRACE_S and not self.cancelled:
            self.abandoned = True
            self.cancel()


def tasks_alive() -> list[Task]:
    """The tasks that wait or are under way, of all visitors."""
    with _changed:
        return list(_alive)


def _check_limits(visitor: Visitor) -> None:
    most, whose = limits(), [task.visitor for task in _alive if task.visitor is not None]
    own = [one for one in _alive if one.session == visitor.session and not one.cancelled]
    if len(own) >= most.tasks_session:  # those cancelled end at once: others are wanted instead
        raise TooManyTasks(limit=most.tasks_session)
    if sum(one.address == visitor.address for one in whose) >= most.tasks_address:
        raise TooManyTasksHere(limit=most.tasks_address)
    if len(whose) >= most.tasks:
        raise ServerBusy(limit=most.tasks)


@functools.cache
def _watch_from_now_on() -> threading.Thread:
    """Cancel what nobody waits for, until the process ends; one thread, however often called."""

    def watch() -> None:
        while True:
            with _changed:
                _changed.wait_for(lambda: bool(_alive))
            for task in tasks_alive():
                task.cancel_if_abandoned()
            time.sleep(_LOOK_S)

    thread = threading.Thread(target=watch, name="abandoned tasks", daemon=True)
    thread.start()
    return thread


class Computing:
    """Lets as many threads as there are cores compute at once, each on one of them, first come,
    first served: more would only add to the memory. A page whose browser goes while it waits does
    not compute.
    """

    def __init__(self, cores: int) -> None:
        self._free = cores
        self._waiting: list[object] = []
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        end_with_browser()
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while not (self._free and self._waiting[0] is ticket):
                    self._changed.wait(_LOOK_S)
                    end_with_browser()
                self._free -= 1
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify_all()


computing = Computing(os.cpu_count() or 1)
