"""The course in a browser: predicted, revealed and explained by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from transcnn.analysis.contributions import contributions
from transcnn.classifier import Classifier
from transcnn.course.lessons import load_lesson
from transcnn.course.steps import find_step
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples


def tab_to(page, wanted, limit=80):
    """Press Tab until the focused element is `wanted`: a JavaScript test of `e`."""
    inside = """() => {
      let e = document.activeElement;
      while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
      return e && (e => WANTED)(e);
    }""".replace("WANTED", wanted)
    for _ in range(limit):
        if page.evaluate(inside):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def choose_sureness_and_keep(page):
    tab_to(page, "e.type === 'radio' && !!e.closest('[class*=\"st-key-sure\"]')")
    page.keyboard.press("Space")
    tab_to(page, "e.tagName === 'BUTTON' && !!e.closest('[class*=\"st-key-keep\"]')")
    page.keyboard.press("Enter")
    settle(page)


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "zh"])
def test_a_step_is_predicted_and_revealed_by_keyboard(server, open_page, language):
    """2.1: a cell to be picked, a number to be typed."""
    lesson = load_lesson(find_step("2.1"), language)
    page = open_page(
        f"{server}/course?picture=zebra&step=2.1&lang={language}", until=".cells canvas"
    )
    expect(page.locator("[data-testid=stMain]")).not_to_contain_text(lesson.why)
    tab_to(page, "e.tagName === 'CANVAS' && e.classList.contains('data')")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    settle(page)
    choose_sureness_and_keep(page)
    tab_to(page, "e.type === 'text' && !!e.closest('[data-testid=stForm]')")
    page.keyboard.type("3")
    choose_sureness_and_keep(page)
    tab_to(page, "e.tagName === 'BUTTON' && !!e.closest('.st-key-course_reveal')")
    page.keyboard.press("Enter")
    page.get_by_text(lesson.why).wait_for()
    settle(page)
    expect(page.locator(".cells figure.small")).to_have_count(7)
    tab_to(page, "e.tagName === 'BUTTON' && !!e.closest('.st-key-course_go_on')")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2.2").wait_for()


def test_a_number_of_the_hand_map_is_edited_and_everything_is_computed_anew(server, open_page):
    page = open_page(f"{server}/course?step=1.2", until=".hand input")
    field = page.get_by_label("row 1, column 2", exact=True)
    field.fill("2")
    field.press("Tab")
    page.get_by_text("In the top-left grid, the query token has x = 2.").wait_for()


def test_a_link_brings_back_step_picture_and_query(server, open_page):
    page = open_page(f"{server}/course?picture=lion&step=1.4", until=".cells canvas")
    canvas = page.locator(".cells canvas.data")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 0.93, "y": box["height"] * 0.07})
    page.wait_for_url("**at=16%2C208**")
    page.wait_for_url("**step=1.4**")
    assert "picture=lion" in page.url
    again = open_page(page.url, until=".cells canvas")
    assert again.url == page.url


def test_a_grid_is_drawn_by_keyboard_from_corner_to_corner(server, open_page):
    page = open_page(f"{server}/course?picture=zebra&step=3.1", until=".cells canvas")
    tab_to(page, "e.tagName === 'CANVAS' && e.classList.contains('data')")
    page.keyboard.press("ArrowUp")  # to the asker's token, row 31, column 17
    page.keyboard.press("Enter")
    page.get_by_text("row 31, column 17", exact=True).wait_for()
    settle(page)
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("rows 31 to 32, columns 17 to 19", exact=True).wait_for()


def test_a_vote_is_read_off_the_board_in_percent_of_the_strongest(server, open_page):
    """4.5 before the reveal: the board of the lion, cell by cell, in words."""
    sample = next(s for s in samples() if s.name == "lion")
    classifier = Classifier()
    pixels, _ = prepare(decode(sample.path.read_bytes()), 224)
    logits = classifier.logits(pixels[None])[0].numpy()
    found = contributions(classifier, pixels, logits)
    boards = [v / abs(v).max() for v in map(found.of_class, logits.argsort()[::-1][:2])]
    page = open_page(f"{server}/course?picture=lion&step=4.5", until=".cells canvas")
    canvas = page.locator(".cells canvas.data").first
    box, on_progress = canvas.bounding_box(), []
    for row, column in ((0, 0), (2, 3), (6, 6)):
        at = {"x": box["width"] * (column + 0.5) / 7, "y": box["height"] * (row + 0.5) / 7}
        canvas.click(position=at)
        settle(page)
        says = page.locator(".cells .says").first.inner_text()
        on_progress.append(float(says.split("·")[1].replace("−", "-")))
    expected = [[round(100 * v[y, x], 1) for y, x in ((0, 0), (2, 3), (6, 6))] for v in boards]
    assert any(on_progress == pytest.approx(one, abs=0.11) for one in expected)
    assert expected[0] != pytest.approx(expected[1], abs=0.5)


def test_the_browsers_way_back_leads_to_the_step_before(server, open_page):
    page = open_page(f"{server}/course?picture=zebra&step=1.3", until=".cells canvas")
    page.locator(".st-key-course_next button").click()
    page.wait_for_url("**step=1.4**")
    page.get_by_role("heading", name="1.4").wait_for()
    settle(page)
    page.go_back()
    page.get_by_role("heading", name="1.3").wait_for()
    page.wait_for_url("**step=1.3**")


def test_a_box_is_drawn_and_a_cell_to_be_covered_picked_by_keyboard(server, open_page):
    """5.5 of a picture that is answered wrongly, and that no cell helps can be said too."""
    page = open_page(f"{server}/course?picture=shark&step=5.5", until=".cells canvas")
    page.get_by_text("The box covers 57 % of the image").wait_for()
    tab_to(page, "e.tagName === 'CANVAS' && e.classList.contains('data')")
    for key in ("ArrowUp", "Enter"):  # to the middle, row 4, column 4
        page.keyboard.press(key)
    settle(page)
    for key in ("ArrowUp", "ArrowLeft", "Enter"):  # to row 3, column 3
        page.keyboard.press(key)
    page.get_by_text("The box covers 8 % of the image").wait_for()
    settle(page)
    page.keyboard.press("Tab")  # the second board
    for key in ("ArrowUp", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("row 4, column 5", exact=True).wait_for()
    settle(page)
    tab_to(page, "e.tagName === 'BUTTON' && !!e.closest('[class*=\"st-key-none\"]')")
    page.keyboard.press("Enter")
    page.locator("strong", has_text="No grid helps").wait_for()


def test_sentences_are_ticked_by_keyboard_and_the_claim_leads_to_its_reading(server, open_page):
    page = open_page(f"{server}/course?picture=lion&step=5.6", until=".cells canvas")
    tab_to(page, "e.type === 'checkbox' && !!e.closest('[class*=\"st-key-guess\"]')")
    page.keyboard.press("Space")
    choose_sureness_and_keep(page)
    tab_to(page, "e.tagName === 'BUTTON' && !!e.closest('.st-key-course_reveal')")
    page.keyboard.press("Enter")
    page.get_by_text("Claim card", exact=True).wait_for()
    settle(page)
    expect(page.get_by_text("Correct.", exact=False)).to_have_count(1)
    card = page.locator("[data-testid=stCode]").inner_text()
    link = card[card.index("http") :].replace("\n", "").split()[0]
    there = open_page(link)
    assert all(
        part in there.url for part in ("picture=lion", "stage=2", "block=2", "intervention=off")
    )
