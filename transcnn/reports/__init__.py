"""What leaves a stored run: tables of everything, and one page that needs nothing else.

predictions.py  every picture as a row of numbers: CSV, Parquet
html.py         the report, from report.html and strings/<language>.toml
"""
