"""About: what the app shows, what it does not prove, and whose pictures it uses."""

from transcnn.ui import about, router

router.ensure_app()
about.show()
