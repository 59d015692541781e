"""Numbers and files with their origin."""

from pathlib import Path

OLDER = Path(__file__).parent / "older"
"""Files that an earlier version wrote, see the tests that open them."""
