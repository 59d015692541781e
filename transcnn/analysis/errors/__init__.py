"""What the answers to labelled pictures say about a network, as pure functions of one table.

table.py        the answers of a run, column by column
filters.py      which pictures are meant, as one line of text
scores.py       shares of right answers with intervals, by class, confusions
calibration.py  how far confidence can be believed
survival.py     what becomes of answers without H-MHSA, or with places hidden
differences.py  right against wrong, feature by feature
slices.py       groups with unusually many errors
"""
