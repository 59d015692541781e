"""How often a visitor may do what: try codes, join and begin classes."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """How often something may be done within `window_s` seconds: by one session, from one address
    (a class behind one router is one), by all together."""

    window_s: float
    session: int
    address: int
    all: int


# A million codes: in a lesson of 90 minutes one class is found with 0.5 % from one address (twice a
# class of 30 may mistype in one minute), with 5 % from ten of them or more.
WRONG_CODES = Rate(60.0, 8, 60, 600)
JOINS = Rate(60.0, 8, 100, 1000)
BEGUN_CLASSES = Rate(3600.0, 3, 20, 200)


class RateLimiter:
    """Counts what is done. Who has done it too often waits for the window's end; others go on."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self._clock, self._lock = rate, clock, threading.Lock()
        self._done: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait_s(self, session: str, address: str) -> float:
        """How long this session, at this address, has to wait; 0: not at all."""
        with self._lock:
            self._forget()
            return max(
                self._done[key][-most] + self.rate.window_s - self._clock()
                if len(self._done.get(key, ())) >= most
                else 0.0
                for key, most in self._counted(session, address)
            )

    def note(self, session: str, address: str) -> None:
        """It was done."""
        with self._lock:
            for key, _ in self._counted(session, address):
                self._done[key].append(self._clock())

    def _counted(self, session: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
        rate = self.rate
        return (
            (("session", session), rate.session),
            (("address", address), rate.address),
            (("all", ""), rate.all),
        )

    def _forget(self) -> None:
        over = self._clock() - self.rate.window_s
        for key, times in list(self._done.items()):
            while times and times[0] <= over:
                times.popleft()
            if not times:
                del self._done[key]
