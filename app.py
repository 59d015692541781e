"""The app: `streamlit run app.py`, or `make app`."""

import streamlit as st

from transcnn.ui.server import SCRIPT, forgetting, middleware

app = st.App(SCRIPT, lifespan=forgetting, middleware=middleware())
