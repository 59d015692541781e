"""The whole course in a browser, by keyboard alone: every step in turn, every question answered,
right and wrong in turn, what was seen written down, the why read.
"""

import re

import pytest

from tests.browser.conftest import settle
from tests.browser.test_course import tab_to
from transcnn.course.lessons import load_lesson
from transcnn.course.questions import Choose, Click, Draw, Estimate, Order, Tick
from transcnn.course.steps import STEPS
from transcnn.words.translator import translator

SIGNS = {"hit": "✓", "near": "≈", "miss": "✗"}
BOARDS = {
    "errors.helpful_occlusion": 1
}  # of several boards that can be picked, the one that answers


def key_of(part, name):
    """A test for an element of the form of the question `name`."""
    return f"!!e.closest('[class*=\"st-key-{part}-{name.replace('.', '-')}-\"]')"


def answer(posed, right):
    """A guess that is right, or one that is not."""
    asks = posed.asks
    if isinstance(asks, Choose):
        return next(o for o in asks.options if (o in asks.right) == right)
    if isinstance(asks, Tick):
        return tuple(o for o in asks.options if (o in asks.right) == right)
    if isinstance(asks, Order):
        return asks.right if right else asks.right[::-1]
    if isinstance(asks, Estimate):
        return float(f"{asks.key if right else 7 * asks.key + 1000:.6f}")
    if isinstance(asks, Draw):
        top, left, bottom, right_ = asks.key
        return asks.key if right else (top, left, bottom, right_ - 1)
    if asks.none_right:
        return () if right else (0, 0)
    if right:
        return asks.best
    marks = {(r, c): asks.values[r, c] for r in range(len(asks.values)) for c in range(3)}
    return min((cell for cell in marks if posed.takes(cell)), key=marks.__getitem__)


def go_to(page, board, cell):
    """Walk with the arrows to a cell of the map; the board says where one is."""
    says = board.locator("xpath=..").locator(".says")
    page.keyboard.press("ArrowRight")
    for _ in range(300):
        row, column = map(int, re.findall(r"\d+", says.inner_text())[:2])
        down, across = cell[0] + 1 - row, cell[1] + 1 - column
        if not down and not across:
            page.keyboard.press("Enter")
            settle(page)
            return
        if down:
            page.keyboard.press("ArrowDown" if down > 0 else "ArrowUp")
        else:
            page.keyboard.press("ArrowRight" if across > 0 else "ArrowLeft")
    raise AssertionError(f"no way to {cell}")


def pick(page, name, guess):
    boards = page.locator(".cells canvas.data.pick")
    board = boards.nth(min(BOARDS.get(name, 0), boards.count() - 1))
    corners = [guess[:2], guess[2:]] if len(guess) == 4 else [guess]
    for cell in corners:
        number = BOARDS.get(name, 0)
        focused = "[...e.getRootNode().querySelectorAll('canvas.data.pick')].indexOf(e)"
        tab_to(page, f"e.tagName === 'CANVAS' && {focused} === {number}", limit=250)
        go_to(page, board, cell)


def predict(page, name, posed, guess):
    """Answer one question and say how sure one is."""
    if isinstance(posed.asks, Click | Draw) and guess == ():
        tab_to(page, f"e.tagName === 'BUTTON' && {key_of('none', name)}", limit=250)
        page.keyboard.press("Enter")
        settle(page)
    elif isinstance(posed.asks, Click | Draw):
        pick(page, name, guess)
    elif isinstance(posed.asks, Estimate):
        tab_to(page, f"e.type === 'text' && {key_of('guess', name)}", limit=250)
        page.keyboard.type(f"{guess:.6f}")
    elif isinstance(posed.asks, Tick):
        for number, option in enumerate(posed.asks.options):
            if option in guess:
                at = "[...e.closest('form, [data-testid=stForm]').querySelectorAll("
                at += f"'input[type=checkbox]')].indexOf(e) === {number}"
                tab_to(page, f"e.type === 'checkbox' && {at}", limit=250)
                page.keyboard.press("Space")
    else:
        offered = posed.asks.answers
        tab_to(page, f"e.type === 'radio' && {key_of('guess', name)}", limit=250)
        page.keyboard.press("Space")
        for _ in range(list(offered).index(guess)):
            page.keyboard.press("ArrowDown")
    tab_to(page, f"e.type === 'radio' && {key_of('sure', name)}", limit=250)
    page.keyboard.press("Space")
    tab_to(page, f"e.tagName === 'BUTTON' && {key_of('keep', name)}", limit=250)
    page.keyboard.press("Enter")
    settle(page)


def press(page, key):
    tab_to(page, f"e.tagName === 'BUTTON' && !!e.closest('[class*=\"st-key-{key}\"]')", limit=250)
    page.keyboard.press("Enter")
    settle(page)


def walk(page, scene, language):
    t, main = translator(language), page.locator("[data-testid=stMain]")
    asked = 0
    for step in STEPS:
        lesson = load_lesson(step, language)
        page.get_by_role("heading", name=step.number).wait_for()
        settle(page)
        marks = []
        for name, question in step.questions.items():
            posed = question.pose(scene)
            if posed is None:
                continue
            asked += 1
            guess = answer(posed, right=asked % 2 == 0)
            predict(page, name, posed, guess)
            if name != "resources.speedup":  # by the server's own clock
                marks.append(SIGNS[posed.mark(guess)])
        press(page, "course_reveal")
        why = lesson.fill(step, scene).why
        page.get_by_text(re.split(r"[*$]", why)[0].strip()[:40]).first.wait_for()
        shown = main.inner_text()
        for sign in SIGNS.values():
            found = len(re.findall(rf"^{sign} ", shown, re.MULTILINE))
            expected = marks.count(sign)
            assert expected <= found <= expected + ("resources.speedup" in step.questions), (
                step.number,
                sign,
            )
        if step is not STEPS[-1]:
            press(page, "course_go_on")
    assert page.get_by_text(t("course.done", done=len(STEPS), steps=len(STEPS))).count()
    return asked


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("picture", ["zebra", "beagle"])
def test_the_whole_course_is_walked_by_keyboard(
    server,
    open_page,
    scene_of,
    picture,
    language,
):
    scene = scene_of(picture)
    page = open_page(
        f"{server}/course?picture={picture}&step=1.1&lang={language}", until=".cells canvas"
    )

    assert walk(page, scene, language) >= 50
