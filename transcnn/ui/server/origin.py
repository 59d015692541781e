"""Who may talk to the app: pages that this server sent, and programs without a page.

Streamlit alone would also let in pages of every other port of this computer, and, for the rest, ask
an outside address for this computer's own.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from transcnn.ui.server.answers import refuse

READING = ("GET", "HEAD", "OPTIONS")


class OwnOrigin:
    """Lets `app` see only what comes from its own pages, or changes nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        acts = scope["type"] == "websocket" or scope.get("method") not in READING
        if scope["type"] in ("http", "websocket") and acts:
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and _place(origin) != headers.get("host", "").lower():
                await refuse(scope, receive, send, 403, "server.foreign_page")
                return
        await self.app(scope, receive, send)


def _place(origin: str) -> str | None:
    """Host and port of an origin, as a Host header names them."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
