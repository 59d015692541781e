"""Occlusion: mask patches of an image and compare predictions and attention."""

from transcnn.ui.app import router
from transcnn.ui.pages.occlusion import page

router.ensure_app()
page.show()
