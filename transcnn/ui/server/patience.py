"""What is bounded before a request is whole: how long it may take to come, how many connections an
address has, and how long one message of a live connection is.

uvicorn waits without end for the rest of a request's head, and holds as much of a message as the
largest page that the server sends.
"""

import asyncio
import logging
import time
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from transcnn.limits import MB, limits

HEAD_S = 15.0  # from the connection, or the answer before, to the end of a request's head
MESSAGE_MB = 2  # a browser sends what its controls say, some kB
_HERE = ("127.0.0.1", "::1")


class Patience:
    """Tells uvicorn before it accepts the first connection; requests pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            config = getattr(getattr(receive, "__self__", None), "config", None)
            if isinstance(config, uvicorn.Config):
                config.ws_max_size = MESSAGE_MB * MB
                config.http_protocol_class = _bounded(config.http_protocol_class, _proxies(config))
            else:
                logging.warning("This is no server that can bound requests before they are whole.")
        await self.app(scope, receive, send)


def _proxies(config: uvicorn.Config) -> Any:
    """What contains the addresses whose connections are of many visitors: those that are believed
    in what they say of whom they ask for."""
    app: Any = config.app
    return ProxyHeadersMiddleware(app, config.forwarded_allow_ips or []).trusted_hosts


def _bounded(protocol: Any, proxies: Any) -> type[asyncio.Protocol]:
    """uvicorn's class of a connection, of which each ends when its time is over."""

    class Bounded(protocol):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._answered, self._heard = None, time.monotonic()
            address = self.client[0] if self.client else ""
            many = self._of(address) > 2 * limits().connections_per_address
            if many and address not in (*_HERE, "") and address not in proxies:
                transport.close()
            else:
                self._look_later()

        def _of(self, address: str) -> int:
            return sum(bool(one.client) and one.client[0] == address for one in self.connections)

        def _look_later(self) -> None:
            self.loop.call_later(HEAD_S / 3, self._look)

        def _look(self) -> None:
            if self.transport.is_closing() or self not in self.connections:
                return  # gone, or a live connection by now
            if self.cycle is not self._answered or not getattr(
                self.cycle, "response_complete", True
            ):
                self._answered, self._heard = self.cycle, time.monotonic()
            if time.monotonic() - self._heard > HEAD_S:
                self.transport.close()
            else:
                self._look_later()

    return Bounded
