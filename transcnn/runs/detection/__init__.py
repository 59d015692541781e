"""Stored runs of a detector: what it finds in annotated images.

measured.py   what is stored of an image, without torch
store.py      the file on disk; schema.sql is its layout
run.py        the detector on every image; can be stopped and resumed, by several processes
"""
