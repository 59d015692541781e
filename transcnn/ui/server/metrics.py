"""Figures of the server for its operator: how many sessions there are, how much memory they take.

Streamlit tells them to everybody who asks, and has no option for that.
"""

import os

from starlette.types import ASGIApp, Receive, Scope, Send

from transcnn.ui.server.answers import refuse

OPENED = "TRANSCNN_METRICS"  # "1": whoever reaches the server may read them
_PATH = "/_stcore/metrics"


class Metrics:
    """Refuses them, unless the operator has opened them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.opened = os.environ.get(OPENED) == "1"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["path"].rstrip("/").endswith(_PATH)
        if asked and not self.opened:
            await refuse(scope, receive, send, 404, "server.no_metrics")
        else:
            await self.app(scope, receive, send)
