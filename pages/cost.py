"""Cost: the cost of attention as images grow, and of this network part by part."""

from transcnn.ui.pages.cost import page

page.show()
