"""Tokens in a real browser: what is lit, what is marked, what the tables say."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import open_export, rest, rows_of, wait_until
from transcnn.analysis.added import added_terms, output_weights
from transcnn.analysis.tokens import fit_colours, merges, nearest, token_norms
from transcnn.classifier import Classifier
from transcnn.pictures.samples import samples

READY = ".tokens[data-state=ready]"
MAP, PHOTO = ".front .map", "canvas.photo"


@pytest.fixture(scope="module")
def classifier():
    return Classifier("transcnn_lite0")


@pytest.fixture(scope="module")
def trace(classifier):
    return classifier.trace(next(s for s in samples() if s.name == "elephant").path)


def picture(canvas) -> np.ndarray:
    """What a canvas shows, [rows, columns, 3]."""
    data = canvas.evaluate("c => c.toDataURL().split(',')[1]")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)


def click_cell(canvas, row, column, side=7):
    box = canvas.bounding_box()
    canvas.click(
        position={
            "x": box["width"] * (column + 0.5) / side,
            "y": box["height"] * (row + 0.5) / side,
        }
    )


def wait_for_drawn(page, what):
    """Until the map shows "level/row,column", and nothing that the pointer left is drawn."""
    expect(page.locator(MAP)).to_have_attribute("data-drawn", what)
    rest(page, pause=0)


def channels_of(page):
    return page.locator(".of-token table")


def test_a_click_on_a_merged_token_lights_up_its_area_on_the_picture(server, open_page):
    page = open_page(f"{server}/tokens?picture=elephant&level=1&token=45,31", READY)
    photo, board = page.locator(PHOTO), page.locator(MAP)

    click_cell(board, 2, 5)
    page.mouse.move(0, 0)
    wait_for_drawn(page, "1/2,5")
    expect(photo).to_have_attribute("data-drawn", "1/2,5")
    near = page.locator(".near tbody button").all_inner_texts()
    marked = {tuple(int(part) - 1 for part in text.split(", ")) for text in near}
    lit = picture(photo)
    click_cell(board, 6, 0)
    page.mouse.move(0, 0)
    wait_for_drawn(page, "1/6,0")
    near = page.locator(".near tbody button").all_inner_texts()
    marked |= {tuple(int(part) - 1 for part in text.split(", ")) for text in near}
    other = picture(photo)
    cell = lit.shape[0] / 7

    def inside(shown, row, column):
        middle = [slice(round((k + 0.3) * cell), round((k + 0.7) * cell)) for k in (row, column)]
        return shown[tuple(middle)].mean()

    assert inside(lit, 2, 5) > 1.8 * inside(other, 2, 5), "lit, then dimmed"
    assert inside(other, 6, 0) > 1.8 * inside(lit, 6, 0), "dimmed, then lit"
    for row, column in np.ndindex(7, 7):
        if (row, column) not in {(2, 5), (6, 0), *marked}:
            assert inside(lit, row, column) == pytest.approx(inside(other, row, column), abs=1)


@pytest.mark.parametrize(
    ("stage", "block", "level", "place"),
    [
        (0, 0, 1, (2, 5)),
        (1, 0, 0, (3, 27)),
        pytest.param(3, 1, 0, (6, 6), marks=pytest.mark.long),
    ],
)
def test_the_most_alike_are_those_that_numpy_finds(
    server, open_page, trace, stage, block, level, place
):
    levels = trace.block(stage, block).levels
    factor = levels[0].grid_size[0] if level else 1
    token = f"{place[0] * factor},{place[1] * factor}"
    link = f"picture=elephant&stage={stage}&block={block}&level={level}&token={token}"
    page = open_page(f"{server}/tokens?{link}", READY)

    expect(page.locator(".near tbody tr")).to_have_count(5)
    rows = rows_of(page.locator(".near table"))

    found = nearest(levels[level].tokens_in, place, 5)
    assert [row[1] for row in rows] == [f"{n.token[0] + 1}, {n.token[1] + 1}" for n in found]
    for row, near in zip(rows, found, strict=True):
        assert float(row[2]) == pytest.approx(near.cosine, abs=0.0006)


def test_the_tables_show_the_numbers_that_numpy_computes(server, open_page, classifier, trace):
    page = open_page(f"{server}/tokens?picture=elephant&stage=1&level=1&token=9,22", READY)
    page.locator("summary").click()
    expect(page.locator(".tables table")).to_have_count(4)
    expect(page.locator(".tables table").first.locator("tbody tr")).to_have_count(28 * 28)
    block = trace.block(1, 0)
    (merge,) = merges(block)
    added = added_terms(block, output_weights(classifier.model, 1, 0))
    first, second, channels, put_back = page.locator(".tables table").all()
    fitted = fit_colours([level.tokens_in for level in block.levels])

    def close(text, value):
        assert float(text) == pytest.approx(float(value), abs=0.00051)

    norms = [token_norms(level.tokens_in).ravel() for level in block.levels]
    colours = fitted(block.levels[1].tokens_in).reshape(-1, 3)
    rows = rows_of(second)
    assert len(rows) == 49
    for k, (place, largest, average, norm, colour) in enumerate(rows):
        assert place == f"{k // 7 + 1}, {k % 7 + 1}"
        close(largest, token_norms(merge.largest).ravel()[k])
        close(average, token_norms(merge.average).ravel()[k])
        close(norm, norms[1][k])
        assert colour == " ".join(map(str, colours[k]))
    rows = rows_of(first)
    assert len(rows) == 28 * 28
    won = (merge.won / merge.uniform).ravel()
    for k in range(0, 28 * 28, 37):
        close(rows[k][1], norms[0][k])
        assert float(rows[k][3].rstrip("×")) == pytest.approx(won[k], rel=0.006)
    for c, (number, largest, winner, average, total) in enumerate(rows_of(channels)):
        place = divmod(int(merge.winner[c, 2, 5]), 4)
        assert (number, winner) == (str(c + 1), f"{place[0] + 1}, {place[1] + 1}")
        close(largest, merge.largest[c, 2, 5])
        close(average, merge.average[c, 2, 5])
        close(total, block.levels[1].tokens_in[c, 2, 5])
    click_cell(page.locator(MAP), 0, 3)
    wait_for_drawn(page, "1/0,3")
    row = rows_of(channels_of(page))[7]
    close(row[4], block.levels[1].tokens_in[7, 0, 3])
    rows = rows_of(put_back)
    expected = [*map(token_norms, added.terms), token_norms(block.added)]
    for k in range(0, 28 * 28, 37):
        for text, values in zip(rows[k][1:], expected, strict=True):
            close(text, values.ravel()[k])


def test_the_sentence_on_the_maxima_is_about_the_marked_grid(server, open_page, trace):
    page = open_page(f"{server}/tokens?picture=elephant&token=45,31", READY)  # of the first level
    (merge,) = merges(trace.block(0, 0))
    wins = np.bincount(merge.winner[:, 5, 3], minlength=64)
    row, column = divmod(int(wins.argmax()), 8)
    said = page.locator(".says.argmax").inner_text()
    assert (
        f"row {row + 1}, column {column + 1} provides the most maxima: {wins.max()} of 24" in said
    )
    assert f"{(wins == 0).sum()} of 64 tokens provide none" in said
    canvas = page.locator("[data-map='maxima/0']")
    shown = picture(canvas)
    cell = shown.shape[0] / 7
    edge = shown[round(5.5 * cell), round(3 * cell) - 2 : round(3 * cell) + 6]
    assert edge.min() < 40, "the dark line of the mark"
    assert edge.max() == 255, "and its light one"


def test_the_verifications_show_their_maximum_errors(server, open_page, classifier, trace):
    page = open_page(f"{server}/tokens?picture=elephant", READY)
    merged, put_back = page.locator(".check").all_inner_texts()
    assert merged.endswith("Max. error: 0.")
    shown = float(re.search(r"error: (\S+)\.$", put_back)[1].replace("−", "-"))
    added = added_terms(trace.block(0, 0), output_weights(classifier.model, 0, 0))
    assert shown == pytest.approx(added.difference, rel=0.06)
    assert 0 < shown < 1e-4


def test_the_cells_have_the_colours_that_numpy_gives_them(server, open_page, trace):
    page = open_page(f"{server}/tokens?picture=elephant&level=1&token=0,0", READY)
    levels = trace.block(0, 0).levels
    expected = fit_colours([level.tokens_in for level in levels])(levels[1].tokens_in)
    for canvas in (page.locator(MAP), page.locator("[data-map='tokens/1']")):
        shown = picture(canvas)
        cell = shown.shape[0] / 7
        for row, column in [(6, 2), (3, 6), (5, 5)]:
            place = (round((row + 0.15) * cell) + 4, round((column + 0.15) * cell) + 4)
            drawn = shown[place]
            assert np.abs(drawn - expected[row, column]).max() <= 2


def test_one_walks_with_the_keyboard_alone_and_the_link_follows(server, open_page):
    page = open_page(f"{server}/tokens?picture=elephant&token=10,10", READY)
    page.locator(".levels button").first.focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "location.search.includes('level=1')")
    page.locator(MAP).focus()
    page.keyboard.press("ArrowDown")
    wait_for_drawn(page, "1/2,1")
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    wait_until(page, "location.search.includes('token=18%2C2')")
    wait_for_drawn(page, "1/2,0")  # the edge holds
    number = page.locator("input[type=number]").first
    number.fill("7")
    number.press("Enter")
    wait_for_drawn(page, "1/6,0")


def test_the_same_is_seen_on_explore_and_back(server, open_page):
    page = open_page(f"{server}/tokens?picture=lion&stage=2&block=3&level=1&token=8,5", READY)
    click_cell(page.locator(MAP), 1, 6)
    wait_until(page, "location.search.includes('token=2%2C13')")
    page.get_by_role("link", name="See what this token attends to").click()
    page.wait_for_selector(".explore[data-state=ready]")
    expect(page.locator(PHOTO)).to_have_attribute("data-drawn", "2,13/2/3")
    page.get_by_role("link", name="inspect these tokens").click()
    page.wait_for_selector(READY)
    wait_for_drawn(page, "1/1,6")
    for part in ("picture=lion", "stage=2", "block=3", "level=1", "token=2%2C13"):
        wait_until(page, "part => location.search.includes(part)", arg=part)


def test_the_merge_is_walked_by_hand_and_played_but_never_by_itself(server, open_page):
    page = open_page(f"{server}/tokens?picture=elephant", READY)
    board = page.locator(MAP)
    at_rest = picture(board)
    page.wait_for_timeout(500)
    assert (picture(board) == at_rest).all()
    page.locator(".walk input").evaluate("e => { e.value = 0.5; e.oninput(); }")
    page.wait_for_selector(f"{MAP}[data-moving]")
    rest(page, pause=0)
    assert (picture(board) != at_rest).any()
    page.locator(".play").click()
    page.wait_for_selector(f"{MAP}:not([data-moving])[data-drawn^='1/']")
    expect(page.locator(".walk input")).to_have_value("1")


def test_who_asked_for_less_motion_gets_the_levels_at_once(server, open_page):
    page = open_page(f"{server}/tokens?picture=elephant", READY, reduced_motion="reduce")
    expect(page.locator(".play")).to_be_hidden()
    page.locator(".levels button").nth(1).click()
    expect(page.locator(MAP)).to_have_attribute("data-drawn", re.compile("^1/"))
    assert page.locator(MAP).get_attribute("data-moving") is None


def test_no_screen_scrolls_sideways_and_every_canvas_says_what_it_is(server, open_page):
    page = open_page(f"{server}/tokens?picture=elephant&level=1", READY, color_scheme="dark")
    expect(page.locator(".tokens.dark")).to_have_count(1)
    page.emulate_media(color_scheme="light")
    expect(page.locator(".tokens.dark")).to_have_count(0)
    for width in (1280, 1000, 700, 390, 360):
        page.set_viewport_size({"width": width, "height": 844})
        rest(page, pause=0)
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, width
    for canvas in page.locator(".tokens canvas:visible").all():
        silent = canvas.evaluate("c => c.closest('.strip') !== null")  # a link with a name
        assert silent or canvas.get_attribute("aria-label")


def test_a_finger_hits_a_token_or_takes_the_centre_of_its_grid(server, open_page):
    phone = dict(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = open_page(f"{server}/tokens?picture=elephant", READY, **phone)
    board = page.locator(MAP)
    box = board.bounding_box()
    board.tap(position={"x": box["width"] * 2.2 / 7, "y": box["height"] * 1.9 / 7})
    wait_for_drawn(page, "0/12,20")
    page.locator(".levels button").nth(1).tap()
    page.wait_for_selector(f"{MAP}[data-drawn='1/1,2']")
    assert box["width"] / 7 >= 24
    sides = page.locator(".tokens :is(button, input, summary)").evaluate_all(SHOWN_SIDES)
    assert len(sides) > 10
    assert min(map(min, sides)) >= 24


SHOWN_SIDES = """elements => elements.map(e => e.getBoundingClientRect())
    .filter(box => box.width > 0).map(box => [box.width, box.height])"""


def test_figure_and_numbers_can_be_downloaded(server, open_page):
    page = open_page(f"{server}/tokens?picture=lion&stage=2&level=1&token=3,4", READY)
    open_export(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 14 * 14 + 3 * 49 + 3 * 14 * 14
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    with Image.open(download.value.path()) as image:
        assert image.format == "PNG"
    with page.expect_download() as download:
        page.get_by_role("button", name="SVG").click()
    assert (
        "stage 3, block 1, Level 2 (global), token: row 2, column 3"
        in download.value.path().read_text(encoding="utf-8")
    )
