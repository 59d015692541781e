"""Explanations: which pixels matter, by several methods, each with its baselines."""

from transcnn.ui.app import router
from transcnn.ui.pages.explanations import page

router.ensure_app()
page.show()
