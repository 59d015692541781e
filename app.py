"""The app: `streamlit run app.py`, or `make app`."""

from transcnn.ui.router import run

run()
