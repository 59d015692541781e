"""Collecting garbage for all visitors at once, not after every run of every page.

Streamlit collects after each run, however small: with torch loaded that looks through 260,000
objects and takes 0.15 s, where a look at whether a class went on takes 0.005 s. The setting
`runner.postScriptGC` in .streamlit/config.toml ends that; what it was for, that what a visitor
brought does not outlive them in cycles of objects, is done here.
"""

import functools
import gc
import threading
import time

EVERY_S = 10.0


@functools.cache
def collect_from_now_on() -> threading.Thread:
    """Collect every ten seconds until the process ends; one thread, however often called."""

    def collect() -> None:
        while True:
            time.sleep(EVERY_S)
            gc.collect()

    thread = threading.Thread(target=collect, name="garbage", daemon=True)
    thread.start()
    return thread
