"""Where runs are kept."""

import sys
from pathlib import Path

from platformdirs import user_data_path


def runs_folder() -> Path:
    """Where runs are kept by name: in the user's data folder, as each system has it.

    Runs that older versions kept in ~/.local/share on macOS and Windows stay there.
    """
    before = Path.home() / ".local" / "share" / "transcnn"
    if sys.platform in ("darwin", "win32") and before.is_dir():
        return before / "runs"
    return user_data_path("transcnn", appauthor=False) / "runs"
