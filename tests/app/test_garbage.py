"""What visitors leave behind is collected, once for all of them."""

import gc
import os
import platform
import threading
import tomllib
import weakref
from pathlib import Path

import pytest

from tests.browser.conftest import memory
from transcnn.ui.app import garbage

ROOT = Path(__file__).parents[2]


class Ring:
    """Refers to itself, as the session of somebody who left does: only a collection ends it."""

    def __init__(self, gone):
        self.itself = self
        weakref.finalize(self, gone.set)


def test_what_refers_to_itself_goes_without_anybody_doing_anything(monkeypatch):
    monkeypatch.setattr(garbage, "EVERY_S", 0.05)
    gone = threading.Event()
    gc.disable()
    try:
        Ring(gone)
        assert not gone.is_set()
        garbage.collect_from_now_on.__wrapped__()
        assert gone.wait(20)
    finally:
        gc.enable()


def test_one_thread_collects_instead_of_every_run():
    assert garbage.collect_from_now_on() is garbage.collect_from_now_on()
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["runner"]["postScriptGC"] is False


def test_memory_freed_between_what_stays_goes_back_to_the_system():
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("only glibc keeps it, and can be told")
    pieces = [bytearray(100_000) for _ in range(2000)]
    kept = pieces[::50]
    del pieces
    before = memory(os.getpid(), "VmRSS")
    garbage.give_back()
    assert before - memory(os.getpid(), "VmRSS") > 100
    assert len(kept) == 40
