"""Cost: what attention costs as pictures grow, and what this network costs part by part."""

from transcnn.ui import cost, router

router.ensure_app()
cost.show()
