"""A button that copies the page's address."""

from transcnn.ui.components import component

_show = component("copy_link", "buttons")


def copy_link(words: dict[str, str]) -> None:
    """`words`: the button's text, and what is said once it is done or where it is forbidden."""
    _show(key="copy_link", data=words, height="content")
