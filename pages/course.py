"""Course: from what attention is to what it costs; predict, then see."""

from transcnn.ui.pages.course import page

page.show()
