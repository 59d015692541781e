"""Which languages there are, each under its own name, and where its words are."""

from pathlib import Path

LANGUAGES = {"en": "English", "zh": "中文"}

FOLDER = Path(__file__).resolve().parent
