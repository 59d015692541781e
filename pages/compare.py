"""Compare: two images with one network, or one image with two networks, on one scale."""

from transcnn.ui.pages.compare import page

page.show()
