"""Errors: what a network gets wrong on labelled images, and what its attention did there."""

from transcnn.ui.pages.errors import page

page.show()
