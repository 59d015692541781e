"""Stored runs: predictions on labelled images, with all that error analysis needs later.

labelled.py       the images: class folders, or a table
archive.py        unpacking archives from elsewhere safely
demonstration.py  variations of the sample photos, for a run without images of one's own
measure.py        all that is stored of a batch of images
measured.py       its types, without torch
run.py            all batches, as events; can be stopped and resumed, by several processes
run_file.py       the file on disk, for any network: images that wait, are done, are broken
store.py          what it holds of classification; schema.sql is its layout
detection         the same for detectors: annotated images and what is found in them
folder.py         where runs are kept by name
remarks.py        what a visitor adds to a run that many see
uploads.py        the runs of uploads, whose names are their keys
"""
