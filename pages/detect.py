"""Detect: boxes around objects, what their tokens attend to, what becomes of them."""

from transcnn.ui.pages.detect import page

page.show()
