"""The handout in a browser without a network: it asks nothing of one, and prints sheets apart."""

import re

import pytest

from tests.browser.conftest import opening


@pytest.fixture(scope="module")
def sheet(server, browsers, tmp_path_factory):
    """The file that the Course page gives."""
    with opening(browsers) as open_:
        page = open_(f"{server}/course?picture=zebra&step=2.1&lang=zh", until=".cells canvas")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="第 2 章讲义").click()
        file = tmp_path_factory.mktemp("handout") / waiting.value.suggested_filename
        waiting.value.save_as(file)
    return file


def test_the_file_opens_offline_asks_for_nothing_and_says_nothing_on_the_console(chromium, sheet):
    context = chromium.new_context(offline=True, viewport={"width": 390, "height": 844})
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(sheet.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [sheet.as_uri()]
    assert said == []
    assert page.get_by_role("heading", name="第二章").count() == 1
    heights = page.evaluate("[...document.querySelectorAll('math')].map(m => m.clientHeight)")
    assert len(heights) >= 8, "an equation a step, masked and live"
    assert min(heights) > 10, "set by the browser itself"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "also on a phone"
    context.close()


def test_answers_begin_on_a_page_of_their_own_on_a4(chromium, sheet):
    page = chromium.new_page()
    page.goto(sheet.as_uri())
    whole = page.pdf(prefer_css_page_size=True)
    page.evaluate("document.querySelectorAll('.sheet')[2].remove()")
    without = page.pdf(prefer_css_page_size=True)
    page.close()

    def pages(pdf):
        return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))

    assert re.search(rb"/MediaBox\s*\[0 0 59\d(\.\d+)? 84\d", whole), "A4 in points"
    assert 4 <= pages(without) < pages(whole) <= 16
