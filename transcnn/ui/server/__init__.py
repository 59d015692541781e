"""What stands between the network and the pages: who may ask, how much, and what the
answers allow browsers to do.

No page is known here.
"""

from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from streamlit import config

from transcnn.ui.server.connections import Connections
from transcnn.ui.server.headers import SecurityHeaders
from transcnn.ui.server.metrics import Metrics
from transcnn.ui.server.origin import OwnOrigin
from transcnn.ui.server.pace import Pace
from transcnn.ui.server.patience import Patience
from transcnn.ui.server.sessions import forgetting
from transcnn.ui.server.uploads import Uploads

__all__ = ["SCRIPT", "forgetting", "middleware"]

SCRIPT = Path(__file__).parents[1] / "app" / "main.py"


def middleware() -> list[Middleware]:
    """What a request passes, the first first. For app.py, whose options Streamlit has read."""
    hosts = config.get_option("server.allowedHosts") or ["*"]
    return [
        Middleware(Patience),
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        Middleware(OwnOrigin),
        Middleware(Metrics),
        Middleware(Connections),
        Middleware(Pace),
        Middleware(Uploads),
    ]
