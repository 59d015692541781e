"""Giving a finished file the name under which others look for it, unless the name is taken."""

import os
from pathlib import Path


def give_name(unfinished: Path, path: Path) -> None:
    """Call the file `unfinished` `path`, at once and whole. Raises FileExistsError where there is
    such a file, also if another process was first by a moment; `unfinished` then stays.

    Memory cards and some network shares have no hard links, which do this in one step. There the
    name is taken by an empty file, which the finished one then replaces.
    """
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        unfinished.replace(path)
    else:
        unfinished.unlink()
