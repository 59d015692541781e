"""Stored runs: a network answers labelled pictures, and everything that can be asked later is kept.

labelled.py       what is to be answered: class folders, or a table
archive.py        unpacking what somebody else packed
demonstration.py  variations of the sample photos, for a run without pictures of one's own
measure.py        all that is kept of a batch of pictures
measured.py       its form, without torch
run.py            all batches, as events; stop, go on, several processes
store.py          the file on disk; schema.sql is its layout
"""
