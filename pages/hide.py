"""Hide and see: hide places of a picture, see what becomes of the answer and of the reading."""

from transcnn.ui import hide, router

router.ensure_app()
hide.show()
