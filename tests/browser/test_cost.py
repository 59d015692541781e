"""The Cost page in a real browser: curves, sliders by keyboard, the link."""

import xml.etree.ElementTree as ElementTree

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import open_export

CHART = ".js-plotly-plot .main-svg"
LEVELS = '[data-testid=stSlider]:has-text("Levels") input[type=range]'


def test_the_curves_stand_and_a_link_opens_the_same_choice(server, open_page):
    page = open_page(f"{server}/cost?channels=64&heads=1&levels=3&grid0=4&memory=true", CHART)

    page.get_by_text("H-MHSA (4, 2) costs less than MHSA").wait_for()
    lines = page.locator(".js-plotly-plot .scatterlayer .trace")
    expect(lines).to_have_count(11)  # nine layers, the crossings, the stages
    expect(page.locator(".katex").first).to_be_visible()


def test_a_choice_by_keyboard_is_in_the_link_and_survives_a_reload(server, open_page):
    page = open_page(f"{server}/cost", CHART)

    page.locator(LEVELS).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**levels=3**")
    page.reload()
    page.wait_for_selector(CHART)

    expect(page.get_by_text("Grid size, level 2")).to_be_visible()


def test_who_comes_back_finds_the_choice_that_was_left(server, open_page):
    page = open_page(f"{server}/cost?levels=3", CHART)

    page.get_by_role("link", name="Explore", exact=True).click()

    page.wait_for_selector(".explore[data-state=ready]")
    page.wait_for_url(lambda address: "levels" not in address)
    page.get_by_role("link", name="Cost").click()
    page.wait_for_selector(CHART)
    page.wait_for_url("**levels=3**")


def test_the_page_fits_a_phone_in_chinese(server, open_page):
    page = open_page(
        f"{server}/cost?lang=zh", CHART, viewport={"width": 390, "height": 844}, color_scheme="dark"
    )

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.get_by_text("注意力的计算量有多大")).to_be_visible()


def test_the_curves_leave_as_pictures_with_all_their_lines(server, open_page):
    page = open_page(f"{server}/cost", CHART)

    open_export(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Figure (SVG)").click()
    drawing = ElementTree.parse(waiting.value.path()).getroot()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Figure (PNG)").click()
    picture = Image.open(waiting.value.path()).convert("RGB")

    texts = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {"MHSA", "H-MHSA (8)", "Linformer", "4096"} <= texts
    width, height = (float(drawing.attrib[name]) for name in ("width", "height"))
    assert picture.size == (2 * round(width), 2 * round(height))
    colours = {colour for _, colour in picture.getcolors(1 << 24)}
    assert {(0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73)} <= colours, "the lines of MHSA and H-MHSA"
