"""The command line as a real process."""

import os
import subprocess
import sys


def transcnn(*arguments, **settings):
    """`python -m transcnn` with these arguments, to its end; stdout and stderr as text."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=120, check=False, **settings
    )


def command(*arguments):
    return [sys.executable, "-m", "transcnn", *map(os.fspath, map(_plain, arguments))]


def _plain(argument):
    return argument if isinstance(argument, os.PathLike) else str(argument)
