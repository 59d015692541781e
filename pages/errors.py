"""Errors: what a network gets wrong on labelled pictures, and what its attention did there."""

from transcnn.ui import router
from transcnn.ui.board import page

router.ensure_app()
page.show()
