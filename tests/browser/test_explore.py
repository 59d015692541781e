"""Explore in a real browser: click, keys, links, uploads, screens."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_export, rest, rows_of, settle, wait_until
from transcnn.analysis.ablation import rerun
from transcnn.classifier import Classifier
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.trace import Where

PHOTO = "canvas.photo"
MAPS = ".level > canvas"


def drawn(page) -> str:
    rest(page, pause=0)
    return page.locator(PHOTO).get_attribute("data-drawn")


def wait_for_drawn(page, what):
    """Until the photo and the maps are drawn for "row,column/stage/block"."""
    for canvas in (page.locator(PHOTO), page.locator(MAPS).first):
        expect(canvas).to_have_attribute("data-drawn", what)


def pixels(canvas) -> str:
    return canvas.evaluate("canvas => canvas.toDataURL()")


def sample(name: str):
    return next(s for s in samples() if s.name == name)


@pytest.fixture(scope="module")
def classifier():
    return Classifier("transcnn_lite0")


def test_a_click_moves_the_token_and_redraws_every_level_at_once(server, open_page):
    page = open_page(f"{server}/explore?picture=zebra")
    before = [pixels(page.locator(MAPS).nth(i)) for i in (0, 1)]
    here = drawn(page)
    page.locator(PHOTO).click(position={"x": 30, "y": 280})
    for canvas in (page.locator(PHOTO), page.locator(MAPS).nth(1)):
        expect(canvas).not_to_have_attribute("data-drawn", here)
        expect(canvas).to_have_attribute("data-drawn", re.compile(r"^\d+,\d+/0/0$"))
    after = [pixels(page.locator(MAPS).nth(i)) for i in (0, 1)]
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_the_token_moves_by_keyboard_alone_from_the_top_of_the_page(server, open_page):
    page = open_page(f"{server}/explore?token=10,10")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "photo":
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    wait_for_drawn(page, "9,11/0/0")
    page.keyboard.press("Shift+ArrowDown")
    wait_for_drawn(page, "17,11/0/0")  # with Shift a whole grid of 8 tokens
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
    wait_for_drawn(page, "17,0/0/0")  # the edge holds
    wait_until(page, "location.search.includes('token=17%2C0')")
    wait_until(page, LIVE_SAYS, arg="Query token at row 18, column 1.")


FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.classList.contains('photo') ? 'photo' : '';
}"""

LIVE_SAYS = """text => {
  const hosts = [...document.querySelectorAll('*')].filter(e => e.shadowRoot);
  const live = hosts.map(h => h.shadowRoot.querySelector('[aria-live]')).find(Boolean);
  return live.textContent.startsWith(text);
}"""


def test_a_link_restores_what_was_seen(server, open_page):
    page = open_page(f"{server}/explore?picture=lion")
    page.locator(".stage-name").nth(2).click()
    page.locator(".more-button").click()
    page.locator(".choices").nth(0).locator("button").nth(3).click()
    page.locator(".choices").nth(1).locator("button").nth(2).click()
    page.locator(PHOTO).click(position={"x": 200, "y": 100})
    wait_until(page, "location.search.includes('head=1')")
    token = drawn(page).split("/")[0].replace(",", "%2C")  # the strongest one may stand there first
    wait_until(page, f"location.search.includes('token={token}')")
    settle(page)
    again = open_page(page.evaluate("location.href"))
    wait_for_drawn(again, drawn(page))
    for part in (".say", ".facts"):
        expect(again.locator(part)).to_have_text(page.locator(part).all_text_contents())


@pytest.mark.parametrize(
    ("stage", "block", "head", "token"),
    [
        (0, 0, None, (18, 32)),
        (3, 1, 0, (3, 6)),
        pytest.param(1, 0, 4, (0, 27), marks=pytest.mark.long),
        pytest.param(2, 3, None, (13, 13), marks=pytest.mark.long),
    ],
)
def test_the_tables_show_the_numbers_that_python_reads(
    server, open_page, classifier, stage, block, head, token
):
    link = f"picture=elephant&stage={stage}&block={block}&token={token[0]},{token[1]}"
    link += "" if head is None else f"&head={head}"
    page = open_page(f"{server}/explore?{link}")
    page.locator("summary").click()
    readings = classifier.trace(sample("elephant").path).read(stage, block, token)
    tables = page.locator("table")
    expect(tables).to_have_count(len(readings))
    for table, reading in zip(tables.all(), readings, strict=True):
        expected = reading.multiple.mean(0) if head is None else reading.multiple[head]
        expect(table.locator("tbody tr")).to_have_count(expected.size)
        rows = rows_of(table)
        for place, multiple, share in rows:
            row, column = (int(part) - 1 for part in place.split(","))
            value = float(expected[row, column])
            if not multiple.startswith("<"):
                shown = float(multiple.rstrip("×"))
                assert shown == pytest.approx(value, rel=0.006), "three figures"
            assert float(share.split()[0]) == pytest.approx(
                100 * value / expected.size, abs=0.006 + 0.0003 * 100 * value / expected.size
            )
        values = [float(expected[tuple(int(p) - 1 for p in r[0].split(","))]) for r in rows]
        assert np.all(np.diff(values) <= 0.0003 * np.array(values[:-1])), "largest first"


def test_the_predictions_on_the_page_are_those_of_predict(server, open_page, classifier):
    page = open_page(f"{server}/explore?picture=espresso")
    names = [a.name.label for a in classifier.predict(sample("espresso").path).top]
    expect(page.locator(".top .name")).to_have_text(names)


def test_the_ablation_tiles_show_the_recomputed_predictions(server, open_page, classifier):
    page = open_page(f"{server}/explore?picture=elephant")
    page.wait_for_selector(".interventions:not(.waiting)")
    pixels, _ = prepare(decode(sample("elephant").path.read_bytes()), 224)
    normal = classifier.trace(sample("elephant").path).logits
    lender, _ = prepare(decode(sample("espresso").path.read_bytes()), 224)
    runs = {run.intervention: run for run in rerun(classifier, pixels, normal, lender)}
    tiles = page.locator(".interventions button")
    expect(tiles).to_have_count(len(runs))
    for i, name in enumerate(list(runs)[1:], start=1):
        points = 100 * (runs[name].answer.probability - runs["on"].answer.probability)
        shown = tiles.nth(i).locator(".change").inner_text().replace("−", "-")
        assert float(shown.split()[0]) == pytest.approx(points, abs=0.06)
        logit = tiles.nth(i).locator(".logit").inner_text().replace("−", "-")
        assert logit.endswith(f"{runs[name].answer.logit:.2f}")
    tiles.nth(list(runs).index("off")).click()
    wait_until(page, "location.search.includes('intervention=off')")
    after = [a.name.label for a in runs["off"].top]
    expect(page.locator(".top .name")).to_have_text(after)
    expect(page.locator(".pair .after .name")).to_have_text(after)  # beside each other
    before = [a.name.label for a in runs["on"].top]
    expect(page.locator(".pair .before .name")).to_have_text(before)
    expect(page.locator(".maps-note")).to_contain_text("H-MHSA removed")  # and whose the maps are
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")  # after the last comes the first: the original again
    expect(page.locator(".predictions h3")).to_have_text("Prediction (top 5)")
    expect(page.locator(".maps-note")).to_be_hidden()


def test_one_level_alone_is_ablated_and_the_link_keeps_it(server, open_page, classifier):
    page = open_page(f"{server}/explore?picture=elephant&stage=1&head=3")
    page.wait_for_selector(".interventions:not(.waiting)")
    expect(page.locator(".parts button")).to_have_text(
        ["all 9 blocks", "stage 2", "this block", "its level 1", "its level 2", "its head 4"]
    )
    page.locator(".parts button", has_text="its level 2").click()
    wait_until(page, "location.search.includes('part=level1')")
    page.wait_for_selector(".interventions:not(.waiting)")
    pixels, _ = prepare(decode(sample("elephant").path.read_bytes()), 224)
    normal = classifier.trace(sample("elephant").path).logits
    lender, _ = prepare(decode(sample("espresso").path.read_bytes()), 224)
    where = Where(stage=1, block=0, level=1)
    runs = {run.intervention: run for run in rerun(classifier, pixels, normal, lender, where)}
    again = open_page(page.url)
    again.wait_for_selector(".interventions:not(.waiting)")
    for shown in (page, again):
        tiles = shown.locator(".interventions button")
        expect(tiles).to_have_count(len(runs))
        assert "mean" not in runs, "there is no mean ablation of a level"
        for i, name in enumerate(list(runs)[1:], start=1):
            logit = f"{runs[name].answer.logit:.2f}".replace("-", "−")
            expect(tiles.nth(i).locator(".logit")).to_have_text(
                re.compile(rf"(?<![−\d]){re.escape(logit)}$")
            )


def test_a_click_in_a_map_moves_the_query_token_there(server, open_page):
    page = open_page(f"{server}/explore?token=18,32")
    second = page.locator(MAPS).nth(1)
    box = second.bounding_box()
    second.click(position={"x": box["width"] * 0.5 / 7, "y": box["height"] * 6.5 / 7})
    wait_for_drawn(page, "50,0/0/0")  # the same place (2, 0) of the cell (6, 0)
    first = page.locator(MAPS).nth(0)
    box = first.bounding_box()
    first.click(position={"x": box["width"] * 7.5 / 8, "y": box["height"] * 0.5 / 8})
    wait_for_drawn(page, "48,7/0/0")


def test_pointing_at_a_token_shows_its_weight_and_row_by_keyboard_too(server, open_page):
    page = open_page(f"{server}/explore?token=18,32")
    page.locator(MAPS).nth(1).focus()
    page.keyboard.press("ArrowLeft")
    tip = page.locator(".tip.shown")
    expect(tip).to_contain_text(re.compile(r"[\d.]+× uniform, weight [\d.]+ %, row 3, column 4"))
    page.keyboard.press("Escape")
    expect(page.locator(".tip.shown")).to_have_count(0)


def test_the_view_tells_how_many_levels_a_stage_has(server, open_page):
    page = open_page(f"{server}/explore?picture=zebra")
    page.locator(".stage-name").nth(3).click()
    expect(page.locator(".level:not(.missing)")).to_have_count(1)
    title = page.locator(".level.missing h2")
    expect(title).to_have_text(re.compile("This block has no such level$"))


def test_an_uploaded_picture_is_read_and_a_bad_one_leaves_it_in_place(server, open_page):
    page = open_page(f"{server}/explore?picture=zebra")
    photo = sample("dahlia").path
    page.locator("input[type=file]").set_input_files(photo)
    wait_until(page, TOP_CLASS_IS, arg="daisy")
    wait_until(page, "!location.search.includes('picture=')")
    page.get_by_role("radio", name="dahlia.jpg", checked=True).wait_for()  # its thumbnail
    page.locator("input[type=file]").set_input_files(
        {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"this is no picture"}
    )
    page.wait_for_selector(".explore[data-state=error]")
    expect(page.locator(".message")).to_contain_text("not an image")
    page.locator(".message button").click()
    page.wait_for_selector(".explore[data-state=ready]")
    expect(page.locator(".top .name").first).to_have_text("daisy")  # the last picture is here
    page.get_by_role("link", name="About").click()
    page.get_by_role("heading", name="About this app").wait_for()
    page.get_by_role("link", name="Explore").click()
    page.wait_for_selector(".explore[data-state=ready]")
    wait_until(page, TOP_CLASS_IS, arg="daisy")


TOP_CLASS_IS = """label => {
  const hosts = [...document.querySelectorAll('*')].filter(e => e.shadowRoot);
  const name = hosts.map(h => h.shadowRoot.querySelector('.top .name')).find(Boolean);
  return name?.textContent === label;
}"""


def test_a_sample_is_picked_with_the_mouse_and_with_arrows(server, open_page):
    page = open_page(f"{server}/explore?picture=zebra")
    page.locator("[data-sample=espresso]").click()
    wait_until(page, TOP_CLASS_IS, arg="espresso")
    settle(page)
    page.keyboard.press("ArrowLeft")  # the one before: the burger
    wait_until(page, "location.search.includes('picture=burger')")
    wait_until(page, TOP_CLASS_IS, arg="cheeseburger")


def test_no_screen_scrolls_sideways_and_the_theme_is_the_persons(server, open_page):
    page = open_page(f"{server}/explore?picture=zebra", color_scheme="dark")
    expect(page.locator(".explore.dark")).to_have_count(1)
    page.emulate_media(color_scheme="light")
    expect(page.locator(".explore.dark")).to_have_count(0)
    for width in (1440, 1100, 1000, 700, 390, 360):
        page.set_viewport_size({"width": width, "height": 844})
        rest(page, pause=0)
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, width


def test_a_finger_takes_the_centre_of_a_cell_and_then_a_place_of_it(server, open_page):
    page = open_page(
        f"{server}/explore?picture=zebra",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    box = page.locator(PHOTO).bounding_box()
    page.locator(PHOTO).tap(position={"x": box["width"] * 2.2 / 7, "y": box["height"] * 1.9 / 7})
    wait_for_drawn(page, "12,20/0/0")
    first = page.locator(MAPS).nth(0)
    box = first.bounding_box()
    assert box["width"] / 8 >= 24, "places that a finger can hit"
    first.tap(position={"x": box["width"] * 0.5 / 8, "y": box["height"] * 7.5 / 8})
    wait_for_drawn(page, "15,16/0/0")


def test_the_numbers_can_be_downloaded_as_python_reads_them(server, open_page, classifier):
    page = open_page(f"{server}/explore?picture=lion&token=3,4")
    open_export(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = download.value.path().read_text(encoding="utf-8").splitlines()
    readings = classifier.trace(sample("lion").path).read(0, 0, (3, 4))
    assert len(rows) == 1 + sum(r.probability.size for r in readings)
    first = rows[1].split(",")
    assert first[:8] == ["0", "0", "3", "4", "0", "0", "0", "0"]
    assert float(first[8]) == pytest.approx(float(readings[0].probability[0, 0, 0]), rel=1e-4)


def test_the_copied_link_opens_the_same(server, open_page):
    page = open_page(f"{server}/explore?picture=lion&stage=2&block=1&token=6,5")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    open_export(page)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied.").wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    for part in ("picture=lion", "stage=2", "block=1", "token=6%2C5"):
        assert part in copied


def test_without_a_clipboard_the_link_is_shown_to_be_copied_by_hand(server, open_page):
    page = open_page(f"{server}/explore?picture=lion")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")

    open_export(page)
    page.get_by_role("button", name="Copy link").click()

    field = page.get_by_role("textbox", name="Copy link")
    field.wait_for()
    expect(field).to_have_value(page.url)


def test_the_figure_leaves_as_a_picture(server, open_page):
    page = open_page(f"{server}/explore?picture=lion&stage=1&block=0&token=3,4")

    open_export(page)
    for label, start in (("Figure (PNG)", b"\x89PNG"), ("Figure (SVG)", b"<svg")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        with open(waiting.value.path(), "rb") as file:
            assert file.read(4) == start
