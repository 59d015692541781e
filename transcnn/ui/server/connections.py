"""How many pages may be open at once: of one address, and in all.

Each holds a live connection, with four descriptors of this process.
"""

from collections import Counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from transcnn.limits import limits
from transcnn.ui.server import sessions
from transcnn.ui.server.answers import client_address, refuse

DESCRIPTORS = 4  # of one connection
# That the process needs besides: sessions whose browser has gone, files, a pool of threads.
_OTHERS = sessions.KEPT * sessions.DESCRIPTORS + 200


class Connections:
    """Refuses what is beyond the limits, by a sentence in place of the page; others go on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.open: Counter[str] = Counter()  # by address
        allowed = raise_descriptors(limits().connections * DESCRIPTORS + _OTHERS)
        self.in_all = min(limits().connections, max(1, (allowed - _OTHERS) // DESCRIPTORS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        live = scope["type"] == "websocket"
        if not live and not _asks_for_a_page(scope):
            await self.app(scope, receive, send)
            return
        address = client_address(scope)
        if self.open.total() >= self.in_all:
            await refuse(scope, receive, send, 503, "server.full")
        elif self.open[address] >= limits().connections_per_address:
            await refuse(scope, receive, send, 429, "server.too_many_pages")
        elif not live:
            await self.app(scope, receive, send)
        else:
            self.open[address] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.open[address] -= 1
                self.open += Counter()  # addresses that have left are forgotten


def _asks_for_a_page(scope: Scope) -> bool:
    """Whether a browser asks for a document, not for what a page needs."""
    return scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", "")


def raise_descriptors(wanted: int) -> int:
    """How many descriptors this process may open, after asking for as many as are `wanted`."""
    try:
        import resource
    except ImportError:  # Windows has no such limit for sockets
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    able = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (able, hard))
    return able
