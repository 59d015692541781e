"""Who may ask the app's server, and how much: over real connections, from several addresses."""

import asyncio
import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.load import Visitor, serving
from transcnn.ui.server import slow
from transcnn.ui.server.patience import HEAD_S

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="other systems give a program one address of itself"
)
HERE, ELSEWHERE, NOWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
IN_ALL, EACH = 9, 6
MB = 2**20


@pytest.fixture(scope="module")
def asked_outside():
    """A proxy through which the server would ask other machines; what it was asked."""
    listener = socket.create_server((HERE, 0))
    asked: list[bytes] = []

    def listen():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    asked.append(client.recv(1000))

    threading.Thread(target=listen, daemon=True).start()
    yield f"http://{HERE}:{listener.getsockname()[1]}", asked
    listener.close()


@pytest.fixture(scope="module")
def server(asked_outside):
    environment = dict.fromkeys(("http_proxy", "https_proxy"), asked_outside[0])
    few = {"CONNECTIONS": IN_ALL, "CONNECTIONS_PER_ADDRESS": EACH}
    few |= {"UPLOADS_SESSION_MB": 3, "UPLOADS_ADDRESS_MB": 5, "UPLOADS_MB": 7}
    environment["STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL"] = "3"
    environment |= {f"TRANSCNN_LIMIT_{name}": str(value) for name, value in few.items()}
    with serving(**environment) as server:
        yield server


def ask(server, path="/", method="GET", address=HERE, body=None, **headers):
    """Status, headers and text of one answer."""
    found = urlsplit(server)
    asking = http.client.HTTPConnection(
        found.hostname, found.port, timeout=60, source_address=(address, 0)
    )
    with contextlib.closing(asking):
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        asking.request(method, path, body, spelt)
        answer = asking.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")


def live(server, address=HERE, **headers):
    """A live connection, as a page has one."""
    return connect(
        server.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=["streamlit"],
        local_addr=(address, 0),
        additional_headers=headers,
        open_timeout=60,
        max_size=None,
    )


def refused(server, **arguments):
    """Whether no live connection is to be had."""

    async def trial():
        try:
            async with live(server, **arguments):
                return False
        except InvalidStatus:
            return True

    return asyncio.run(trial())


@pytest.mark.parametrize(
    "path", ["/", "/explore", "/_stcore/health", "/static/none", "/media/none"]
)
def test_every_answer_tells_the_browser_what_it_may_do(server, path):
    _, headers, _ = ask(server, path)
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "microphone=()" in headers["Permissions-Policy"]


def test_a_request_for_another_name_is_refused(server):
    assert ask(server, Host="elsewhere.example")[0] == 400
    assert ask(server, Host=urlsplit(server).netloc)[0] == 200


@pytest.mark.parametrize("path", ["", "/", "?families=active_sessions"])
def test_the_figures_of_the_server_are_closed_unless_its_operator_opens_them(server, path):
    for method in ("GET", "OPTIONS"):
        status, _, said = ask(server, f"/_stcore/metrics{path}", method)
        assert (status, said) == (404, "The operator of this app keeps its figures closed.\n")


def test_an_operator_reads_the_figures_of_the_server():
    with serving(TRANSCNN_METRICS="1") as server:
        status, _, said = ask(server, "/_stcore/metrics")
    assert status == 200
    assert "active_sessions 0" in said


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:1", "http://localhost:1", "http://elsewhere.example", "null", "x["]
)
def test_a_page_of_another_server_gets_no_connection_and_nothing_is_asked_outside(
    server, asked_outside, origin
):
    assert refused(server, Origin=origin)
    assert ask(server, "/_stcore/upload_file/a/b", "PUT", body=b"", Origin=origin)[0] == 403
    assert not refused(server, Origin=str(server))
    assert asked_outside[1] == []


def test_who_opens_many_pages_is_told_so_and_others_go_on(server):
    async def crowd(address, count, stack):
        for _ in range(count):
            await stack.enter_async_context(live(server, address))

    async def trial():
        async with contextlib.AsyncExitStack() as stack:
            await crowd(HERE, EACH, stack)
            said = [await asyncio.to_thread(page, HERE), await asyncio.to_thread(page, ELSEWHERE)]
            beyond = await asyncio.to_thread(lambda: refused(server))
            await crowd(ELSEWHERE, IN_ALL - EACH, stack)
            full = await asyncio.to_thread(page, NOWHERE)
            chinese = await asyncio.to_thread(page, NOWHERE, "zh-CN,zh;q=0.9")
            return said, beyond, full, chinese

    def page(address, language="en"):
        answer = ask(server, "/", address=address, Accept="text/html", Accept_Language=language)
        return answer[0], answer[2]

    (mine, others), beyond, full, chinese = asyncio.run(trial())
    assert mine == (429, mine[1])
    assert "Close some of them" in mine[1]
    assert beyond
    assert others[0] == 200
    assert full == (503, full[1])
    assert "as many visitors as it can take" in full[1]
    assert "访问者已满" in chinese[1]
    assert page(HERE)[0] == page(NOWHERE)[0] == 200, "all have left"


def test_uploads_have_a_limit_for_a_session_and_an_address_and_belong_to_their_browser(server):
    _, headers, _ = ask(server, "/_stcore/health")
    cookie = headers["Set-Cookie"].split(";")[0]
    token = {"Cookie": cookie, "X_Xsrftoken": cookie.partition("=")[2]}
    _, headers, _ = ask(server, "/_stcore/health", Cookie=cookie)
    tab = headers["Set-Cookie"].split(";")[0]
    assert tab != cookie, "Streamlit masks it anew"
    border = b"--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n%b\r\n--b--\r\n"

    def put(session, file, megabytes, address=HERE, **other):
        body = border % bytes(int(megabytes * MB))
        kind = {"Content_Type": "multipart/form-data; boundary=b"}
        path = f"/_stcore/upload_file/{session}/{file}"
        return ask(server, path, "PUT", address, body, **(token | kind | other))[0]

    async def trial():
        async with contextlib.AsyncExitStack() as stack:
            sessions = []
            for number in range(3):
                connection = await stack.enter_async_context(live(server))
                visitor = Visitor(server, number, connection)
                await visitor.send(BackMsg(load_git_info=False))
                await visitor.run("")
                sessions.append(visitor.session)
            return await asyncio.to_thread(attack, *sessions)

    def attack(one, two, three):
        stranger = "_streamlit_xsrf=" + cookie.partition("=")[2][::-1]
        return {
            "first": put(one, "a", 2),
            "of the same session": put(one, "b", 2),
            "in its place": put(one, "a", 1.5),
            "of another session": put(two, "a", 2.5),
            "of the same address": put(three, "a", 2.5),
            "of another address": put(three, "a", 2.5, ELSEWHERE),
            "without a length": ask(
                server, f"/_stcore/upload_file/{two}/c", "PUT", HERE, iter([b"x"]), **token
            )[0],
            "deleted by another browser": ask(
                server, f"/_stcore/upload_file/{one}/a", "DELETE", **(token | {"Cookie": stranger})
            )[0],
            "deleted in another tab": ask(
                server,
                f"/_stcore/upload_file/{one}/a",
                "DELETE",
                Cookie=tab,
                X_Xsrftoken=tab.partition("=")[2],
            )[0],
            "again": put(one, "b", 1),
        }

    assert asyncio.run(trial()) == {
        "first": 204,
        "of the same session": 413,
        "in its place": 204,
        "of another session": 204,
        "of the same address": 413,
        "of another address": 204,
        "without a length": 411,
        "deleted by another browser": 403,
        "deleted in another tab": 204,
        "again": 204,
    }


def test_the_server_may_open_as_many_files_as_its_visitors_need():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))  # the server inherits it
    try:
        with serving() as server:
            limits = Path(f"/proc/{server.process.pid}/limits").read_text(encoding="ascii")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert int(re.search(r"Max open files +(\d+)", limits)[1]) >= 2000


def test_descriptors_of_who_has_left_come_back_without_another_visitor(server):
    folder = Path(f"/proc/{server.process.pid}/fd")

    async def visit():
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(EACH):
                await stack.enter_async_context(live(server))
            return len(list(folder.iterdir()))

    before = len(list(folder.iterdir()))
    during = asyncio.run(visit())
    assert during > before
    for _ in range(100):
        if len(list(folder.iterdir())) <= before:
            return
        threading.Event().wait(0.2)
    raise AssertionError([one.readlink() for one in folder.iterdir()])


def test_old_runs_of_uploads_are_deleted_though_nobody_comes(tmp_path):
    folder = tmp_path / "transcnn" / "runs" / "uploads" / f"upload-{'a' * 32}"
    folder.mkdir(parents=True)
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(folder, (two_days_ago, two_days_ago))
    with serving(XDG_DATA_HOME=str(tmp_path)):
        end = time.monotonic() + 60
        while folder.exists() and time.monotonic() < end:
            time.sleep(0.1)
    assert not folder.exists()


def test_a_long_message_ends_its_own_connection_unread(server):
    async def trial():
        async with live(server, ELSEWHERE) as connection:
            await connection.send(bytes(3 * MB))
            await connection.wait_closed()
            return connection.close_code

    assert asyncio.run(trial()) == 1009
    assert ask(server, "/_stcore/health")[0] == 200


def test_who_sends_messages_without_end_waits_and_others_do_not(server):
    flood = subprocess.Popen([sys.executable, "-c", FLOOD, str(server)])
    try:
        waited = []
        for _ in range(10):
            begin = time.perf_counter()
            assert ask(server, "/_stcore/health")[0] == 200
            waited.append(time.perf_counter() - begin)
            time.sleep(0.3)
        assert flood.poll() is None, "it still floods"
    finally:
        flood.kill()
        flood.wait()
    assert sorted(waited)[-2] < 2


FLOOD = """
import sys
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.sync.client import connect

address = sys.argv[1].replace("http", "ws", 1) + "/_stcore/stream"
message = BackMsg(rerun_script=ClientState()).SerializeToString()
with connect(address, subprotocols=["streamlit"], max_size=None) as connection:
    while True:
        connection.send(message)
"""


def test_a_request_that_does_not_end_loses_its_connection(server):
    found = urlsplit(server)
    begun = (b"", b"GET / HTTP/1.1\r\nX: ", b"GET /_stcore/health HTTP/1.1\r\nHost: a\r\n\r\nGET /")
    with contextlib.ExitStack() as stack:
        connections = []
        for begin in begun:
            connection = socket.create_connection((found.hostname, found.port), HEAD_S * 2)
            stack.enter_context(connection)
            connection.sendall(begin)
            connections.append(connection)
        for connection in connections:
            while connection.recv(10_000):
                pass  # until the server closes


def test_an_address_holds_only_so_many_connections_without_a_request(server):
    found = urlsplit(server)
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(2 * EACH + 5):
            connection = socket.create_connection(
                (found.hostname, found.port), 5, source_address=(ELSEWHERE, 0)
            )
            connections.append(stack.enter_context(connection))
        assert connections[-1].recv(1) == b""
        connections[0].setblocking(False)
        with pytest.raises(BlockingIOError):  # open, and nothing has come
            connections[0].recv(1)
        assert ask(server, "/_stcore/health")[0] == 200


def test_an_upload_that_only_holds_its_room_ends(monkeypatch):
    monkeypatch.setattr(slow, "SLOW_S", 0.6)

    async def silent():
        await asyncio.Event().wait()

    async def dribbling():
        await asyncio.sleep(0.1)
        return {"type": "http.request", "body": b"a", "more_body": True}

    async def honest():
        await asyncio.sleep(0.1)
        return {"type": "http.request", "body": bytes(400_000), "more_body": True}

    async def kinds(receive):
        receive = slow.steady(receive)
        return [(await receive())["type"] for _ in range(8)]

    assert asyncio.run(kinds(silent)) == ["http.disconnect"] * 8
    assert asyncio.run(kinds(dribbling))[-1] == "http.disconnect"
    assert asyncio.run(kinds(honest)) == ["http.request"] * 8
