"""Explanations in a browser: two people at once, work that can be stopped, a file that needs
nothing else.
"""

import re

from playwright.sync_api import expect

from tests.browser.conftest import opening
from transcnn.classifier import Classifier
from transcnn.explain.methods import make_method
from transcnn.explain.subject import Subject, Target
from transcnn.figures.explained import drawn_values
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

LINK = "/explanations?model=transcnn_nano&methods=grad_cam,saliency"
READY = "figure[data-map=saliency] canvas.data"


def expected(name):
    """The cells of Grad-CAM for the answer on a sample."""
    network = Classifier("transcnn_nano")
    path = next(s.path for s in samples() if s.name == name)
    pixels, _ = prepare(decode(path.read_bytes()), network.config.input.size)
    answer = int(network.logits(pixels[None])[0].argmax())
    one = make_method("grad_cam").explain(Subject(network, pixels, Target(answer)))
    return drawn_values(one, 128).ravel().tolist()


def shown(page):
    """The values of the first table, which is Grad-CAM's."""
    page.locator(".numbers summary").click()
    expect(page.locator(".numbers table")).to_have_count(2)
    cells = page.locator(".numbers table").first.locator("td:nth-child(2)").all_inner_texts()
    return [float(text.replace("−", "-")) for text in cells]


def test_two_people_at_once_see_each_their_own_maps(server, open_page):
    names = ("zebra", "lion")
    pages = [open_page(f"{server}{LINK}&picture={name}", until=None) for name in names]
    for page, name in zip(pages, names, strict=True):
        page.wait_for_selector(READY)
        for value, right in zip(shown(page), expected(name), strict=True):
            assert abs(value - right) <= 0.006 * abs(right) + 1e-12
    assert expected("zebra") != expected("lion")


def test_the_file_opens_without_a_network_and_asks_for_nothing(
    server, open_page, chromium, tmp_path
):
    page = open_page(f"{server}{LINK}&picture=zebra&lang=zh", until=READY)
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="报告（HTML）").click()
    file = tmp_path / "explanations.html"
    download.value.save_as(file)
    source = file.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)\s*=\s*(?!["']data:)""", source)

    context = chromium.new_context(offline=True)
    asked = []
    alone = context.new_page()
    alone.on("request", lambda sent: asked.append(sent.url))
    alone.on("console", lambda message: asked.append(message.text))
    alone.goto(file.as_uri())
    expect(alone.locator("img")).to_have_count(5)  # the picture, two maps, two bars
    pictures = alone.locator("img").evaluate_all(
        "all => Promise.all(all.map(e => e.decode().then(() => e.naturalWidth)))"
    )
    assert min(pictures) > 0
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    text = alone.locator("body").inner_text()
    assert Classifier("transcnn_nano").weights_sha256 in text
    assert "python -m transcnn explain assets/samples/zebra.jpg --model transcnn_nano" in text
    assert alone.locator("html").get_attribute("lang") == "zh-CN"
    context.close()


def test_slow_work_can_be_stopped_and_pages_do_not_wait_for_it(server, browsers):
    with opening(browsers) as open_:
        slow = "/explanations?picture=zebra&methods=saliency,integrated_gradients"
        page = open_(server + slow, until='[data-testid="stProgress"]', at_work=True)
        other = open_(f"{server}/explore?picture=lion")  # ready while the other is at work
        expect(other.locator(".explore .top .name").first).to_be_visible()
        stop = page.get_by_role("button", name="Stop", exact=True)
        stop.click()
        page.get_by_role("button", name="Compute Integrated Gradients").wait_for()
        expect(page.locator("figure[data-map=integrated_gradients] .missing")).to_be_visible()
