"""The links out of the app come from one setting."""

import pytest

from transcnn.ui.app.addresses import ADDRESSES, known_addresses
from transcnn.words.languages import LANGUAGES
from transcnn.words.translator import translator


def test_what_is_not_set_is_no_link_and_what_is_set_is(monkeypatch):
    monkeypatch.setitem(ADDRESSES, "source", None)
    assert list(known_addresses()) == ["paper", "code"]
    monkeypatch.setitem(ADDRESSES, "source", "https://example.org/")
    assert list(known_addresses()) == ["paper", "code", "source"]
    assert known_addresses()["source"] == "https://example.org/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_address_has_a_word_and_is_a_secure_one(language):
    words = translator(language).table("overview")
    assert {f"link_{name}" for name in ADDRESSES} <= set(words)
    assert all(address.startswith("https://") for address in known_addresses().values())
