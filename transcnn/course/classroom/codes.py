"""Codes to join a class by, keys and names of those who are in."""

import hashlib
import hmac
import secrets
import unicodedata

from transcnn.words import LANGUAGES
from transcnn.words.translator import translator

CODE_LENGTH = 6
LONGEST_NAME = 40


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


def key_of(browser: str, secret: str) -> str:
    """The key of a member who is known by their browser: as hard to guess as the two texts that it
    is made of, and always the same.
    """
    made = hmac.new(secret.encode(), browser.encode("utf-8", "replace"), hashlib.sha256)
    return made.hexdigest()[:32]


def digest_of(key: str) -> str:
    """What is kept of a key: who reads a class file cannot enter the class with it."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


# Letters and a sign of which nothing is seen: with them a name would look like another.
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"


def clean_name(text: str) -> str:
    """A name as it is shown: one line of at most `LONGEST_NAME` characters, without those
    that control others (line ends, changes of direction). May be empty.
    """
    spaced = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in text[: 50 * LONGEST_NAME]
        if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn") and sign not in _FILLERS
    )
    name = " ".join(spaced.split())
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def is_reserved(name: str) -> bool:
    """Whether a name is the teacher's, in any language and spelling of letters."""

    def folded(text: str) -> str:
        plain = unicodedata.normalize("NFKD", text).casefold()
        return "".join(sign for sign in plain if sign.isalpha())

    kept = (translator(code)("classroom.kept_names") for code in LANGUAGES)
    return folded(name) in {folded(one) for names in kept for one in names.split(",")}
