"""Explore: click a token of a picture, see where it read at every level."""

from transcnn.ui.app import router
from transcnn.ui.pages.explore import page

router.ensure_app()
page.show()
