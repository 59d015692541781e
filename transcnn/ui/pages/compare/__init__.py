"""Two pictures with one network, or one picture with two networks, side by side on one scale.

choice.py     which two, as links have it
sides.py      what each of the two networks does with its picture
readings.py   the chosen token's maps of both, in pairs
page.py       all of it together
"""
