"""Tokens: the tokens of each level as pictures, what a merge keeps, what is put back."""

from transcnn.ui import router, tokens

router.ensure_app()
tokens.show()
