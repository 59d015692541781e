"""Your own classes: a network learns them from a visitor's images, in seconds."""

from transcnn.ui.app import router
from transcnn.ui.pages.own_classes import page

router.ensure_app()
page.show()
