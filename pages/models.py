"""Models: those included, with size, accuracy and licence, and your own."""

from transcnn.ui.app import router
from transcnn.ui.pages.models import page

router.ensure_app()
page.show()
