"""Compare: two pictures with one network, or one picture with two networks, on one scale."""

from transcnn.ui import router
from transcnn.ui.compare import page

router.ensure_app()
page.show()
