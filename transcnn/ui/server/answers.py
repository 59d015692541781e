"""A refusal, as a sentence for a person or as the end of a live connection."""

import asyncio
import contextlib

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from transcnn.ui.server.slow import steady
from transcnn.words import DEFAULT
from transcnn.words.translator import translator

_HEARD_S = 60.0  # what a body that is refused may take to come


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, word: str) -> None:
    """Answer a request with the sentence `word`, and a live connection with its end."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = Headers(scope=scope)
    if "content-length" in headers:  # browsers hear an answer only after they have sent all
        steadily = steady(receive)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_HEARD_S):
                while (await steadily()).get("more_body", False):
                    pass
    preferred = headers.get("accept-language", "").lower()
    sentence = translator("zh" if preferred.startswith("zh") else DEFAULT)(word)
    await PlainTextResponse(f"{sentence}\n", status)(scope, receive, send)


def client_address(scope: Scope) -> str:
    """The address of who asks; behind a proxy on this computer what the proxy says of it."""
    return scope["client"][0] if scope.get("client") else ""
