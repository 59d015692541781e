"""Course: from what attention is to what it costs; predict, then see."""

from transcnn.ui.app import router
from transcnn.ui.pages.course import page

router.ensure_app()
page.show()
