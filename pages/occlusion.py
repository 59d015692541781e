"""Occlusion: mask patches of an image and compare predictions and attention."""

from transcnn.ui.pages.occlusion import page

page.show()
