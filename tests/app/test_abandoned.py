"""What a page has begun ends within seconds of its connection: servers, over real connections."""

import asyncio
import contextlib
import io
import os
import subprocess
import sys
import time
import zipfile

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

from tests.browser.conftest import Server, free_port
from tests.load import Visitor, serving
from tests.pictures.files import noise, saved
from transcnn.pictures.samples import samples
from transcnn.runs.store import Store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads processor times in /proc")
PROMISED_S = 5.0
SLOW = "methods=occlusion,integrated_gradients"
FIRST, LAST = (sorted(samples(), key=lambda one: one.name)[i].name for i in (0, -1))

SCRIPT = """
import pathlib, time
import streamlit as st
from transcnn.errors import TooManyTasks
from transcnn.ui.app.tasks import Queue, Task, computing

place = pathlib.Path(__file__).parent

def tick(task):
    while True:
        (place / f"{task.session}.tick").touch()
        task.report(None)
        time.sleep(0.05)

if st.query_params.get("do") == "compute":
    for _ in range(1000):
        with computing:
            (place / "computing.tick").touch()
            time.sleep(0.05)
elif "begun" not in st.session_state:
    st.session_state["begun"] = True
    try:
        while True:
            Task("ticks", tick).start()
    except TooManyTasks as error:
        st.text(str(error))
"""


@contextlib.contextmanager
def serving_script(folder):
    (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
    port = free_port()
    server = Server(f"http://127.0.0.1:{port}")
    options = ["--server.port", str(port), "--server.headless", "true"]
    options += ["--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "script.py"), *options]
    few = {"TRANSCNN_LIMIT_TASKS_SESSION": "2"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | few,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server.process:
        try:
            server.wait()
            yield server
        finally:
            server.process.terminate()


@contextlib.asynccontextmanager
async def page(server, session=""):
    """An open page; `session` is that of a page whose connection has broken."""
    address = server.replace("http", "ws", 1) + "/_stcore/stream"
    told = ["streamlit", "x", session] if session else ["streamlit"]
    async with connect(address, subprotocols=told, max_size=None) as connection:
        visitor = Visitor(server, 0, connection)
        visitor.session = session
        yield visitor


async def until(wanted, seconds=20.0):
    for _ in range(int(seconds / 0.1)):
        if wanted():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to this")


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    folder = tmp_path_factory.mktemp("script")
    with serving_script(folder) as server:
        yield server, folder


def age(path):
    return time.time() - path.stat().st_mtime


def test_tasks_end_with_their_page_and_survive_a_connection_that_is_back_at_once(script):
    server, folder = script

    async def trial():
        async with page(server) as one, page(server) as two:
            said = []
            for visitor in (one, two):
                await visitor.ask("")
                while not said or visitor not in [who for who, _ in said]:
                    message, data = await visitor.receive()
                    if message.WhichOneof("type") == "script_finished":
                        said.append((visitor, b"as it may have (2)" in data))
                await until((folder / f"{visitor.session}.tick").exists)
            first, second = (folder / f"{who.session}.tick" for who in (one, two))
            await one.connection.close()
            await asyncio.sleep(1)
            async with page(server, one.session):
                await asyncio.sleep(PROMISED_S)
                assert age(first) < 1
            await asyncio.sleep(PROMISED_S)
            assert age(first) > 0.5
            assert age(second) < 0.5, "another page's goes on"

    asyncio.run(trial())


def test_a_script_that_computes_without_drawing_ends_with_its_page(script):
    server, folder = script

    async def trial():
        async with page(server) as visitor:
            await visitor.ask("", query="do=compute")
            await until((folder / "computing.tick").exists)
        await asyncio.sleep(1)
        assert age(folder / "computing.tick") > 0.5

    asyncio.run(trial())


def test_explanations_of_closed_pages_leave_the_processor_alone():
    with serving() as server:

        async def trial():
            async with page(server) as visitor:
                await visitor.run("")
            explanations = visitor.pages["explanations"]
            async with contextlib.AsyncExitStack() as stack:
                for sample in (FIRST, LAST):
                    visitor = await stack.enter_async_context(page(server))
                    visitor.pages = {"explanations": explanations}
                    await visitor.ask("explanations", query=f"picture={sample}&{SLOW}")
                    await shown(visitor, ": computing…", ": waiting for another")
                assert used(1) > 0.3, "they compute"
            await asyncio.sleep(PROMISED_S)
            assert used(2) < 0.5  # collecting garbage takes 0.2 now and then

        async def shown(visitor, *texts):
            data = b""
            while not any(text.encode() in data for text in texts):
                _, data = await visitor.receive()

        def used(seconds):
            before = server.cpu_seconds()
            time.sleep(seconds)
            return server.cpu_seconds() - before

        asyncio.run(trial())


def test_a_run_of_labelled_images_waits_for_a_page_and_loses_nothing(tmp_path):
    packed, image = io.BytesIO(), saved(noise(128, 128), "JPEG")
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(400):
            archive.writestr(f"church/{number}.jpg", image)

    at = "model=transcnn_nano&run=none"  # the demonstration is not asked for, and does not begin

    def done():
        found = list(tmp_path.glob("transcnn/runs/uploads/*/run.sqlite"))
        return Store(found[0]).progress().done if found else 0

    async def trial(server):
        async with page(server) as visitor:
            await visitor.run("")
            errors = visitor.pages["errors"]
        async with page(server) as visitor:
            visitor.pages = {"errors": errors}
            await visitor.run("errors", query=at)
            file = await visitor.upload("errors_uploader_0", "many.zip", packed.getvalue())
            await visitor.run("errors", file, query=at)
            begin = WidgetState(id=visitor.parts["errors_begin_upload"], trigger_value=True)
            await visitor.ask("errors", file, begin, query=at)
            await until(lambda: done() > 3, 60)
        await asyncio.sleep(PROMISED_S)
        waits = done()
        await asyncio.sleep(1.5)
        assert waits == done() < 400
        async with page(server, visitor.session) as visitor:
            visitor.pages = {"errors": errors}
            await visitor.run("errors", shows=f"{waits} of 400")

    with serving(XDG_DATA_HOME=str(tmp_path)) as server:
        asyncio.run(trial(server))
