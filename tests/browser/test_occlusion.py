"""Occlusion in a real browser: hide by mouse and keyboard, see the numbers of the package."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle, wait_until
from transcnn.analysis.occlusion import PatchDonors, drawn_cells, occlude, run_occluded
from transcnn.classifier import Classifier
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

READY = ".occlusion[data-state=ready]:not(.computing)"


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


@pytest.fixture(scope="module")
def run():
    pixels = {
        f"samples/{s.name}.jpg": prepare(decode(s.path.read_bytes()), 224)[0] for s in samples()
    }
    names = sorted(pixels)
    name = "samples/elephant.jpg"
    return PatchDonors(name, names.index(name), [pixels[n] for n in names])


def expected(classifier, run, cells, fill="patches"):
    return run_occluded(classifier, run.pictures[run.index], occlude(run, cells, fill, 0.4), cells)


def check_answers(page, found):
    for name, outcome in ((".attention", found.with_attention), (".backbone", found.backbone)):
        labels = page.locator(f"{name} .top .name")
        expect(labels).to_have_text([a.name.label for a in outcome.top])
        shares = page.locator(f"{name} .top .value").all_inner_texts()
        for text, answer in zip(shares, outcome.top, strict=True):
            if text.startswith("<"):
                assert answer.probability < 0.0006
            else:
                assert float(text.split()[0]) == pytest.approx(100 * answer.probability, abs=0.51)


def wait_for(page, change):
    """Do something, and wait until the network has answered to it."""
    before = page.locator(".occlusion").get_attribute("data-shown")
    change()
    page.wait_for_selector(f"{READY}:not([data-shown='{before}'])")
    settle(page)


def test_the_page_shows_both_networks_on_the_hidden_picture(server, open_page, classifier, run):
    page = open_page(f"{server}/occlusion?picture=elephant", until=READY)
    cells = drawn_cells("samples/elephant.jpg", 0.4, (7, 7))
    found = expected(classifier, run, cells)
    check_answers(page, found)
    for outcome in (found.with_attention, found.backbone):
        expect(page.locator(".verdict")).to_contain_text(outcome.top[0].name.label)
    expect(page.locator(".masked-count")).to_have_text(re.compile("^20 of 49"))


def test_mouse_and_keyboard_hide_and_show_and_the_link_keeps_it(server, open_page, classifier, run):
    page = open_page(f"{server}/occlusion?picture=elephant", until=READY)
    cells = set(drawn_cells("samples/elephant.jpg", 0.4, (7, 7)))
    canvas = page.locator("canvas.input")
    side = canvas.bounding_box()["width"] / 7
    free = next(c for c in ((y, x) for y in range(7) for x in range(7)) if c not in cells)
    click = {"x": (free[1] + 0.5) * side, "y": (free[0] + 0.5) * side}
    wait_for(page, lambda: canvas.click(position=click))
    cells ^= {free}

    canvas.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    wait_for(page, lambda: page.keyboard.press("Space"))
    cells ^= {(1, 1)}
    check_answers(page, expected(classifier, run, cells))

    wait_until(page, "location.search.includes('occluded=')")
    again = open_page(page.url, until=READY)
    check_answers(again, expected(classifier, run, cells))
    expect(again.locator(".masked-count")).to_have_text(re.compile(f"^{len(cells)} of 49"))


def test_gray_and_the_share_of_own_places_that_the_table_adds_up_to(
    server, open_page, classifier, run
):
    page = open_page(f"{server}/occlusion?picture=elephant&stage=3&block=1&token=2,5", until=READY)
    wait_for(page, lambda: page.locator(".choices.fill button").nth(1).click())
    cells = drawn_cells("samples/elephant.jpg", 0.4, (7, 7))
    found = expected(classifier, run, cells, "gray")
    check_answers(page, found)

    page.locator("summary").click()
    expect(page.locator(".occlusion table tbody tr")).to_have_count(49)
    rows = page.locator(".occlusion table tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    reading = next(r for r in found.readings if (r.stage, r.block) == (3, 1))
    for place, hidden, multiple, share in rows:
        y, x = (int(n) - 1 for n in place.split(", "))
        value = float(reading.weights[2 * 7 + 5, 7 * y + x])
        assert (hidden == "masked") == ((y, x) in cells)
        assert float(share.split()[0]) == pytest.approx(100 * value, abs=0.02)
        if not multiple.startswith("<"):
            assert float(multiple[:-1]) == pytest.approx(49 * value, rel=0.01)


def test_on_a_phone_a_hook_hides_one_place_and_nothing_is_wider_than_the_screen(server, open_page):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = open_page(f"{server}/occlusion?picture=elephant&share=0", until=READY, **phone)
    expect(page.locator(".masked-count")).to_have_text(re.compile("^0 of 49"))
    wait_for(page, lambda: page.locator("canvas.input").tap(position={"x": 60, "y": 60}))
    expect(page.locator(".masked-count")).to_have_text(re.compile("^1 of 49"))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
