"""A real server and a real browser: the app as a person meets it."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
READY = ".explore[data-state=ready]"
CONNECTED = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
AWAY = "[data-testid=stApp]:not([data-test-connection-state=CONNECTED])"
# The last ones keep Chromium from calling home; nothing of the app depends on them.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--process-per-site",  # see `Browsers`
)
PATIENCE_MS = 120_000  # a busy machine is no failure
PAUSE_MS = 260  # pages tell the server what was done 250 ms after it
TRAFFIC = Path(__file__).with_name("traffic.js")


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists() and not os.environ.get("CI"):
                reason = f"no browser at {CHROMIUM}: `apt-get install chromium` brings it"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


class Browsers:
    """Browsers that stay open from test to test, by their settings.

    Most of the time that a page takes to open goes into reading and compiling Streamlit. A browser
    that has done it keeps it, as long as one tab of this site is left: here a tab without content.
    Nobody gets a browser that somebody else has, and whoever gives one back leaves nothing in it.
    """

    def __init__(self, chromium):
        self.chromium = chromium
        self.free = {}

    def take(self, **options):
        free = self.free.setdefault(repr(sorted(options.items())), [])
        if free:
            return free.pop()
        browser = self.chromium.new_context(**options)
        browser.add_init_script(path=TRAFFIC)
        browser.set_default_timeout(PATIENCE_MS)
        return browser

    def give_back(self, browser, page, **options):
        page.evaluate("localStorage.clear()")
        browser.clear_cookies()
        browser.clear_permissions()
        if len(browser.pages) == 1:
            browser.new_page().goto(urljoin(page.url, "/_stcore/health"))
        page.close()
        self.free[repr(sorted(options.items()))].append(browser)


@pytest.fixture(scope="session")
def browsers(chromium):
    return Browsers(chromium)


def memory(pid: int, kind: str) -> float:
    """Of a process, in megabytes: `VmRSS` is resident now, `VmHWM` the most that ever was."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(rf"{kind}:\s+(\d+) kB", status)[1]) / 1024


class Server(str):
    """The address of a running server, which knows its process."""

    process: subprocess.Popen
    log: Path
    launch: Callable[[], subprocess.Popen]

    def restart(self, *pages) -> None:
        """Kill it as a power cut would, and start it anew at the same address; `pages` are told of
        both by then.
        """
        self.process.kill()
        self.process.wait(20)
        for page in pages:
            page.wait_for_selector(AWAY)
        self.process = self.launch()
        self.wait()
        for page in pages:
            page.wait_for_selector(CONNECTED)

    def wait(self) -> None:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"{self}/_stcore/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.25)
        raise TimeoutError("the server did not start")

    def memory(self) -> float:
        """Resident memory in megabytes."""
        return memory(self.process.pid, "VmRSS")

    def cpu_seconds(self) -> float:
        """Of all cores together, since the process began."""
        status = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        fields = status.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # user, system


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def start_server(tmp_path_factory, data_home) -> Iterator[Callable[..., Server]]:
    """Starts a fresh server process and gives its address; all end with the tests."""
    processes = []
    assert data_home is not None, "the servers inherit it"

    def start(*options: str) -> Server:
        port = free_port()
        folder = tmp_path_factory.mktemp("server")
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        command += options
        # Its classes are in the folder; tests read its memory.
        environment = {**os.environ, "TMPDIR": str(folder), "TRANSCNN_METRICS": "1"}

        def launch() -> subprocess.Popen:
            with (folder / "log").open("a", encoding="utf-8") as log:
                processes.append(
                    subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
                )
            return processes[-1]

        address = Server(f"http://localhost:{port}")
        address.launch, address.log = launch, folder / "log"
        address.process = launch()
        try:
            address.wait()
        except TimeoutError as error:
            said = (folder / "log").read_text(encoding="utf-8")
            raise TimeoutError(f"{error}: {said}") from error
        return address

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def server(start_server) -> Server:
    return start_server()


@contextlib.contextmanager
def opening(browsers, away=False):
    """Gives a function that opens an address in a browser of its own, once it is `until` and has
    come to rest; with None, or at work, as soon as it is there.

    Whatever its pages ask another machine for, and every error of ours in their consoles, fails
    the test at the end; not that nobody answers, where the server is `away` for a while.
    """
    opened, trouble = [], []

    def note_request(sent):
        local = ("http://localhost:", "ws://localhost:", "data:", "blob:")
        if not sent.url.startswith(local):
            trouble.append(f"asked for {sent.url}")

    def note_console(message):
        # On each cold deep link Streamlit first looks for its endpoints below the page's name.
        baseline = "404" in message.text and "_stcore" in message.location.get("url", "")
        gone = ("net::ERR_", "disconnected from server", "_stcore/", "Streamlit still running")
        missed = away and any(text in message.text for text in gone)
        if message.type == "error" and not (baseline or missed):
            trouble.append(f"console: {message.text}")

    def open_(address: str, until: str | None = READY, at_work=False, **options):
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        browser = browsers.take(**options)
        page = browser.new_page()
        opened.append((browser, page, options))
        page.on("request", note_request)
        page.on("websocket", note_request)
        page.on("console", note_console)
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.goto(address, wait_until="load" if until else "commit")
        if until:
            page.wait_for_selector(until)
            if not at_work:
                rest(page, pause=0)
        return page

    try:
        yield open_
    finally:
        for browser, page, options in opened:
            if away:
                browser.close()  # nobody knows what the page is by now
            else:
                browsers.give_back(browser, page, **options)
    assert not trouble


@pytest.fixture
def open_page(browsers):
    """Opens an address in a browser of its own; gives the page once the network has answered."""
    with opening(browsers) as open_:
        yield open_


def settle(page) -> None:
    """Wait until the page has told the server all that it had to tell, and has every answer.

    A state that a test can name is better waited for by itself.
    """
    page.evaluate("how => settled(...how)", [PATIENCE_MS, PAUSE_MS])


def rest(page, pause: int = PAUSE_MS) -> None:
    """Wait until the page is settled, drawn for its size and theme, and nothing moves."""
    page.evaluate("how => still(...how)", [PATIENCE_MS, pause])


def wait_until(page, expression: str, arg=None) -> None:
    """Wait until JavaScript is true in the page. Playwright's own `wait_for_function` evaluates it
    from text inside the page, which the app's Content-Security-Policy refuses.
    """
    from playwright.sync_api import Error

    end = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end:
        with contextlib.suppress(Error):  # while the page is left
            if page.evaluate(expression, arg):
                return
        page.wait_for_timeout(30)
    raise TimeoutError(f"it never became true: {expression} ({arg})")


def upload(page, name: str, data: bytes):
    """Upload a picture and see it."""
    # The field is another one once a file is in it: one given away in that moment would be lost.
    settle(page)
    shown = page.locator(".explore").get_attribute("data-shown")
    file = {"name": name, "mimeType": "image/png", "buffer": data}
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_selector(f"{READY}:not([data-shown='{shown}'])")
    page.get_by_test_id("stFileChipName").and_(page.get_by_title(name, exact=True)).wait_for()


def open_export(page):
    """Open the menu of what can be taken along."""
    page.get_by_role("button", name="Export").click()


def rows_of(table) -> list[list[str]]:
    """The texts of the cells of a table that is on the page; at one blow, it may have thousands."""
    return table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText))"
    )
