"""About: what the app shows, what it does not prove, and whose images it uses."""

from transcnn.ui.pages.about import page

page.show()
