"""The error board in a browser: counts lead to their pictures, links bring back what was seen."""

import csv
import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_export, settle, wait_until
from transcnn.analysis.errors.filters import parse_filter
from transcnn.analysis.errors.scores import confusion
from transcnn.labels import class_names
from transcnn.pictures.samples import samples
from transcnn.runs.store import open_run

GALLERY = ".gallery button"

pytestmark = pytest.mark.usefixtures("runs_home")


@pytest.fixture
def table(runs_home):
    return open_run(runs_home / "demonstration.sqlite").table()


def shown(page) -> list[int]:
    settle(page)
    return [int(n) for n in page.locator(".gallery").get_attribute("data-shown").split(",")]


def test_a_cell_of_the_matrix_shows_exactly_its_pictures_by_mouse_and_by_keyboard(
    server, open_page, table
):
    label, answer, count = confusion(table).pairs()[0]
    names = class_names()
    says = f"{names[label].label} predicted as {names[answer].label}: {count}"
    expected = set(table.ids[(table.label == label) & (table.predicted == answer)])
    page = open_page(f"{server}/errors?view=classes", until=".pick.matrix button")
    page.get_by_role("button", name=says, exact=True).click()
    page.wait_for_selector(GALLERY)
    assert set(shown(page)) == expected
    page.wait_for_url(f"**where=label%3A{label}+answer%3A{answer}**")

    page = open_page(f"{server}/errors?view=classes", until=".pick.matrix button")
    first = page.locator(".pick.matrix button").first
    first.focus()
    page.keyboard.press("ArrowDown")
    focused = page.locator(".pick.matrix button[tabindex='0']")
    expect(focused).not_to_have_attribute("data-at", first.get_attribute("data-at"))
    wanted = parse_filter(focused.get_attribute("data-pick")).chosen(table)
    page.keyboard.press("Enter")
    page.wait_for_selector(GALLERY)
    assert set(shown(page)) == set(table.ids[wanted])


def test_two_pictures_are_pinned_and_a_link_brings_them_back(server, open_page):
    page = open_page(f"{server}/errors", until=GALLERY)
    first, second = shown(page)[:2]
    for picture in (first, second):
        page.locator(f"[data-picture='{picture}']").click()
        page.wait_for_selector(f"[data-picture='{picture}'][aria-pressed=true]")
    wait_until(page, f"location.search.includes('pins={first}%2C{second}')")
    again = open_page(page.url, until=GALLERY)
    again.get_by_text("Open in Explore").nth(1).wait_for()
    expect(again.locator("[aria-pressed=true][data-picture]")).to_have_count(2)
    expect(again.get_by_test_id("stTable")).to_have_count(2)


def test_back_and_forward_lead_through_the_views(server, open_page):
    page = open_page(f"{server}/errors", until=GALLERY)
    for name, view in (("Calibration", "confidence"), ("Groups", "groups")):
        page.get_by_role("button", name=name, exact=True).or_(
            page.get_by_role("radio", name=name)
        ).first.click()
        wait_until(page, f"location.search.includes('view={view}')")
        settle(page)
    page.go_back()
    page.wait_for_url("**view=confidence**")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    settle(page)
    page.go_back()
    page.wait_for_url(lambda address: "view=" not in address)
    page.wait_for_selector(GALLERY)
    settle(page)
    page.go_forward()
    page.wait_for_selector(".js-plotly-plot .main-svg")


def test_a_picture_of_the_board_opens_in_explore(server, open_page, table):
    page = open_page(f"{server}/errors?pins={int(table.ids[3])}", until=GALLERY)
    page.get_by_role("button", name="Open in Explore").click()
    page.wait_for_selector(".explore[data-state=ready]")
    expected = class_names()[int(table.predicted[3])].label
    expect(page.locator(".top .name").first).to_have_text(expected)


def test_what_is_taken_away_is_what_is_shown(server, open_page, table):
    page = open_page(f"{server}/errors?where=right%3Ano", until=GALLERY)
    open_export(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="All predictions (CSV)").click()
    with open(waiting.value.path(), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [str(n) for n in table.names[~table.correct]]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Report (HTML)").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert "Error analysis of transcnn_lite0" in text


def packed(photo: str, folder: str) -> bytes:
    data = next(s for s in samples() if s.name == photo).path.read_bytes()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i in range(3):
            archive.writestr(f"{folder}/{photo}-{i}.jpg", data)
    return file.getvalue()


def test_two_browsers_on_two_runs_never_mix(server, open_page):
    pages = {}
    for photo in ("lion", "panda"):
        page = open_page(f"{server}/errors", until=GALLERY)
        page.get_by_role("button", name="New run").click()
        file = {"name": f"{photo}.zip", "mimeType": "application/zip", "buffer": b""}
        file["buffer"] = packed(photo, photo if photo == "lion" else "giant panda")
        page.locator("[data-testid=stPopoverBody] input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Start").click()
        pages[photo] = page
    for photo, page in pages.items():
        page.locator(f".gallery button[title='{photo}/{photo}-0.jpg']").or_(
            page.locator(f".gallery button[title='giant panda/{photo}-0.jpg']")
        ).wait_for()
        page.get_by_text("All 3 images.").wait_for()
        settle(page)
        titles = page.locator(GALLERY).evaluate_all("all => all.map(b => b.title)")
        assert all(photo in title for title in titles)
    page = pages["lion"]
    page.get_by_role("button", name="Delete this run").click()
    page.get_by_text("All 39 images.").wait_for()
    expect(pages["panda"].get_by_text("All 3 images.")).to_be_visible()


def test_the_key_of_a_run_is_in_fragments_alone_which_open_it_elsewhere(server, open_page):
    """No address that is sent to the server has it; a tab that is loaded anew has its runs again,
    and whoever gets the link has the run, not who gets the address."""
    sent, told = [], []  # to the server, and in the address bar
    page = open_page(f"{server}/errors", until=GALLERY)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_role("button", name="New run").click()
    file = {"name": "zebra.zip", "mimeType": "application/zip", "buffer": packed("zebra", "zebra")}
    page.locator("[data-testid=stPopoverBody] input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Start").click()
    page.get_by_text("All 3 images.").wait_for()
    page.get_by_role("button", name="Copy link to this run").click()
    page.get_by_text("Copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    address, key = link.split("#run=")
    assert re.fullmatch("upload-[0-9a-f]{32}", key)
    told.append(page.url)

    page.reload()
    page.get_by_text("All 3 images.").wait_for()
    settle(page)
    told.append(page.url)

    other = open_page(f"{address}?lang=en#run={key}", until=GALLERY)  # which is written anew
    other.on("request", lambda request: sent.append(request.url))
    other.get_by_text("All 3 images.").wait_for()
    settle(other)
    told.append(other.url)
    other.reload()
    other.get_by_text("All 3 images.").wait_for()
    stranger = open_page(address, until=GALLERY)
    stranger.get_by_text("All 39 images.").wait_for()
    expect(stranger.get_by_role("button", name="Copy link to this run")).to_have_count(0)

    assert sent
    for seen in (*sent, *told):
        assert key not in seen
    page.get_by_role("button", name="Delete this run").click()
    page.get_by_text("All 39 images.").wait_for()
