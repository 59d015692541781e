"""A network for a person's own classes, from one that ships or from a weight file.

images.py     the images of class folders, what is held out, what is left out and why
head.py       logistic regression on pooled features, cross-validation
held_out.py   accuracy with its interval, majority class, confusion matrix, the worst images
measured.py   the same counts in a weight file
run.py        a run in its folder: the head, what was measured along the way, the best network
"""
