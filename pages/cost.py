"""Cost: what attention costs as pictures grow, and what this network costs part by part."""

from transcnn.ui.app import router
from transcnn.ui.pages.cost import page

router.ensure_app()
page.show()
