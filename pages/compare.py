"""Compare: two images with one network, or one image with two networks, on one scale."""

from transcnn.ui.app import router
from transcnn.ui.pages.compare import page

router.ensure_app()
page.show()
