"""Every page for everybody: judged by axe-core, on a phone, with fingers."""

import itertools
import os

import pytest

from tests.browser.conftest import ROOT, opening, rest, settle
from tests.in_turn import in_turn
from transcnn.ui.app import router
from transcnn.words import LANGUAGES

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

# Address, and what stands there once the page is whole.
PAGES = {
    "overview": ("/?picture=elephant", ".overview[data-state=ready]"),
    "overview-block": ("/?picture=elephant&open=att.1.0", ".overview[data-state=ready] .panel"),
    "overview-kernel": ("/?picture=elephant&open=irb.0.2", ".overview[data-state=ready] .panel"),
    "overview-removed": ("/?open=ablation", ".overview[data-state=ready] .runs"),
    "overview-tour": ("/?tour=3", ".overview[data-state=ready] .tour"),
    "explore": ("/explore?picture=elephant&head=1", ".interventions:not(.waiting) button"),
    "tokens": ("/tokens?picture=elephant&level=1", ".tokens[data-state=ready]"),
    "occlusion": ("/occlusion?picture=elephant", ".occlusion[data-state=ready]:not(.computing)"),
    "compare": ("/compare?picture=elephant&with=lion", ".cells[data-maps] canvas"),
    "compare-models": ("/compare?compare=models&model=transcnn_nano", ".cells[data-maps] canvas"),
    "explanations": (
        "/explanations?picture=elephant&model=transcnn_nano",
        "figure[data-map=rollout] canvas.data",
    ),
    "course": ("/course?step=2.1", ".cells canvas"),
    "course-part": ("/course?step=3.2", ".cells canvas"),
    "course-hand": ("/course?step=1.2", ".hand input"),
    "cost": ("/cost", ".js-plotly-plot .main-svg"),
    "own_classes": ("/own_classes", ".st-key-own_class_2"),
    "errors": ("/errors?pins=2,9", ".gallery button"),
    "errors-classes": ("/errors?view=classes", ".pick button"),
    "errors-differences": ("/errors?view=differences", ".js-plotly-plot .main-svg"),
}
if "detect" in [page.name for page in router.PAGES]:
    PAGES["detect"] = ("/detect?picture=beagle&intervention=off", ".detections .frame[data-boxes]")
PAGES |= {page.name: (f"/{page.name}", "h1") for page in router.PAGES if page.name not in PAGES}
# Where Streamlit's own parts fail, and nothing of ours: (rule, part).
EXEMPT = {
    ("color-contrast", "[data-testid=stCode]"),  # coloured words of code
    ("presentation-role-conflict", "[data-testid=stFileUploader]"),
    ("list", "[data-testid=stSidebarNavItems]"),  # the groups of pages are no list items
    ("listitem", "[data-testid=stSidebarNavItems]"),
}
SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


def unfold(page, name):
    """Open whatever is closed."""
    settle(page)
    if name != "tokens":  # its tables have thousands of rows
        closed = page.locator("details:not([open], [hidden]) > summary")
        while closed.count():
            # Not with the mouse: what unfolds above moves it away from under the click.
            closed.evaluate_all("all => all.forEach(e => e.click())")
            settle(page)
    if name == "explore":
        page.locator(".more-button").click()


@pytest.fixture(scope="module", params=in_turn(PAGES, list(itertools.product(LANGUAGES, SCREENS))))
def visited(request, server, browsers):
    """A page with everything unfolded, and the size of its screen."""
    name, (language, screen) = request.param
    if name.startswith("errors"):
        request.getfixturevalue("runs_home")
    address, until = PAGES[name]
    link = f"{address}{'&' if '?' in address else '?'}lang={language}"
    with opening(browsers) as open_:
        page = open_(server + link, until, **SCREENS[screen])
        unfold(page, name)
        yield page, SCREENS[screen]["viewport"]


JUDGE = """async exempt => {
  const options = { resultTypes: ['violations'], elementRef: true };
  const { violations } = await axe.run(document, options);
  const inside = (element, part) => {
    for (; element; element = element.getRootNode().host) if (element.closest(part)) return true;
    return false;
  };
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes
      .filter(({ element }) => !exempt.some(([rule, part]) => rule === id && inside(element, part)))
      .map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""


def judge(page):
    """What axe-core finds serious or critical.

    It judges the contrast of what is in sight and under nothing else: all of the page is brought
    into sight, and the lines from the photo to the maps are taken off.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    funnels = page.locator(".funnels")
    if funnels.count():
        funnels.evaluate("e => { e.style.display = 'none'; }")
    height = page.locator("[data-testid=stMain]").evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height + 50})
    rest(page)
    return page.evaluate(JUDGE, [list(pair) for pair in EXEMPT])


needs_axe = pytest.mark.skipif(
    not AXE.exists() and not os.environ.get("CI"), reason=f"no {AXE.name}: npm brings it"
)


@needs_axe
def test_nothing_serious_stands_between_a_page_and_anybody(visited):
    page, viewport = visited
    found = {}
    for scheme in ("light", "dark"):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        rest(page)
        found[scheme] = judge(page)
    assert found == {"light": [], "dark": []}


@needs_axe
def test_the_judge_sees_into_our_views_and_exempts_no_more_than_it_says(server, open_page):
    page = open_page(f"{server}/explore?picture=elephant", **SCREENS["phone"])
    assert judge(page) == []
    page.locator(".explore .ablation .limit").evaluate("e => { e.style.color = '#e8e6e0'; }")
    page.locator(".parts").evaluate("e => e.setAttribute('role', 'nothing')")
    page.locator("[data-testid=stMain] a").first.evaluate("e => { e.replaceChildren(); }")
    found = {finding.split(":")[0] for finding in judge(page)}
    assert found == {"color-contrast", "aria-roles", "link-name"}


def test_no_page_scrolls_sideways_on_a_phone(visited):
    page, _ = visited
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        rest(page)
        main = page.locator("[data-testid=stMain]")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0


SMALL_TARGETS = """least => {
  const targets = 'a, button, input, select, summary, [role=application], [tabindex="0"]';
  const found = [];
  const look = root => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      if (root === document || !element.matches(targets)) continue;
      const { width, height } = element.getBoundingClientRect();
      if (width > 0 && Math.min(width, height) < least)
        found.push(`${element.outerHTML.slice(0, 120)} ${width} x ${height}`);
      else if (width > 0) seen++;
    }
  };
  let seen = 0;
  look(document);
  return [found, seen];
}"""


@pytest.mark.parametrize(
    "name", ["overview", "explore", "tokens", "occlusion", "compare", "explanations"]
)
def test_whatever_a_finger_can_do_has_24_pixels(server, open_page, name):
    address, until = PAGES[name]
    page = open_page(server + address, until, **SCREENS["phone"])
    unfold(page, name)
    rest(page)
    small, seen = page.evaluate(SMALL_TARGETS, 24)
    assert not small
    assert seen > 20, "the samples, the stages, the switches"
