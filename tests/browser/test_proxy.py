"""Served to others: behind nginx, under another name and a path, by two servers."""

import getpass
import http.client
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import (
    CHROMIUM,
    FLAGS,
    PATIENCE_MS,
    READY,
    ROOT,
    TRAFFIC,
    Server,
    free_port,
    upload,
)
from transcnn.pictures.samples import samples

NAME, PATH = "lab.example", "transcnn"

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None,
    reason="no nginx: `apt-get install nginx-light` brings it",
)


def written(folder, ports, port):
    """The documented file, for these ports, without a certificate, and with all in one folder."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8501", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8502", f"127.0.0.1:{ports[1]}"),
        ("listen 443 ssl", f"listen {port}"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    lines = [line for line in text.splitlines() if "ssl_certificate" not in line]
    paths = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"user {getpass.getuser()}; pid {folder}/pid; daemon off; error_log {folder}/log;\n"
        "events {}\n"
        f"http {{\naccess_log off;\n{paths}\n" + "\n".join(lines) + "\n}\n"
    )
    return file


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    public, ports = f"http://{NAME}:{port}/{PATH}", [free_port(), free_port()]
    with (folder / "log").open("w", encoding="utf-8") as log:
        started = [
            subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
            for command in (
                ["nginx", "-c", written(folder, ports, port)],
                *(
                    [sys.executable, "-m", "transcnn", "app", "--port", str(p), "--public", public]
                    for p in ports
                ),
            )
        ]
    try:
        for p in ports:
            Server(f"http://127.0.0.1:{p}/{PATH}").wait()
        yield public
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)


@pytest.fixture
def elsewhere(chromium):
    """A page on another computer, for which the name leads to the proxy."""
    flags = (*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=list(flags))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(path=TRAFFIC)
    page.set_default_timeout(PATIENCE_MS)
    yield page
    browser.close()


def test_a_link_under_the_path_opens_its_place_and_the_menu_stays_under_the_path(
    elsewhere, address
):
    elsewhere.goto(f"{address}/explore?picture=zebra&token=3,2")
    elsewhere.wait_for_selector(READY)
    assert elsewhere.url.startswith(f"{address}/explore?")
    elsewhere.get_by_role("link", name="Tokens", exact=True).click()
    elsewhere.wait_for_url(f"{address}/tokens**")
    elsewhere.wait_for_selector("canvas.data")


def test_an_image_comes_through_the_proxy_to_the_server_of_its_session(elsewhere, address):
    elsewhere.goto(f"{address}/explore")
    elsewhere.wait_for_selector(READY)
    own = next(sample.path for sample in samples() if sample.name == "pizza")
    upload(elsewhere, "own.jpg", own.read_bytes())
    elsewhere.get_by_role("radio", name="own.jpg", checked=True).wait_for()  # its thumbnail


@pytest.mark.parametrize(("name", "status"), [(NAME, 101), ("elsewhere.example", 400)])
def test_a_page_of_another_name_gets_no_session(address, name, status):
    port = urlsplit(address).port
    headers = {
        "Host": f"{name}:{port}", "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    proxy = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    proxy.request("GET", f"/{PATH}/_stcore/stream", headers=headers)
    assert proxy.getresponse().status == status
    proxy.close()
