"""The Course page: a step at a time, predictions first, then what the network did.

From the frame inwards: page (the order of things), steps (going from one to the next), questions
(guesses and their outcome), touching (the picture of each step, by chapter), progress (what is
kept).
"""
