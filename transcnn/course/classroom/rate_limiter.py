"""Codes to join a class by, keys of those who are in, and what guessing codes costs."""

import hashlib
import secrets
import threading
import time
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable

CODE_LENGTH = 6
LONGEST_NAME = 40
_WINDOW_S, _MOST_WRONG = 60.0, 8
_MOST_OF_ADDRESS = 60  # twice a class of 30 behind one router, all mistyping in one minute
_MOST_OF_ALL = 600


def new_code() -> str:
    """Six digits: no letters that look or sound alike, the same in every language and on every
    keyboard. A code lets a person join and nothing else.
    """
    return "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH))


def read_code(text: str) -> str | None:
    """The code in what a person typed, with spaces or in full width too; None: it is none."""
    digits = "".join(unicodedata.normalize("NFKC", text[:100]).split())
    return digits if is_code(digits) else None


def is_code(text: str) -> bool:
    return len(text) == CODE_LENGTH and text.isascii() and text.isdigit()


def new_key() -> str:
    """What identifies a member: 128 random bits."""
    return secrets.token_urlsafe(16)


def digest_of(key: str) -> str:
    """What is kept of a key: who reads a class file cannot enter the class with it."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def clean_name(text: str) -> str:
    """A name as it is shown: one line of at most `LONGEST_NAME` characters, without those
    that control others (line ends, changes of direction). May be empty.
    """
    spaced = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in text[: 50 * LONGEST_NAME]
        if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn")
    )
    name = " ".join(spaced.split())
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


class RateLimiter:
    """Counts wrong codes: of one session, of one address, and of all together. Who has too many of
    them in a minute waits until it is over; others join, and who is in stays in.

    A million codes at 600 a minute, from ten addresses or more: in a lesson of 90 minutes one class
    is found with 5 %, from one address with 0.5 %.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._wrong: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait_s(self, session: str, address: str) -> float:
        """How long this session, at this address, cannot join; 0: it can."""
        with self._lock:
            self._forget()
            return max(
                self._wrong[key][-most] + _WINDOW_S - self._clock()
                if len(self._wrong.get(key, ())) >= most
                else 0.0
                for key, most in _counted(session, address)
            )

    def note_wrong(self, session: str, address: str) -> None:
        with self._lock:
            for key, _ in _counted(session, address):
                self._wrong[key].append(self._clock())

    def _forget(self) -> None:
        over = self._clock() - _WINDOW_S
        for key, times in list(self._wrong.items()):
            while times and times[0] <= over:
                times.popleft()
            if not times:
                del self._wrong[key]


def _counted(session: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    """Whose wrong codes are counted, and how many they may have in a minute."""
    return (
        (("session", session), _MOST_WRONG),
        (("address", address), _MOST_OF_ADDRESS),
        (("all", ""), _MOST_OF_ALL),
    )
