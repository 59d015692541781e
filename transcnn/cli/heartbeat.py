"""Signs of life between the processes of torchrun.

A process that is frozen or has ended leaves the others waiting in a sum or a barrier that never
comes, and the time limits of torch's own cannot tell that from a process that works for long before
it joins. So each process counts up a number in torch's store and watches those of the others; where
one stands still, it ends.
"""

import contextlib
import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from transcnn.errors import ChoiceError, PeerLost, StoreLost, TransCNNError

if TYPE_CHECKING:
    from torch.distributed import Store  # type: ignore[attr-defined]

LIMIT = "TRANSCNN_PEER_TIMEOUT"
SECONDS = 20.0  # torchrun gives a frozen process 30 more: together less than a minute
_FIRST = 60.0  # until the first sign: a process loads torch before it
_ENDED = "ended"


def limit() -> float:
    """Seconds without a sign of life after which a process counts as lost. Raises ChoiceError."""
    given = os.environ.get(LIMIT, str(SECONDS))
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 1 <= seconds < 86400:
        raise ChoiceError(field=LIMIT, value=given, allowed="seconds from 1 to 86399")
    return seconds


class Heartbeat:
    """Gives and watches signs of life in `store` from `start` to `stop`.

    Where a peer or the store is lost, the process ends with one sentence and exit code 2.
    """

    def __init__(self, store: "Store", rank: int, count: int, seconds: float) -> None:
        self._store, self._rank, self._count, self._seconds = store, rank, count, seconds
        self._stopping = threading.Event()
        first = time.monotonic() + _FIRST
        # When the store last answered, and when each of the others gave its last sign, and which.
        self._answered = time.monotonic()
        self._signs = {peer: (first, "") for peer in range(count) if peer != rank}
        # A store that is frozen holds who asks it, so another thread watches.
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._ask, self._watch)
        ]

    def start(self) -> None:
        # Before this process joins the others: who freezes just after it has a first sign.
        self._store.set(str(self._rank), "started")
        self._answered = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """This process needs the others no longer, and they need not wait for it."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        with contextlib.suppress(RuntimeError):  # who kept the store may have ended already
            self._store.set(str(self._rank), _ENDED)

    def wait_for_verdict(self) -> None:
        """After an error that a lost peer may have caused: ends the process if it was that."""
        self._threads[1].join(self._seconds * 1.5)

    def _waits(self) -> Iterator[None]:
        while not self._stopping.wait(self._seconds / 8):
            yield

    def _ask(self) -> None:
        for beat, _ in enumerate(self._waits()):
            try:
                self._store.set(str(self._rank), str(beat))
                for peer, (_, before) in self._signs.items():
                    if self._store.check([str(peer)]):
                        sign = self._store.get(str(peer)).decode()
                        if sign == _ENDED:
                            self._signs[peer] = (math.inf, sign)
                        elif sign != before:
                            self._signs[peer] = (time.monotonic(), sign)
            except RuntimeError:  # the store is gone, which `_watch` finds
                return
            self._answered = time.monotonic()

    def _watch(self) -> None:
        seconds = f"{self._seconds:g}"
        for _ in self._waits():
            oldest = time.monotonic() - self._seconds
            if self._answered < oldest:
                _end(StoreLost(seconds=seconds))
            for peer, (last, _) in self._signs.items():
                if last < oldest:
                    _end(PeerLost(rank=peer, count=self._count, seconds=seconds))


def _end(error: TransCNNError) -> None:
    """The main thread may wait in torch for ever, so it is not asked."""
    print(f"\n{error}", file=sys.stderr, flush=True)
    os._exit(2)
