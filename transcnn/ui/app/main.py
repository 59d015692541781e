"""The script that Streamlit runs for every visitor; app.py serves it."""

from transcnn.ui.app.router import run

run()
