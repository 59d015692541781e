"""Explore: click a token of an image, see what it attends to at every level."""

from transcnn.ui.pages.explore import page

page.show()
