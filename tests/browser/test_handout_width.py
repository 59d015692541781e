"""Nothing of a handout is clipped: every chapter in both languages, on a phone and on A4."""

import pytest

from tests.in_turn import in_turn
from transcnn.reports.handout.html import CHAPTERS, render
from transcnn.words import LANGUAGES

# A phone; and A4 without its margins, in CSS pixels.
WIDTHS = {"screen": 360, "print": 680}
# Wide tables scroll on a phone, and pictures within pictures are cut on purpose.
CLIPPED = """() => [...document.querySelectorAll('math, figure, p, li, .question, .answer, svg')]
  .filter(e => !e.closest('.numbers') && !e.parentElement.closest('svg'))
  .filter(e => e.scrollWidth > e.clientWidth + 1
    || e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => `${e.tagName} ${e.scrollWidth} > ${e.clientWidth}: ${e.textContent.slice(0, 60)}`)"""


@pytest.mark.parametrize("case", in_turn(CHAPTERS, LANGUAGES))
def test_equations_figures_and_texts_fit_a_phone_and_a_sheet(chromium, scene_of, case, tmp_path):
    chapter, language = case
    file = tmp_path / "handout.html"
    file.write_text(render(scene_of("zebra"), chapter, language, "zebra"), encoding="utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    for media, width in WIDTHS.items():
        page.emulate_media(media=media)
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(CLIPPED) == [], media
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    tables = page.locator(".numbers").evaluate_all("all => all.map(e => e.scrollWidth)")
    assert all(table <= WIDTHS["print"] for table in tables), "on paper nothing scrolls"
    page.close()
