"""About: what the app shows, what it does not prove, and whose images it uses."""

from transcnn.ui.app import router
from transcnn.ui.pages.about import page

router.ensure_app()
page.show()
