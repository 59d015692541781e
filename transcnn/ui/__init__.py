"""The app: the only place that draws with streamlit and plotly."""
