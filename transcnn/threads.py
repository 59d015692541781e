"""How many threads torch computes with, and how they wait for each other.

GNU's OpenMP, which torch has on Linux, lets a thread that waits for the others keep its core busy
for milliseconds. Beside another busy process it thereby takes the core from the very thread that it
waits for, hundreds of times in one image. Both settings are read once, when torch is loaded.
"""

import os
import sys

# GOMP_SPINCOUNT, of GNU: not at all is slower where cores are free, because waking takes time.
# KMP_BLOCKTIME, of LLVM and Intel: milliseconds.
SHORT = {"GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": "1"}
COUNT = "OMP_NUM_THREADS"


def wait_briefly() -> None:
    """Let waiting threads give up their core soon, unless the environment says how they wait."""
    if "OMP_WAIT_POLICY" not in os.environ:
        for name, value in SHORT.items():
            os.environ.setdefault(name, value)


def use(count: int) -> None:
    """Let torch compute with `count` threads, whether it is loaded already or not."""
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(count)
    else:
        os.environ[COUNT] = str(count)
