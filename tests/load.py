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

import requests
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

    def __init__(self, server: Server, number: int, connection: ClientConnection) -> None:
        self.server, self.number, self.connection = server, number, connection
        self.session = self.uploader = ""
        self.pages: dict[str, str] = {}
        self.urls: FileURLs | None = None
        self.widgets = WidgetStates()

    async def visit(self) -> list[float]:
        """Do what a visitor does; the seconds until each page was there."""
        waited = [await self.run("")]
        start = time.perf_counter()
        name = f"of-visitor-{self.number}.jpg"
        self.widgets.widgets.append(await self.upload(name))
        await self.run("", shows=name)
        waited.append(time.perf_counter() - start)
        waited.append(await self.run("explore", shows=name))
        return waited

    async def run(self, page: str, shows: str = "") -> float:
        """Ask for a page and take all of it, which names `shows`; the seconds that it took."""
        start = time.perf_counter()
        state = ClientState(page_script_hash=self.pages.get(page, ""), widget_states=self.widgets)
        await self.send(BackMsg(rerun_script=state))
        shown = False
        while True:
            message, data = await self.receive()
            shown |= shows.encode() in data
            if message.WhichOneof("type") == "script_finished":
                assert shown, f"the page does not name {shows}"
                return time.perf_counter() - start

    async def upload(self, name: str) -> WidgetState:
        """Bring an image, as the uploader of the sidebar does; the uploader's state after it."""
        image = saved(noise(480, 360, seed=self.number), "JPEG")
        asked = FileURLsRequest(request_id="1", file_names=[name], session_id=self.session)
        await self.send(BackMsg(file_urls_request=asked))
        while self.urls is None:
            await self.receive()
        await asyncio.to_thread(self._put, self.urls.upload_url, name, image)
        info = UploadedFileInfo(
            file_id=self.urls.file_id, name=name, size=len(image), file_urls=self.urls
        )
        files = FileUploaderState(uploaded_file_info=[info])
        return WidgetState(id=self.uploader, file_uploader_state_value=files)

    def _put(self, address: str, name: str, image: bytes) -> None:
        with requests.Session() as browser:
            browser.get(f"{self.server}/_stcore/health", timeout=600)  # gives the cookie
            token = {"X-Xsrftoken": browser.cookies["_streamlit_xsrf"]}
            files = {"file": (name, io.BytesIO(image), "image/jpeg")}
            browser.put(
                self.server + address, files=files, headers=token, timeout=600
            ).raise_for_status()

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
            if element.WhichOneof("type") == "file_uploader":
                self.uploader = self.uploader or element.file_uploader.id
        return message, data


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


async def _visit(server: Server, number: int) -> list[float]:
    address = server.replace("http", "ws", 1) + "/_stcore/stream"
    patience = {"open_timeout": 600, "ping_interval": None, "max_size": None}
    async with connect(address, subprotocols=["streamlit"], **patience) as connection:
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
