"""Explore: click a token of a picture, see where it read at every level."""

from transcnn.ui import explore, router

router.ensure_app()
explore.show()
