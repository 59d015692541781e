"""Signs of life between the processes of torchrun.

A process that is frozen or has ended leaves the others waiting in a sum or a barrier that never
comes, and the time limits of torch's own cannot tell that from a process that works for long before
it joins. So a thread in each process counts up a number in torch's store and watches those of the
others; where one stands still, it ends its process.
"""

import contextlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

from transcnn.errors import ChoiceError, PeerLost, StoreLost, TransCNNError

if TYPE_CHECKING:
    from torch.distributed import Store  # type: ignore[attr-defined]

LIMIT = "TRANSCNN_PEER_TIMEOUT"
SECONDS = 25.0  # torchrun gives a frozen process 30 more: together less than a minute
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

    Where a peer is lost, the process ends with one sentence and exit code 2.
    """

    def __init__(self, store: "Store", rank: int, count: int, seconds: float) -> None:
        self._store, self._rank, self._count, self._seconds = store, rank, count, seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """This process needs the others no longer, and they need not wait for it."""
        self._stopping.set()
        self._thread.join()
        with contextlib.suppress(RuntimeError):  # who kept the store may have ended already
            self._store.set(str(self._rank), _ENDED)

    def wait_for_verdict(self) -> None:
        """After an error that a lost peer may have caused: ends the process if it was that."""
        self._thread.join(self._seconds * 1.5)

    def _sign(self, rank: int) -> str | None:
        """The last sign of a process, if there was any."""
        name = str(rank)
        return self._store.get(name).decode() if self._store.check([name]) else None

    def _run(self) -> None:
        began = time.monotonic()
        # When each of the others gave its last sign, and which.
        signs = {rank: (began + _FIRST, "") for rank in range(self._count) if rank != self._rank}
        beat = 0
        while not self._stopping.wait(self._seconds / 8):
            beat += 1
            try:
                self._store.set(str(self._rank), str(beat))
                for rank, (_, before) in signs.items():
                    sign = self._sign(rank) or before
                    if sign not in (before, _ENDED):
                        signs[rank] = (time.monotonic(), sign)
                    elif sign == _ENDED:
                        signs[rank] = (float("inf"), sign)
            except RuntimeError:
                _end(StoreLost())
            for rank, (last, _) in signs.items():
                if time.monotonic() - last > self._seconds:
                    seconds = f"{self._seconds:g}"
                    _end(PeerLost(rank=rank, count=self._count, seconds=seconds))


def _end(error: TransCNNError) -> None:
    """The main thread may wait in torch for ever, so it is not asked."""
    print(f"\n{error}", file=sys.stderr, flush=True)
    os._exit(2)
