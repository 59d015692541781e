"""Tokens: the tokens of each level as images, what pooling keeps, what the block adds."""

from transcnn.ui.pages.tokens import page

page.show()
