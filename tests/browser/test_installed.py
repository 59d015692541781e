"""The app of the installed package, started in an empty folder."""

import os
import subprocess

import pytest

from tests.browser.conftest import READY, Server, free_port
from tests.installed import environment, install


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("wheel"), free_port()
    empty = tmp_path_factory.mktemp("empty")
    command = [install(folder), "-m", "transcnn", "app", "--port", str(port), "--folders", empty]
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=empty, stdout=log, stderr=log, env=environment(), start_new_session=True
        )
    server = Server(f"http://127.0.0.1:{port}")
    try:
        server.wait()
        yield server
    finally:
        os.killpg(process.pid, 15)
        process.wait(20)


def test_the_app_opens_with_its_components_its_logo_and_its_colours(address, chromium):
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/explore?picture=zebra")
    page.wait_for_selector(READY)
    assert page.locator("[data-testid=stSidebarLogo], [data-testid=stHeaderLogo]").count() >= 1
    body = page.locator(".stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    assert body == "rgb(251, 250, 247)", "the theme of the package's own configuration"


def test_the_errors_page_may_read_the_folders_that_were_named(address, chromium):
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/errors")
    page.get_by_role("heading", level=1).wait_for()
    assert page.get_by_text("TRANSCNN_FOLDERS").count() == 0


def test_without_the_snapshots_the_sidebar_says_how_to_get_them(address, chromium):
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/explore?model=transcnn_nano@0.089")
    page.wait_for_selector(READY)
    told = page.get_by_test_id("stSidebar").get_by_text("transcnn_nano during its training")
    assert told.inner_text().endswith("pip install transcnn-snapshots brings it.")
