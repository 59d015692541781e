"""Explanations: which pixels matter, by several methods, each with its baselines."""

from transcnn.ui.pages.explanations import page

page.show()
