"""Which browser asks: by Streamlit's cookie, which all tabs of a browser share."""

from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

COOKIE = "_streamlit_xsrf"


def browser_of(cookie: str) -> str:
    """What tells a browser from others, in the value of its cookie; empty where it sent none.

    Streamlit masks it anew, so that the value itself is another one with every page.
    """
    token, _ = decode_xsrf_token_string(cookie)
    return token.hex() if token else ""
