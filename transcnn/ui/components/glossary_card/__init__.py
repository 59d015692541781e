"""Opens the card of a glossary term where its link in a text is followed."""

from collections.abc import Mapping

from transcnn.ui.components import component

_show = component("glossary_card")


def glossary_card(terms: Mapping[str, tuple[str, str]], close: str) -> None:
    """`terms` by the names in links `#term-<name>`: what a term is called, and what it means."""
    _show(key="glossary_card", data={"terms": dict(terms), "close": close}, height="content")
