"""Files of words are what code expects of them, or it is said where they are not."""

import string
import tomllib
from collections.abc import Iterable
from typing import Any

from transcnn.errors import ChoiceError


def read_toml(where: str, text: str) -> dict[str, Any]:
    """The table in a text of the file `where`. Raises ChoiceError."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ChoiceError(field=where, value=str(error), allowed="TOML") from error


def check_keys(field: str, found: Any, wanted: Iterable[str]) -> None:
    """Raises ChoiceError where `found` is no table of exactly these names."""
    wanted = tuple(wanted)
    if not isinstance(found, dict) or set(found) != set(wanted):
        value = sorted(found) if isinstance(found, dict) else found
        raise ChoiceError(field=field, value=value, allowed=", ".join(wanted) or "nothing")


def check_text(field: str, said: Any, placeholders: tuple[str, ...] = ()) -> None:
    """Raises ChoiceError where `said` is no sentence, or has placeholders other than these."""
    if not isinstance(said, str) or not said.strip():
        raise ChoiceError(field=field, value=said, allowed="a sentence")
    try:
        found = {name for _, name, _, _ in string.Formatter().parse(said) if name is not None}
    except ValueError as error:
        raise ChoiceError(field=field, value=said, allowed="placeholders like {H}") from error
    if not found <= set(placeholders):
        named = ", ".join(f"{{{name}}}" for name in placeholders) or "no placeholders"
        raise ChoiceError(field=field, value=said, allowed=named)
