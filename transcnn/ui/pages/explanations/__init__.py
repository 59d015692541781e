"""Which pixels? Several answers side by side, and how far each can be trusted.

choice.py     what is explained by which methods, as links have it
work.py       what takes long, done beside the pages, with progress and a way to stop
subject.py    the picture, network and target of the page, and its maps as far as they are there
shown.py      maps as the browser draws them, what they say in words
trust.py      scores beside those of baselines, the verdict, what is left with random weights
take.py       the files that a person can take along
page.py       all of it together
"""
