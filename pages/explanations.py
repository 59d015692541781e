"""Explanations: which pixels count, by several methods side by side, each with its controls."""

from transcnn.ui import router
from transcnn.ui.explanations import page

router.ensure_app()
page.show()
