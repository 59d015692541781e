"""Overview: the whole network at work on one image; the first page."""

from transcnn.ui.pages.overview import page

page.show()
