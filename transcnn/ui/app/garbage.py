"""Collecting garbage for all visitors at once, not after every run of every page.

Streamlit collects after each run, however small: with torch loaded that looks through 260,000
objects and takes 0.15 s, where a look at whether a class went on takes 0.005 s. The setting
`runner.postScriptGC` in .streamlit/config.toml ends that; what it was for, that what a visitor
brought does not outlive them in cycles of objects, is done here.

What is freed then is given back to the system: the allocator of Linux would keep it, in pieces all
over the heaps of all threads that ever ran a page.
"""

import contextlib
import ctypes
import functools
import gc
import threading
import time

EVERY_S = 10.0


def give_back() -> None:
    """Give free memory back to the system, where the C library can (glibc)."""
    with contextlib.suppress(OSError, TypeError, AttributeError):  # Windows, macOS, musl
        ctypes.CDLL(None).malloc_trim(0)


@functools.cache
def collect_from_now_on() -> threading.Thread:
    """Collect every ten seconds until the process ends; one thread, however often called."""

    def collect() -> None:
        while True:
            time.sleep(EVERY_S)
            gc.collect()
            give_back()

    thread = threading.Thread(target=collect, name="garbage", daemon=True)
    thread.start()
    return thread
