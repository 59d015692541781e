"""Compare in a browser: by keyboard and mouse, both pictures at once, kept in the link."""

import re

from playwright.sync_api import expect

from transcnn.classifier import Classifier
from transcnn.pictures.samples import samples

READY = ".cells[data-maps] canvas.data"


def test_a_place_picked_in_one_map_asks_in_both_and_the_link_keeps_it(server, open_page):
    page = open_page(f"{server}/compare?picture=zebra&with=lion&stage=3", until=READY)
    board = page.locator('figure[data-map="A/picture"] canvas.data')
    board.focus()
    page.keyboard.press("ArrowRight")  # to where the token is
    said = page.locator('figure[data-map="B/picture"] .says')
    expect(page.locator('figure[data-map="A/picture"] .says')).not_to_be_empty()
    expect(said).to_have_text(page.locator('figure[data-map="A/picture"] .says').inner_text())
    side = board.bounding_box()["width"] / 7
    board.click(position={"x": 2.5 * side, "y": 4.5 * side})
    page.wait_for_url("**token=4%2C2**")
    page.wait_for_selector('figure[data-map="B/0"][data-start="4,2"]')
    level = page.locator('figure[data-map="B/0"] canvas.data')
    level.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**token=3%2C2**")

    again = open_page(page.url, until=READY)
    again.locator(".numbers summary").click()
    expect(again.locator(".numbers table")).to_have_count(2)  # the second picture's come later
    rows = again.locator(".numbers table").evaluate_all(
        """tables => tables.map(table =>
          [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent)))"""
    )
    clf = Classifier()
    for name, shown in zip(("zebra", "lion"), rows, strict=True):
        trace = clf.trace(next(s.path for s in samples() if s.name == name))
        [reading] = trace.read(3, 0, (3, 2))
        multiples = reading.multiple.mean(0)
        for place, value in shown:
            row, column = (int(n) - 1 for n in place.split(", "))
            assert abs(float(value.split("×")[0]) / multiples[row, column] - 1) < 0.006


def test_the_browser_goes_back_to_the_place_before(server, open_page):
    page = open_page(f"{server}/compare?picture=zebra&with=lion&stage=3&token=3,2", until=READY)
    board = page.locator('figure[data-map="A/picture"] canvas.data')
    side = board.bounding_box()["width"] / 7
    board.click(position={"x": 5.5 * side, "y": 0.5 * side})
    page.wait_for_url("**token=0%2C5**")
    page.wait_for_selector('figure[data-map="A/0"][data-start="0,5"]')  # maps follow the address
    page.mouse.move(0, 0)  # what lies under the pointer would be shown again
    shown = page.locator('figure[data-map="A/0"] .says')
    page.go_back()
    page.wait_for_url("**token=3%2C2**")
    page.wait_for_selector('figure[data-map="A/0"][data-start="3,2"]')
    page.locator('figure[data-map="A/0"] canvas.data').focus()
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_text(re.compile("^row 4, column 3:"))
