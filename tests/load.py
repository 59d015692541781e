"""What the app's server needs for many visitors: `python -m tests.load 1 20 200`.

Visitors speak the protocol of Streamlit's browser side without a browser, whose own work would hide
the server's. Each opens the first page, uploads an image of its own and goes to Explore; all begin
at once. Every number of visitors has a new server. Memory is read where Linux has it, in /proc.
"""

import asyncio
import contextlib
import io
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import (
    FileUploaderState,
    FileURLs,
    FileURLsRequest,
    UploadedFileInfo,
)
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect

from tests.browser.conftest import Server, free_port, memory
from tests.pictures.files import noise, saved
from transcnn.assets import APP
from transcnn.cli.server import server_command

HERE = "127.0.0.1"
ACTS = ("first page", "own image", "Explore")


@dataclass
class Load:
    """What a number of visitors cost: the most resident memory in megabytes, seconds of all cores
    together, and the seconds that each visitor waited for each of the acts."""

    visitors: int
    peak_mb: float
    cpu_s: float
    waited: list[list[float]]


class Visitor:
    """One connection, with what the server has said on it."""

    def __init__(
        self, server: Server, number: int, connection: ClientConnection, address: str = HERE
    ) -> None:
        self.server, self.number, self.connection = server, number, connection
        self.address = address
        self.session = ""
        self.pages: dict[str, str] = {}
        self.parts: dict[str, str] = {}  # identities of widgets and components, by their keys
        self.urls: FileURLs | None = None
        self.widgets = WidgetStates()

    async def visit(self) -> list[float]:
        """Do what a visitor does; the seconds until each page was there."""
        waited = [await self.run("")]
        name = f"of-visitor-{self.number}.jpg"
        waited.append(await self.bring(name))
        waited.append(await self.run("explore", shows=name))
        return waited

    async def run(self, page: str, *acts: WidgetState, shows: str = "", query: str = "") -> float:
        """Ask for a page and take all of it, which names `shows`; the seconds that it took."""
        start = time.perf_counter()
        await self.ask(page, *acts, query=query)
        shown = False
        while True:
            message, data = await self.receive()
            shown |= shows.encode() in data
            ended = message.WhichOneof("type") == "script_finished"
            if ended and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                assert shown, f"the page does not name {shows}"
                return time.perf_counter() - start

    async def ask(self, page: str, *acts: WidgetState, query: str = "") -> None:
        """Ask for a page, or do something on it, and wait for nothing."""
        state = ClientState(page_script_hash=self.pages.get(page, ""), query_string=query)
        state.widget_states.widgets.extend([*self.widgets.widgets, *acts])
        await self.send(BackMsg(rerun_script=state))

    async def bring(self, name: str) -> float:
        """Bring an image of one's own by the sidebar; the seconds until it was shown."""
        start = time.perf_counter()
        image = saved(noise(480, 360, seed=self.number), "JPEG")
        self.widgets.widgets.append(await self.upload("uploader", name, image))
        await self.run("", shows=name)
        return time.perf_counter() - start

    async def upload(self, field: str, name: str, data: bytes) -> WidgetState:
        """Send a file, as the uploader `field` does; the uploader's state after it."""
        asked = FileURLsRequest(request_id="1", file_names=[name], session_id=self.session)
        self.urls = None
        await self.send(BackMsg(file_urls_request=asked))
        while self.urls is None:
            await self.receive()
        assert await asyncio.to_thread(self.put, self.urls.upload_url, name, data)
        info = UploadedFileInfo(
            file_id=self.urls.file_id, name=name, size=len(data), file_urls=self.urls
        )
        files = FileUploaderState(uploaded_file_info=[info])
        return WidgetState(id=self.parts[field], file_uploader_state_value=files)

    def put(self, address: str, name: str, data: bytes) -> bool:
        """Send a file to an address of the server; whether it was taken, or there are too many."""
        with requests.Session() as browser:
            browser.mount("http://", _From(self.address))
            browser.get(f"{self.server}/_stcore/health", timeout=600)  # gives the cookie
            token = {"X-Xsrftoken": browser.cookies["_streamlit_xsrf"]}
            files = {"file": (name, io.BytesIO(data))}
            answer = browser.put(self.server + address, files=files, headers=token, timeout=600)
            if answer.status_code != 413:
                answer.raise_for_status()
            return answer.ok

    async def send(self, message: BackMsg) -> None:
        await self.connection.send(message.SerializeToString())

    async def receive(self) -> tuple[ForwardMsg, bytes]:
        data = await self.connection.recv(decode=False)
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session" and message.new_session.initialize.session_id:
            self.session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self.pages = {p.url_pathname: p.page_script_hash for p in message.navigation.app_pages}
        elif kind == "file_urls_response":
            (self.urls,) = message.file_urls_response.file_urls
        elif kind == "delta":
            element = message.delta.new_element
            assert element.WhichOneof("type") != "exception", element.exception.message
            part = getattr(getattr(element, element.WhichOneof("type") or "", None), "id", "")
            if part.startswith("$$ID-"):  # and a digest, and the key
                self.parts[part.split("-", 2)[2]] = part
        return message, data


class _From(HTTPAdapter):
    """Asks from an address of this computer."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


@contextlib.contextmanager
def serving(*under: str, **environment: str):
    """A server of the app, as `transcnn app` starts it, with this in its environment besides;
    `under` is the beginning of a command that starts another one as its own process.
    """
    port = free_port()
    server = Server(f"http://127.0.0.1:{port}")
    command = [*under, *server_command("127.0.0.1", port, "127.0.0.1")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = os.environ | environment
    with subprocess.Popen(command, cwd=APP, env=env, **quiet) as server.process:
        try:
            server.wait()
            yield server
        finally:
            server.process.terminate()


def live(server: Server, address: str = HERE) -> connect:
    """A live connection from an address of this computer, as a page has one."""
    stream = server.replace("http", "ws", 1) + "/_stcore/stream"
    patience: dict[str, Any] = {"open_timeout": 600, "ping_interval": None, "max_size": None}
    return connect(stream, subprotocols=["streamlit"], local_addr=(address, 0), **patience)


async def _visit(server: Server, number: int) -> list[float]:
    async with live(server) as connection:
        return await Visitor(server, number, connection).visit()


async def _all_visit(server: Server, visitors: int) -> list[list[float]]:
    return await asyncio.gather(*(_visit(server, number) for number in range(visitors)))


def measure(visitors: int) -> Load:
    """What a new server needs for so many visitors who begin at once."""
    with serving() as server:
        before = server.cpu_seconds()
        waited = asyncio.run(_all_visit(server, visitors))
        cpu_s = server.cpu_seconds() - before
        return Load(visitors, memory(server.process.pid, "VmHWM"), cpu_s, waited)


def row(load: Load) -> str:
    """The figures of a number of visitors, as a line of a Markdown table."""
    times = [sorted(one) for one in zip(*load.waited, strict=True)]
    waits = [f"{statistics.median(one):.1f} / {one[-1]:.1f} s" for one in times]
    memory = f"{load.peak_mb:,.0f} MB"
    return f"| {load.visitors} | {memory} | {load.cpu_s:,.1f} s | " + " | ".join(waits) + " |"


def main() -> None:
    head = ("visitors", "peak memory", "processor", *(f"{a}: median / longest" for a in ACTS))
    print("| " + " | ".join(head) + " |")
    print("|" + "---:|" * len(head))
    for visitors in map(int, sys.argv[1:] or ["1", "20", "200"]):
        print(row(measure(visitors)), flush=True)


if __name__ == "__main__":
    main()
