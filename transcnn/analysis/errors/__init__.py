"""Error analysis: what predictions on labelled images say about a network.

Pure functions of one table.

table.py        the predictions of a run, column by column
derived.py      features computed from all images together: similarity, clusters
filters.py      which images are selected, as one line of text
scores.py       accuracies with intervals, by class; confusions
calibration.py  confidence against accuracy
survival.py     predictions under ablations and with cells occluded
differences.py  correct against incorrect predictions, feature by feature
slices.py       groups with unusually many errors
"""
