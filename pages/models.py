"""Models: what ships, how large, how good, under which licence."""

from transcnn.ui import models, router

router.ensure_app()
models.show()
