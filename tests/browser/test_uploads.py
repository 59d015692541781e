"""What a person may send: no more than the limit, whatever its name."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import READY, settle, upload
from tests.pictures.files import noise, saved
from transcnn.limits import limits

SMALL = saved(noise(40, 60), "PNG")
MAX_MB = limits().upload_image_mb
TOO_LARGE = b"BM" + bytes(MAX_MB * 2**20)  # by two bytes


def in_place_of_the_next_upload(page, data):
    """Send `data` as a browser would whose check somebody has taken out; gives the answers."""
    answers = []

    def send(route):
        body = route.request.post_data_buffer
        assert SMALL in body
        answer = route.fetch(post_data=body.replace(SMALL, data))
        answers.append(answer.status)
        route.fulfill(response=answer)

    page.route(re.compile("/_stcore/upload_file/"), send)
    return answers


def choose_file(page):
    file = {"name": "small.png", "mimeType": "image/png", "buffer": SMALL}
    page.locator("input[type=file]").set_input_files(file)


def test_a_picture_above_the_limit_that_was_sent_all_the_same_is_one_sentence(server, open_page):
    page = open_page(f"{server}/explore?picture=zebra")
    before = page.locator(".explore").get_attribute("data-shown")
    answers = in_place_of_the_next_upload(page, TOO_LARGE)
    choose_file(page)
    page.wait_for_selector(".explore[data-state=error]")
    assert answers == [204]
    said = re.compile(rf"^\s*This file is larger than {MAX_MB} MB\.")
    expect(page.locator(".message")).to_have_text(said)
    page.locator(".message button").click()
    page.wait_for_selector(READY)
    expect(page.locator(".explore")).to_have_attribute("data-shown", before)
    settle(page)
    page.unroute_all()
    choose_file(page)
    page.wait_for_selector(f"{READY}:not([data-shown='{before}'])")


HOSTILE = [
    "<img src=x onerror=globalThis.hurt=1>.png",
    "[a](javascript:globalThis.hurt=1) **bold** $x^2$.png",
    pytest.param("<script>globalThis.hurt=1</script>.png", marks=pytest.mark.long),
    pytest.param("../../../etc/photo.png", marks=pytest.mark.long),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_a_file_is_shown_as_text_and_nothing_else(server, open_page, name):
    page = open_page(f"{server}/explore?picture=zebra")
    upload(page, name, SMALL)
    chip = page.get_by_test_id("stFileChipName")
    expect(chip).to_have_attribute("title", name)
    assert chip.evaluate("e => e.children.length") == 0
    assert chip.inner_text()[:5] == name[:5]
    for address in ("Tokens", "Occlusion", "About", "Explore"):
        page.get_by_role("link", name=address).first.click()
        settle(page)
    page.wait_for_selector(READY)
    assert page.evaluate("globalThis.hurt") is None
    strange = "img[src='x'], [href^=javascript], strong:has-text('bold'), .katex"
    assert page.locator(strange).count() == 0
