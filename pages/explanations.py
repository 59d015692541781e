"""Explanations: which pixels count, by several methods side by side, each with its controls."""

from transcnn.ui.app import router
from transcnn.ui.pages.explanations import page

router.ensure_app()
page.show()
