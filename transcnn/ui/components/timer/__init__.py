"""A clock that counts down from one or two minutes."""

from collections.abc import Mapping
from typing import Any

from transcnn.ui.components import component

_show = component("timer", "buttons")


def timer(words: Mapping[str, Any]) -> None:
    """`words`: the texts of its buttons, and what a screen reader announces."""
    _show(key="timer", data=words, height="content")
