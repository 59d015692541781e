"""Your own classes: a network learns them from a visitor's images, in seconds."""

from transcnn.ui.pages.own_classes import page

page.show()
