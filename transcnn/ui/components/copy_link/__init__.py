"""A button that copies an address."""

from transcnn.ui.components import component

_show = component("copy_link", "buttons")


def copy_link(
    words: dict[str, str],
    *,
    address: str | None = None,
    fragment: str = "",
    key: str = "copy_link",
) -> None:
    """`words`: the button's text, and what is said once it is done or where it is forbidden.

    The address is `address`, or the page's with `fragment` behind it, which browsers send to no
    server.
    """
    data = {**words, "address": address, "fragment": fragment}
    _show(key=key, data=data, height="content")
