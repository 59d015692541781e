"""The overview as a person meets it: by pointer, by keyboard and by finger."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import rest, settle, wait_until
from tests.in_turn import turns
from transcnn.analysis.overview.opening import openings
from transcnn.labels import IMAGENET
from transcnn.pictures.samples import find_sample
from transcnn.words import LANGUAGES

READY = ".overview[data-state=ready]"
EXPLORE = ".explore[data-state=ready]"
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
in_a_language = turns("language", {language: language for language in LANGUAGES})
BOXES = "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.network'))"
RECTANGLES = BOXES + """.find(Boolean).querySelectorAll('.box, .answers')"""


FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot) at = at.shadowRoot.activeElement;
  return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
}"""


def focused(page):
    """The full name of what has the focus, inside of the component too."""
    return page.evaluate(FOCUSED)


def wait_for_focus(page, beginning):
    wait_until(page, f"name => ({FOCUSED})().startsWith(name)", arg=beginning)


def rectangles(page):
    return page.evaluate(
        f"""() => [...{RECTANGLES}].map(e => {{
          const r = e.getBoundingClientRect();
          return [r.left, r.top, r.right, r.bottom];
        }})"""
    )


def apart(boxes):
    """Whether no box lies over another."""
    return not any(
        a[0] < b[2] - 0.5 and b[0] < a[2] - 0.5 and a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
    )


@pytest.mark.parametrize(
    "link", ["/", "/?model=transcnn_nano", "/?variant=hatnet_large", "/?variant=transcnn_base"]
)
def test_the_whole_network_is_on_one_screen(server, open_page, link):
    state = "plain" if "variant" in link else "ready"
    page = open_page(server + link, f".overview[data-state={state}]", **DESKTOP)
    boxes = rectangles(page)
    assert apart(boxes)
    assert max(bottom for *_, bottom in boxes) < 800
    assert page.locator(".legend").bounding_box()["y"] < 800
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_box_says_what_it_does_and_opens_in_place(server, open_page):
    page = open_page(server, READY, **DESKTOP)
    box = page.locator(".box.attention").first
    box.hover()
    expect(page.locator(".overview .tip")).to_contain_text(
        "Each token attends within its 8 × 8 grid"
    )
    box.click()
    panel = page.locator(".panel")
    expect(panel).to_contain_text("Level 2 (global)")
    expect(panel.locator(".level canvas[role=img]")).to_have_count(3)
    rest(page)  # boxes move
    assert apart(rectangles(page))
    wait_until(page, "location.search.includes('open=att.0.0')")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    wait_for_focus(page, "Stage 1, block 1: H-MHSA")
    wait_until(page, "!location.search.includes('open')")


def test_an_opened_block_leads_to_its_attention_on_explore(server, open_page):
    page = open_page(f"{server}/?picture=lion&open=att.2.1", f"{READY} .panel", **DESKTOP)
    page.locator(".panel").get_by_role("link", name="Explore").click()
    page.wait_for_selector(".explore[data-state=ready]")
    wait_until(page, "location.search.includes('block=1')")
    expect(page.locator(".stage-name[aria-current]")).to_contain_text("14 × 14")
    page.wait_for_url("**picture=lion**")


def test_the_kernel_stops_at_a_position_with_its_sum_and_runs_when_asked(server, open_page):
    page = open_page(f"{server}/?open=irb.0.2", f"{READY} .panel", **DESKTOP)
    slider = page.get_by_role("slider", name="Kernel position")
    total = page.locator(".kernel b")
    before = total.inner_text()
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator(".where")).to_have_text("row 1, column 1")
    expect(total).not_to_have_text(before)
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    expect(page.locator(".where")).not_to_have_text("row 1, column 1")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play").wait_for()


def test_reduced_motion_has_no_run_but_the_slider(server, open_page):
    page = open_page(
        f"{server}/?open=irb.0.2", f"{READY} .panel", **DESKTOP, reduced_motion="reduce"
    )
    expect(page.get_by_role("button", name="Play")).to_have_count(0)
    expect(page.get_by_role("slider", name="Kernel position")).to_be_visible()


def test_without_attention_the_opening_is_answered_wrong(server, open_page):
    page = open_page(server, READY, **DESKTOP)
    page.get_by_role("button", name="Remove attention").click()
    runs = page.get_by_role("radiogroup", name=re.compile("Ablation")).get_by_role("radio")
    expect(runs).to_have_count(3)
    shown = find_sample(openings()["transcnn_lite0"].sample)
    right = re.compile("|".join(IMAGENET.names[index].label for index in shown.accepted))
    expect(runs.nth(0).locator(".big")).to_have_text(right)
    expect(runs.nth(2).locator(".big")).to_contain_text("%")
    expect(runs.nth(2).locator(".big")).not_to_have_text(right)
    expect(runs.nth(2)).to_be_checked()
    expect(page.locator(".verdict")).to_contain_text("here the prediction depends on attention")
    expect(page.locator(".overview.removed")).to_have_count(1)
    answers = page.locator(".answers li").first
    removed = answers.inner_text()
    page.keyboard.press("Tab")
    runs.nth(2).focus()
    page.keyboard.press("ArrowRight")  # round to the first
    expect(runs.nth(0)).to_be_checked()
    expect(answers).not_to_have_text(removed)
    wait_for_focus(page, "Original")


@in_a_language
def test_the_network_is_walked_by_keyboard(server, open_page, language):
    page = open_page(f"{server}/?lang={language}", READY, **DESKTOP)
    page.locator(".box.image").focus()
    names = []
    for _ in range(6):
        names.append(focused(page))
        page.keyboard.press("ArrowRight")
    assert len(set(names)) == 6
    page.keyboard.press("End")
    last = focused(page)
    page.keyboard.press("ArrowUp")
    assert focused(page) != last
    page.keyboard.press("Home")
    assert focused(page) == names[0]
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_be_visible()
    expect(page.locator(".box.image")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)


@in_a_language
def test_the_tour_is_walked_by_keyboard_and_is_remembered(server, open_page, language):
    page = open_page(f"{server}/?lang={language}", READY, **DESKTOP)
    start = page.locator("[data-act=tour]")
    start.focus()
    page.keyboard.press("Enter")
    heads = set()
    for step in range(1, 7):
        expect(page.locator(".discs [aria-current=step]")).to_have_text(str(step))
        wait_until(page, f"location.search.includes('tour={step}')")
        heads.add(page.locator(".tour h2").inner_text())
        expect(page.locator(".lightable.lit").first).to_be_attached()
        wait_until(page, "document.querySelector('[data-testid=stSidebar]').inert")
        page.keyboard.press("Enter")  # the focus stays on Next
    assert len(heads) == 6
    expect(page.locator(".tour")).to_have_count(0)
    wait_until(page, "!document.querySelector('[data-testid=stSidebar]').inert")
    again = start.inner_text()
    page.goto(f"{server}/?lang={language}&tour=4")
    page.wait_for_selector(f"{READY} .tour")
    expect(page.locator(".discs [aria-current=step]")).to_have_text("4")
    page.keyboard.press("Tab")
    page.locator(".tour .next").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_have_count(0)
    expect(start).to_have_text(again)  # it was seen to its end


STRIP_TOO = ("tokens", "occlusion")  # whose strip is that of Explore
TOP = "element => element.getBoundingClientRect().top"


@in_a_language
def test_a_finger_opens_boxes_and_takes_the_tour_on_a_phone(server, open_page, language):
    page = open_page(f"{server}/?lang={language}", READY, **PHONE)
    assert apart(rectangles(page))
    page.locator(".box.attention").nth(1).tap()
    expect(page.locator(".panel")).to_be_visible()
    page.locator(".panel .close").tap()
    expect(page.locator(".panel")).to_have_count(0)
    page.locator("[data-act=tour]").tap()
    for step in range(1, 7):
        expect(page.locator(".discs [aria-current=step]")).to_have_text(str(step))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        wait_until(page, "step => location.search.includes(`tour=${step}`)", arg=step)
        rest(page)  # the server answers each step, and nothing may move then
        lit = page.locator(".panel .lightable.lit:visible, .panel .runs:visible")
        shown = lit.first if lit.count() else page.locator(".panel")
        header = page.get_by_test_id("stHeader").bounding_box()
        bar = page.locator(".tour").evaluate(TOP)
        assert header["y"] + header["height"] <= shown.evaluate(TOP) < bar - 200
        page.locator(".tour .next").tap()
    expect(page.locator(".tour")).to_have_count(0)


def test_while_the_network_computes_its_structure_stands(server, open_page):
    page = open_page(server, ".overview .box", at_work=True, **DESKTOP)
    names = page.locator(".box .label").all_inner_texts()
    page.wait_for_selector(READY)
    expect(page.locator(".box .label")).to_have_text(names)


def test_a_variant_without_weights_says_so_and_has_no_tour_of_other_attention(server, open_page):
    page = open_page(f"{server}/?variant=hatnet_large", ".overview[data-state=plain]", **DESKTOP)
    expect(page.locator(".answers")).to_contain_text("No weights here")
    expect(page.locator("[data-act=tour]")).to_be_hidden()
    expect(page.locator("[data-act=ablation]")).to_be_hidden()
    page.locator(".box.attention").first.click()
    expect(page.locator(".panel")).to_contain_text("Step 2 (pooled map)")
    expect(page.locator(".panel")).not_to_contain_text("H-MHSA")


@pytest.mark.parametrize(
    "page_name",
    ["explore", "compare", *(pytest.param(p, marks=pytest.mark.long) for p in STRIP_TOO)],
)
def test_the_strip_says_where_one_is_and_leads_to_any_block(server, open_page, page_name):
    link = f"{server}/{page_name}?picture=lion&stage=2&block=1"
    page = open_page(link, ".strip .mark", **DESKTOP)
    strip = page.get_by_role("navigation", name="You are here")
    assert strip.bounding_box()["height"] <= 56
    here = strip.locator(".mark[aria-current]")
    expect(here).to_have_attribute("aria-label", "Stage 3, block 2: H-MHSA")
    expect(strip.locator(".answer")).to_contain_text("lion")
    strip.get_by_role("button", name="Stage 4, block 3: H-MHSA").click()
    expect(here).to_have_attribute("aria-label", "Stage 4, block 3: H-MHSA")
    wait_until(page, "location.search.includes('stage=3&block=2')")
    here.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(here).to_have_attribute("aria-label", "Stage 4, block 2: H-MHSA")
    wait_until(page, "location.search.includes('stage=3&block=1')")
    strip.get_by_role("link").click()
    page.wait_for_selector(READY)
    page.wait_for_url("**picture=lion**")


def test_the_strip_chooses_the_block_that_is_explained_and_the_default_comes_back(
    server, open_page
):
    page = open_page(f"{server}/explanations?picture=lion", ".strip .mark", **DESKTOP)
    here = page.locator(".strip .mark[aria-current]")
    expect(here).to_have_count(0)
    page.locator(".strip").get_by_role("button", name="Stage 3, block 2: H-MHSA").click()
    wait_until(page, "location.search.includes('layer=2.1')")
    expect(here).to_have_attribute("aria-label", "Stage 3, block 2: H-MHSA")
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Use each method’s default").click()
    expect(here).to_have_count(0)
    wait_until(page, "!location.search.includes('layer')")


# Beginning right after a key is pressed, then while the page reports it, then while it follows.
@pytest.mark.parametrize(
    "wait", [0, 255, *(pytest.param(wait, marks=pytest.mark.long) for wait in (150, 245, 300, 400))]
)
def test_no_click_on_the_strip_is_lost_while_the_page_follows_a_key(server, open_page, wait):
    page = open_page(f"{server}/explore?picture=lion&stage=2&block=1", EXPLORE, **DESKTOP)
    page.locator(".explore canvas.photo").focus()
    at = page.locator(".strip .whole-network").bounding_box()
    page.mouse.move(at["x"] + 20, at["y"] + 20)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(wait)
    page.mouse.down()
    page.wait_for_timeout(120)  # as long as a finger holds a button
    page.mouse.up()
    page.wait_for_selector(READY)


def rounding(ms):
    """By how much a time may differ from what is shown."""
    return 0.005 if ms < 1 else 0.05 if ms < 10 else 0.5


def test_each_box_shows_its_time_as_measured_here_beside_its_multiply_adds(server, open_page):
    page = open_page(server, READY, **DESKTOP)
    legend = page.locator(".legend")
    expect(legend).to_contain_text(re.compile(r"[\d.]+ ms on the app's machine: the sum"))
    settle(page)
    boxes = page.locator(".box:has(.cost)")
    said = boxes.evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
    ms = [float(re.search(r"; ([\d.]+) ms, .* measured on", one)[1]) for one in said]
    whole = float(re.search(r"([\d.]+) ms", legend.inner_text())[1])
    assert whole == pytest.approx(sum(ms), abs=sum(map(rounding, [*ms, whole])))
    widths = page.locator(".cost.time i").evaluate_all("all => all.map(e => e.style.width)")
    longest = {width for width, one in zip(widths, ms, strict=True) if one == max(ms)}
    assert "100%" in longest  # of several that are rounded alike, one


def test_between_phone_and_desktop_the_strip_names_the_stage_that_is_shown(server, open_page):
    """Where all blocks fit, and the names of the other stages are short."""
    link = f"{server}/explore?picture=lion&stage=2&block=1"
    size = {"viewport": {"width": 740, "height": 800}}
    page = open_page(link, ".explore[data-state=ready]", **size)
    names = page.locator(".strip .stage-name")
    expect(names).to_have_text(["1", "2", "Stage 3", "4"])
    expect(page.locator(".strip .mark")).to_have_count(9)
    page.locator(".strip").get_by_role("button", name="Stage 1, 56 × 56").click()
    expect(names).to_have_text(["Stage 1", "2", "3", "4"])


def test_on_a_phone_prediction_and_ablation_stand_beside_the_opening_image(server, open_page):
    page = open_page(server, READY, **PHONE)
    top = page.locator(".top-five")
    expect(top.locator("li")).to_have_count(5)
    before = top.inner_text()
    assert bottom(page.locator(".box.image")) <= 844, "all on the first screen"
    page.get_by_role("button", name="Remove attention").tap()
    panel = page.locator(".panel")
    expect(panel).to_be_in_viewport()
    rest(page)  # it scrolls there
    assert 0 <= panel.bounding_box()["y"] - bottom(page.locator(".box.image")) <= 120
    assert top.inner_text() != before, "the prediction of the run that is shown"


def bottom(part):
    box = part.bounding_box()
    return box["y"] + box["height"]


def test_the_strip_fits_a_phone(server, open_page):
    link = f"{server}/explore?picture=lion&stage=2&block=1"
    page = open_page(link, ".explore[data-state=ready]", **PHONE)
    strip = page.get_by_role("navigation", name="You are here")
    assert strip.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert strip.bounding_box()["height"] <= 56
    strip.get_by_role("button", name="Stage 1, 56 × 56").tap()
    expect(strip.locator(".mark[aria-current]")).to_have_attribute(
        "aria-label", "Stage 1, block 1: H-MHSA"
    )
