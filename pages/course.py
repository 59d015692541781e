"""Course: a walk from what attention is to what it costs; predict, then see."""

from transcnn.ui import router
from transcnn.ui.course import page

router.ensure_app()
page.show()
