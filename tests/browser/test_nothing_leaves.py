"""Nothing leaves the machine: a walk over all pages under an ear for every connection.

Of the server's process and whatever it starts every system call that opens a connection or sends to
an address is written down, in native code too, whether it was answered or refused; of the browser
every address and name that its network was asked for.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.app.shapes import shapes
from tests.browser.conftest import CHROMIUM, FLAGS, READY, Browsers, opening, settle, upload
from tests.load import serving
from tests.pictures.files import noise, saved
from transcnn.ui.app.router import PAGES
from transcnn.words.translator import translator

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None,
    reason="nobody listens to the server: `apt-get install strace` brings it (Linux only)",
)
CALLS = "connect,sendto,sendmsg,sendmmsg"
_ITSELF = "not an origin"
LOCAL = re.compile(r"(https?|wss?)://(localhost|127\.0\.0\.1):\d+|(data|blob|about|chrome)[:-]")


def listening_to(log: Path) -> list[str]:
    """The beginning of a command whose process, and what it starts, is written down in `log`."""
    quiet = ("--quiet=all", "--signal=none")
    return ["strace", "-D", "-f", "--seccomp-bpf", *quiet, f"--trace={CALLS}", f"--output={log}"]


def asked_by_process(log: Path) -> list[str]:
    """The calls that went to an address of the internet, this machine's own ones included."""
    return [line for line in log.read_text(encoding="utf-8").splitlines() if "AF_INET" in line]


def asked_by_browser(log: Path) -> list[str]:
    """The addresses that pages had Chromium's network ask for, without those of here. What Chromium
    asks its maker by itself, whatever the page, has no initiator.
    """
    events = [one.get("params", {}) for one in json.loads(log.read_text("utf-8"))["events"]]
    asked = [one["url"] for one in events if one.get("initiator", _ITSELF) != _ITSELF]
    assert asked
    return [one for one in asked if not LOCAL.match(one)]


def hints(page) -> list[str]:
    """Other origins in links of the document: browsers connect to such ahead, this one does not."""
    found = page.locator("link[href]").evaluate_all("all => all.map(one => one.href)")
    return [one for one in found if not LOCAL.match(one)]


@pytest.fixture(scope="module")
def ear(chromium, tmp_path_factory):
    """Opens a browser that notes what it is asked for; where it notes that, once it is closed."""
    folder = tmp_path_factory.mktemp("ear")
    opened = []

    def open_():
        log = folder / f"{len(opened)}.json"
        nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
        flags = [*FLAGS, nowhere, f"--log-net-log={log}"]
        opened.append(chromium.browser_type.launch(executable_path=str(CHROMIUM), args=flags))
        return opened[-1], log

    yield open_
    for browser in opened:
        browser.close()


# What a visitor does on each page, once it is there.


def _overview(page):
    page.wait_for_selector(".overview[data-state=ready]")
    page.get_by_role("button", name="Remove attention", exact=True).click()
    page.locator(".verdict").wait_for()


def _course(page):
    settle(page)  # a click is lost where the page is still drawn
    page.get_by_text("Join a class", exact=True).click()
    page.get_by_role("button", name="I am a teacher: open the teacher's view").click()
    page.get_by_role("button", name="Start a class").click()
    page.get_by_role("heading", name=re.compile(r"^\d{3} \d{3}$")).wait_for()


def _explore(page):
    page.wait_for_selector(f"{READY} .interventions:not(.waiting) button")
    page.locator(".explore details summary").click()


def _errors(page):
    page.locator(".gallery button").first.click()
    page.get_by_text("Open in Explore").wait_for()
    page.get_by_role("button", name="Export").click()


def _models(page):
    page.get_by_role("heading", level=1).wait_for()
    file = {"name": "note.pth", "mimeType": "application/zip", "buffer": b"no weights"}
    field = "[data-testid=stMain] [data-testid=stFileUploader] input"
    page.locator(field).set_input_files(file)
    page.get_by_text("note.pth").first.wait_for()


def _own_classes(page):
    for number, kind in enumerate(("disk", "square"), 1):
        card = page.locator(f".st-key-own_class_{number}")
        files = [
            {"name": name, "mimeType": "image/jpeg", "buffer": data}
            for name, data in shapes(kind, 2)
        ]
        card.locator("input[type=file]").set_input_files(files)
        card.get_by_text("2 images").wait_for()
        settle(page)
    page.locator(".st-key-own_learn button").click()
    page.locator(".st-key-own_look button").wait_for()


def _shows(selector):
    return lambda page: page.locator(selector).first.wait_for()


ACTS = {
    "overview": _overview,
    "course": _course,
    "explore": _explore,
    "tokens": _shows(".tokens[data-state=ready]"),
    "occlusion": _shows(".occlusion[data-state=ready]:not(.computing)"),
    "compare": _shows(".cells[data-maps] canvas.data"),
    "detect": _shows(".detections .frame[data-boxes]"),
    "explanations": _shows("figure[data-map=grad_cam] canvas.data"),
    "errors": _errors,
    "cost": _shows(".js-plotly-plot .main-svg"),
    "models": _models,
    "own_classes": _own_classes,
    "about": _shows("h1"),
}


def knock(server, **asking) -> None:
    """Ask for a live connection as a foreign page does; it is refused."""
    address = server.replace("http", "ws", 1) + "/_stcore/stream"
    with pytest.raises(InvalidStatus), connect(address, subprotocols=["streamlit"], **asking):
        pass


@pytest.mark.usefixtures("runs_home")
def test_a_walk_over_all_pages_asks_no_other_machine_for_anything(ear, tmp_path):
    t = translator("en")
    calls = tmp_path / "calls"
    browser, noted = ear()
    with (
        serving(*listening_to(calls), TMPDIR=str(tmp_path)) as server,
        opening(Browsers(browser)) as open_,  # which looks at every request of the pages, too
    ):
        here = server.replace("127.0.0.1", "localhost")
        page = open_(f"{here}/explore")
        upload(page, "own.png", saved(noise(480, 360), "PNG"))
        for one in PAGES:
            menu = page.get_by_test_id("stSidebar")
            menu.get_by_role("link", name=t(one.title), exact=True).click()
            expect(page.get_by_test_id("stApp")).to_be_visible()
            ACTS[one.name](page)
            settle(page)
            assert hints(page) == [], one.name
        for origin in ("http://elsewhere.example", "http://localhost:1", "null"):
            knock(server, origin=origin)
        knock(server, additional_headers={"Host": "elsewhere.example"})
    browser.close()
    assert asked_by_process(calls) == []
    assert asked_by_browser(noted) == []


def test_the_ears_hear_what_is_refused_and_what_is_not_python(ear, tmp_path):
    calls = tmp_path / "calls"
    native = "ctypes.CDLL(None).getaddrinfo(b'native.example', None, None, ctypes.byref(found))"
    asking = (
        "import contextlib, ctypes, socket; found = ctypes.c_void_p()\n"
        "with contextlib.suppress(OSError): socket.create_connection(('127.0.0.1', 1))\n"
        f"{native}"
    )
    subprocess.run([*listening_to(calls), sys.executable, "-c", asking], check=True)
    assert "ECONNREFUSED" in asked_by_process(calls)[0]
    assert len(asked_by_process(calls)) > 1

    browser, noted = ear()
    page = browser.new_page()
    with page.expect_event("requestfailed"):
        page.set_content("<img src=http://asked.example/x>")
    page.set_content("<link rel=preconnect href=http://ahead.example>")
    assert hints(page) == ["http://ahead.example/"]
    browser.close()
    assert asked_by_browser(noted) == ["http://asked.example/x"]
