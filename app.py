"""The app: `streamlit run app.py`, or `make app`."""

from transcnn.ui.app.router import run

run()
