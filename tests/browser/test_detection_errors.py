"""A detector's run in a browser: a bar leads to its gallery, a box to its image, on a phone too."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.runs.detection.made import detected_run, write_set
from transcnn.runs.uploads import new_upload, upload_folder, upload_path

BAR = ".js-plotly-plot .bars .point path"


@pytest.fixture
def key(runs_home):
    """The key of a run with one error of most kinds."""
    assert runs_home.is_dir()
    name = new_upload()
    detected_run(upload_path(name), write_set(upload_folder(name) / "pictures"))
    return name


@pytest.mark.parametrize("width", [1280, 390])
def test_a_bar_shows_its_gallery_and_a_box_its_image(server, open_page, key, width):
    phone = {"viewport": {"width": width, "height": 844}}
    page = open_page(f"{server}/errors?lang=en#run={key}", until=BAR, **phone)
    settle(page)
    page.locator(BAR).first.click(force=True)  # confused: the first of the kinds
    page.wait_for_url("**kind=classification**")
    box = page.locator(".gallery button")
    expect(box).to_have_count(1)
    expect(box).to_contain_text("annotated: dog")
    box.click()
    page.wait_for_selector(".detections .frame[data-boxes='2']")
    page.wait_for_url("**box=**")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".gallery button img").bounding_box()["height"] > 100
    whole = box.bounding_box()["height"]
    assert page.locator(".gallery").bounding_box()["height"] >= whole, "nothing is cut off"
    frame = page.locator(".detections .frame")
    frame.focus()
    page.keyboard.press("ArrowRight")  # to the annotated object
    page.wait_for_url("**box=*o0**")
    expect(frame).to_be_focused()
    page.get_by_role("button", name="Open in Detect").click()
    page.wait_for_selector(".detections .frame[data-boxes]")
    page.wait_for_url("**/detect**")
