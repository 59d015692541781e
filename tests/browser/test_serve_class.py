"""A class on the network: joined from an address that is not this computer's own name."""

import os
import re
import subprocess
import sys
import urllib.request

import pytest

from tests.browser.conftest import ROOT, Server, free_port, rest
from transcnn.cli.server import local_address
from transcnn.errors import NoNetwork


@pytest.fixture(scope="module")
def class_links(tmp_path_factory, runs_home):
    """The links that the command prints: of learners and of the teacher."""
    try:
        address = local_address()
    except NoNetwork:
        pytest.skip("this computer is on no network")
    folder, port = tmp_path_factory.mktemp("class"), free_port()
    assert runs_home.is_dir(), "the server inherits it"
    command = [sys.executable, "-u", "-m", "transcnn", "class", "--port", str(port)]
    environment = {**os.environ, "TMPDIR": str(folder)}
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    try:
        Server(f"http://{address}:{port}").wait()
        printed = (folder / "log").read_text(encoding="utf-8")
        yield re.findall(r"http://\S+/course\S+", printed)
    finally:
        os.killpg(process.pid, 15)
        process.wait(20)


def opened(browsers, address, until, **options):
    page = browsers.take(**options).new_page()
    page.goto(address)
    page.wait_for_selector(until)
    rest(page)
    return page


def test_a_learner_joins_from_another_address_by_the_link_alone(class_links, browsers):
    join, teach = class_links
    assert "localhost" not in join
    teacher = opened(browsers, teach, ".st-key-class_podium")
    teacher.get_by_text(join.partition("://")[2]).wait_for()
    assert "key=" in teach
    assert "key=" not in teacher.url
    phone = {"viewport": {"width": 390, "height": 844}}
    learner = opened(browsers, join, ".st-key-class_join button", **phone)
    learner.get_by_label("Your name").fill("Ada")
    learner.locator(".st-key-class_join button").click()
    learner.locator(".st-key-class_bar").wait_for()
    teacher.get_by_text("1 joined").wait_for()


def test_the_ordinary_app_is_not_reached_from_the_network(server):
    try:
        address = local_address()
    except NoNetwork:
        pytest.skip("this computer is on no network")
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(server.replace("localhost", address), timeout=5)
