"""Brings packets of data to the browser; it shows nothing."""

from transcnn.ui.components import component

_show = component("store")


def store(key: str, packet: bytes) -> None:
    """Bring a packet to the browser."""
    _show(key=key, data=packet, height="content")
