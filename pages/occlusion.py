"""Hide and see: hide places of a picture, see what becomes of the answer and of the reading."""

from transcnn.ui.app import router
from transcnn.ui.pages.occlusion import page

router.ensure_app()
page.show()
