"""Codes to join a class by, keys of those who are in, and what guessing codes costs."""

import hashlib
import secrets
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable

CODE_LENGTH = 6
LONGEST_NAME = 40
_WINDOW_S, _MOST_WRONG = 60.0, 60  # twice a class of 30, all mistyping in one minute


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
    """Counts wrong codes of everybody together, so that trying many from many windows gains
    nothing: after 60 in a minute nobody joins until it is over. Who is in stays in.

    A million codes at 60 a minute: in a lesson of 90 minutes one class is found with 0.5 %.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._wrong: deque[float] = deque()

    def wait_s(self) -> float:
        """How long nobody can join; 0: anybody can."""
        with self._lock:
            self._forget()
            if len(self._wrong) < _MOST_WRONG:
                return 0.0
            return self._wrong[0] + _WINDOW_S - self._clock()

    def note_wrong(self) -> None:
        with self._lock:
            self._forget()
            self._wrong.append(self._clock())

    def _forget(self) -> None:
        while self._wrong and self._wrong[0] <= self._clock() - _WINDOW_S:
            self._wrong.popleft()
