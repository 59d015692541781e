"""Tokens: the tokens of each level as images, what pooling keeps, what the block adds."""

from transcnn.ui.app import router
from transcnn.ui.pages.tokens import page

router.ensure_app()
page.show()
