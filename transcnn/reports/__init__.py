"""What leaves a stored run: tables of everything, and one page that needs nothing else.

predictions.py  every picture as a row of numbers: CSV, Parquet
wording.py      words and numbers in a language; sentences.py what results say
html.py         the report, from report.html and strings/<language>.toml
handout         a chapter of the course about one picture, to print
"""
