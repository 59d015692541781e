"""Models: what ships, how large, how good, under which licence."""

from transcnn.ui.app import router
from transcnn.ui.pages.models import page

router.ensure_app()
page.show()
