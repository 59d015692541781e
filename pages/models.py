"""Models: those included, with size, accuracy and licence, and your own."""

from transcnn.ui.pages.models import page

page.show()
