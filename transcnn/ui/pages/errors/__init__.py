"""The error board: what a network gets wrong on labelled pictures, and what attention did there.

choice.py     what a visitor has chosen on the board, as links have it
runs.py       which runs a visitor may see, and those that are being answered now
new_run.py    the form for a new run
data.py       a run's table, made once for each change of its file
filtering.py  the controls of the filter
gallery.py    the pictures, and two of them side by side
views.py      confusions, confidence, survival, differences, groups
page.py       all of it together
"""
