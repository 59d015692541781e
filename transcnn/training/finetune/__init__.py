"""A network for a person's own classes, from one that ships or from a weight file.

head.py       logistic regression on pooled features, cross-validation
held_out.py   accuracy with its interval, majority class, confusion matrix, the worst images
measured.py   the same counts in a weight file
"""
