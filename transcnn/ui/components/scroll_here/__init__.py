"""Brings the page to where it is mounted once it is about something else."""

from transcnn.ui.components import component

_show = component("scroll_here")


def scroll_here(about: str) -> None:
    """`about`: what is shown; whenever it changes, the browser scrolls here."""
    _show(key="store_scroll", data=about, height="content")
