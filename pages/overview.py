"""Overview: the whole network at work on one image; the first page."""

from transcnn.ui.app import router
from transcnn.ui.pages.overview import page

router.ensure_app()
page.show()
