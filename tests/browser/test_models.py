"""Own weights in a real browser: a file is given, chosen, and shown in Explore."""

from pathlib import Path

import pytest
import safetensors.torch
from playwright.sync_api import expect

from tests.browser.conftest import open_export, rest, settle, wait_until
from tests.golden.recipe import fill
from transcnn.classifier import Classifier
from transcnn.model.network import build
from transcnn.pictures.samples import samples

UPLOADER = "[data-testid=stMain] [data-testid=stFileUploader] input"
CARD = "[class*=st-key-custom_model_]"


def test_a_checkpoint_of_ours_is_given_chosen_and_shown(server, open_page, tmp_path):
    model = fill(build("transcnn_small"))
    file = tmp_path / "mine.safetensors"
    safetensors.torch.save_file(model.state_dict(), file)
    assert file.stat().st_size > 40 * 2**20, "more than a picture may have"
    zebra = next(s for s in samples() if s.name == "zebra").path
    classifier = Classifier.around(model, "")
    reading = classifier.trace(zebra).read(stage=1, block=0, token=(9, 9))[1]

    models = f"{server}/models?picture=zebra"
    page = open_page(models, until="h1:has-text('Models')")
    page.locator(UPLOADER).wait_for(state="attached")
    page.locator(UPLOADER).set_input_files(file)
    expect(page.locator(CARD)).to_contain_text("mine.safetensors: 12,378,120 parameters")
    settle(page)
    page.get_by_role("link", name="Explore", exact=True).click()
    page.wait_for_selector(".explore[data-state=ready]")
    settle(page)
    choice = page.locator("[data-testid=stSidebar] [data-testid=stSelectbox] input")
    choice.scroll_into_view_if_needed()
    rest(page)  # scrolling that is still under way would close the list
    choice.click()
    page.get_by_role("option", name="transcnn_small: mine.safetensors").click()
    page.get_by_text("links do not include it").wait_for()
    settle(page)
    page.wait_for_selector(".explore[data-state=ready]")

    page.locator(".stage-name").nth(1).click()
    for name, value in (("Row", 10), ("Column", 10)):
        if page.locator(".more").is_hidden():
            page.locator(".more-button").click()
        page.get_by_label(name, exact=True).fill(str(value))
        page.keyboard.press("Tab")
    page.locator("summary").click()
    strongest = page.locator("table").nth(1).locator("tbody tr").first.locator("td")
    expected = reading.multiple.mean(0)
    place = divmod(int(expected.argmax()), expected.shape[1])
    expect(strongest.first).to_have_text(f"{place[0] + 1}, {place[1] + 1}")
    settle(page)
    shown = strongest.all_inner_texts()
    assert float(shown[1].rstrip("×")) == pytest.approx(float(expected.max()), rel=0.006)
    names = [a.name.label for a in classifier.predict(zebra).top]
    expect(page.locator(".top .name")).to_have_text(names)
    wait_until(page, "location.search.includes('stage=1')")
    assert "model=" not in page.evaluate("location.search")

    page.get_by_role("link", name="Occlusion").click()
    page.wait_for_selector(".occlusion[data-state=ready]:not(.computing)")
    open_export(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Figure (SVG)").click()
    assert "transcnn_small" in Path(waiting.value.path()).read_text(encoding="utf-8")


def test_a_file_that_does_not_fit_leaves_the_page_as_it_was(server, open_page, tmp_path):
    file = tmp_path / "note.pth"
    file.write_text("no weights")

    page = open_page(f"{server}/models?lang=zh", until="h1:has-text('模型')")
    page.locator(UPLOADER).wait_for(state="attached")
    page.locator(UPLOADER).set_input_files(file)

    page.get_by_text("note.pth：这不是 PyTorch 权重文件。").wait_for()
    assert page.locator(CARD).count() == 0
