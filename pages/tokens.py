"""Tokens: the tokens of each level as pictures, what a merge keeps, what is put back."""

from transcnn.ui.app import router
from transcnn.ui.pages.tokens import page

router.ensure_app()
page.show()
