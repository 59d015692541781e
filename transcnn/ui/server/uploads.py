"""How much may lie in memory of what visitors have uploaded: of one session, one address, in all.

A page takes what was uploaded out of Streamlit's memory at once (`ui/app/uploads.py`), so that only
what nobody has taken counts, and what is on its way.
"""

import re
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from transcnn.limits import MB, limits
from transcnn.ui.server.answers import client_address, refuse
from transcnn.ui.server.browser import COOKIE, browser_of
from transcnn.ui.server.slow import steady

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")

Key = tuple[str, str]  # session and file


def stored() -> dict[Key, int]:
    """The bytes of every uploaded file that Streamlit holds."""
    manager = Runtime.instance().uploaded_file_mgr if Runtime.exists() else None
    if not isinstance(manager, MemoryUploadedFileManager):
        return {}
    return {
        (session, file): len(record.data)
        for session, files in list(manager.file_storage.items())
        for file, record in list(files.items())
    }


class Uploads:
    """Refuses an upload beyond the limits before it is read, and one into another browser's file.

    `held` says what is in memory already.
    """

    def __init__(self, app: ASGIApp, held: Callable[[], Mapping[Key, int]] = stored) -> None:
        self.app, self.held = app, held
        self.coming: dict[Key, int] = {}
        self.owners: dict[Key, tuple[str, str]] = {}  # address and browser

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.search(scope.get("path", ""))
        if scope["type"] != "http" or found is None or scope["method"] not in ("PUT", "DELETE"):
            await self.app(scope, receive, send)
            return
        key = (found[1], found[2])
        headers = Headers(scope=scope)
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        owner = (client_address(scope), browser_of(cookie))
        sizes = {**self.held(), **self.coming}
        self.owners = {known: whose for known, whose in self.owners.items() if known in sizes}
        if key in self.coming or self.owners.get(key, owner)[1] != owner[1]:
            await refuse(scope, receive, send, 403, "server.foreign_page")
        elif scope["method"] == "DELETE":
            await self.app(scope, receive, send)
        elif not (length := headers.get("content-length", "")).isdecimal():
            await refuse(scope, receive, send, 411, "server.no_length")
        elif self._too_much(key, owner[0], int(length), sizes):
            await refuse(scope, receive, send, 413, "server.too_many_uploads")
        else:
            self.coming[key], self.owners[key] = int(length), owner
            try:
                await self.app(scope, steady(receive), send)
            finally:
                del self.coming[key]

    def _too_much(self, key: Key, address: str, size: int, sizes: Mapping[Key, int]) -> bool:
        others = {known: held for known, held in sizes.items() if known != key}
        session = sum(held for known, held in others.items() if known[0] == key[0])
        here = sum(
            held for known, held in others.items() if self.owners.get(known, ("",))[0] == address
        )
        bounds = limits()
        return (
            session + size > bounds.uploads_session_mb * MB
            or here + size > bounds.uploads_address_mb * MB
            or sum(others.values()) + size > bounds.uploads_mb * MB
        )
