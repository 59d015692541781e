"""A run of a detector on the page Errors.

link.py      what is chosen of it, in links
view.py      what all parts show from: the run, the choice, what became of every detection
page.py      the whole, from the scores to the files
choosing.py  class, lowest score, kind of error
kinds.py     what the kinds of error cost; each leads to its gallery
gallery.py   crops with the box that was found and the annotated one
picture.py   one image with all of its boxes
curves.py    precision-recall curves by class
data.py      what is computed of a run, once for each change of its file
files.py     what can be taken along
"""
