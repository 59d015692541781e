"""A class on one server, without its pages: what the teacher shows, and what everybody answers.

door (codes and keys), slide (what is shown), store (the only SQL: one file a class), tally (what a
class has answered, counted), table (the same as CSV). Nobody has an account: whoever has the key
of a seat sits on it.
"""
