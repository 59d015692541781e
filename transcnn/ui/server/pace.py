"""How fast a page may speak: what comes faster waits, and with it only its own browser.

Each message may begin a run of a page. One program that sent as many as it could kept the server
from answering anybody.
"""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 100  # messages; a page sends some when it opens, and one for each click
EACH_SECOND = 40.0


class Pace:
    """Hands the messages of a live connection on at this pace; its system then waits, too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        left, before = float(AT_ONCE), time.monotonic()

        async def paced() -> Message:
            nonlocal left, before
            message = await receive()
            now = time.monotonic()
            left, before = min(AT_ONCE, left + (now - before) * EACH_SECOND) - 1, now
            if left < 0:
                await asyncio.sleep(-left / EACH_SECOND)
            return message

        await self.app(scope, paced, send)
