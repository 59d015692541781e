"""What every answer allows browsers to do: what the pages may load, and who may frame them."""

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAMED_BY = "TRANSCNN_FRAMED_BY"  # origins that may show the app in a frame, with spaces between


def policy(framed_by: Sequence[str] = ()) -> str:
    """The Content-Security-Policy: everything from this server, frames by the named origins only.

    Streamlit writes styles into the page, and its page holds a line of script, named here by its
    hash; components are modules from this server. Nothing is evaluated from text.
    """
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    inline = re.findall("<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inline]
    sources = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *(f"'sha256-{one}'" for one in hashes)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(framed_by) or "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in sources.items())


class SecurityHeaders:
    """Adds them to every answer of `app`."""

    def __init__(self, app: ASGIApp) -> None:
        framed_by = os.environ.get(FRAMED_BY, "").split()
        self.app = app
        self.headers = {
            "Content-Security-Policy": policy(framed_by),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if not framed_by:
            self.headers["X-Frame-Options"] = "DENY"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, answer)
