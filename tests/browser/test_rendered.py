"""What a person sees: pixels of screenshots against what follows from the file and the network.

Nothing here is compared with a number that the page computed.
"""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import rest, upload
from tests.in_turn import in_turn
from tests.pictures.files import SIDES, exif, saved, stored
from transcnn.classifier import Classifier
from transcnn.figures.scale import DARK, LIGHT, colours
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

RAMPS = {"light": LIGHT, "dark": DARK}


@pytest.fixture(scope="module")
def classifier():
    return Classifier("transcnn_lite0")


def seen(canvas):
    """The pixels of a canvas as the screen has them, [rows, columns, 3], and pixels a CSS pixel.

    The lines that lead from the photo over it to the next map are taken off.
    """
    canvas.page.locator(".funnels").evaluate("e => { e.style.display = 'none'; }")
    canvas.scroll_into_view_if_needed()
    shot = Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")
    pixels = np.asarray(shot).astype(int)
    return pixels, pixels.shape[1] / canvas.bounding_box()["width"]


# The photo

GRAY, RED, BLUE = (128, 128, 128), (230, 20, 30), (20, 40, 230)
UPRIGHT = (600, 400)  # width, height: the network sees the columns from 100 to 500
RED_BOX = (390, 60, 450, 130)  # left, top, right, bottom; top right of the middle square
BLUE_BOX = (20, 300, 80, 380)  # left of the square, near the bottom


def planted(orientation):
    """A file whose picture has a red and a blue block on gray once it stands as EXIF says."""
    upright = np.full((UPRIGHT[1], UPRIGHT[0], 3), GRAY, np.uint8)
    for (left, top, right, bottom), colour in ((RED_BOX, RED), (BLUE_BOX, BLUE)):
        upright[top:bottom, left:right] = colour
    as_stored = np.ascontiguousarray(stored(upright, *SIDES[orientation]))
    settings = {"quality": 95, "subsampling": 0, "exif": exif(orientation)}
    return saved(Image.fromarray(as_stored), "JPEG", **settings)


def box_of(pixels, colour, near=90):
    """(left, top, right, bottom) of what has about this colour; None where nothing has."""
    rows, columns = np.nonzero(np.abs(pixels - np.array(colour)).sum(-1) < near)
    if not rows.size:
        return None
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


SCREENS = {"light": 1, "dark": 2}  # the theme, and pixels of the screen a CSS pixel


@pytest.mark.parametrize("scheme", SCREENS)
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_the_photo_stands_upright_with_everything_in_its_place(server, open_page, scheme, every):
    density = SCREENS[scheme]
    page = open_page(
        f"{server}/explore?picture=zebra", color_scheme=scheme, device_scale_factor=density
    )
    for orientation in list(SIDES)[(density - 1) % every :: every]:
        upload(page, f"turn{orientation}.jpg", planted(orientation))
        photo = page.locator("canvas.photo")
        side = photo.bounding_box()["width"]
        photo.click(position={"x": side * 0.1, "y": side * 0.9})  # the marks go to the bottom left
        page.mouse.move(0, 0)
        rest(page)

        pixels, scale = seen(photo)
        assert scale == pytest.approx(density, rel=0.02)
        square = pixels.shape[1] / UPRIGHT[1]  # the picture's height is the square's side
        left, top, right, bottom = RED_BOX
        expected = np.array([left - 100, top, right - 100, bottom]) * square
        assert box_of(pixels, RED) == pytest.approx(expected, abs=3 * scale), orientation
        assert box_of(pixels, BLUE) is None, "it lies outside of the square"

        whole, scale = seen(page.locator("canvas.whole"))
        assert whole.shape[1] / whole.shape[0] == pytest.approx(1.5, rel=0.06)
        shrunk = whole.shape[1] / UPRIGHT[0]
        # Outside of the square it is dimmed.
        found = box_of(whole, np.array(BLUE) * 0.38 + np.array([20, 19, 15]) * 0.62, 45)
        assert found == pytest.approx(np.array(BLUE_BOX) * shrunk, abs=2 * scale), orientation
        assert box_of(whole, RED) == pytest.approx(np.array(RED_BOX) * shrunk, abs=2 * scale)


# The levels

# Tokens that read unevenly, and differently in every direction.
LOOKS = [
    ("zebra", 0, 0, None, (18, 32), "light"),
    ("lion", 1, 0, 4, (9, 22), "dark"),
    ("elephant", 3, 1, None, (2, 5), "light"),
]


def cell(pixels, g, row, column, frame):
    """The part of a cell of a map of g x g where only its colour is: no rings, marks or numbers.

    `frame` is the canvas's border in pixels of the screenshot.
    """
    inner = pixels[frame : len(pixels) - frame, frame : pixels.shape[1] - frame]
    side = inner.shape[0] / g
    rows = slice(round((row + 0.19) * side), round((row + 0.3) * side) + 1)
    columns = slice(round((column + 0.19) * side), round((column + 0.3) * side) + 1)
    return inner[rows, columns].reshape(-1, 3).mean(0)


def cells(pixels, g, frame):
    return np.array([[cell(pixels, g, y, x, frame) for x in range(g)] for y in range(g)])


def differs(shown, expected):
    return np.abs(shown - expected).max()


def crop_of(picture, area):
    """A part of the picture's square, [left, top, side] in shares of it, in 400 x 400 pixels."""
    box = prepare(picture, 224)[1].box
    width, height = box.right - box.left, box.bottom - box.top
    left, top = box.left + area[0] * width, box.top + area[1] * height
    part = (left, top, left + area[2] * width, top + area[2] * height)
    return picture.image.resize((400, 400), Image.Resampling.BOX, box=part)


@pytest.mark.parametrize(("name", "stage", "block", "head", "token", "scheme"), LOOKS)
def test_every_cell_of_a_level_has_the_colour_of_its_weight(
    server, open_page, classifier, name, stage, block, head, token, scheme
):
    data = next(s for s in samples() if s.name == name).path.read_bytes()
    readings = classifier.trace(data).read(stage, block, token)
    link = f"/explore?picture={name}&stage={stage}&block={block}&token={token[0]},{token[1]}"
    page = open_page(server + link + ("" if head is None else f"&head={head}"), color_scheme=scheme)
    page.mouse.move(0, 0)
    levels = page.locator(".level:not(.missing)")
    expect(levels).to_have_count(len(readings))
    rest(page, pause=0)
    side = trace_side(classifier, data, stage, block)
    factor = 1
    for level, reading in zip(levels.all(), readings, strict=True):
        multiple = reading.multiple.mean(0) if head is None else reading.multiple[head]
        g = len(multiple)
        expected = colours(multiple, RAMPS[scheme]).astype(int)
        shown = cells(seen(level.locator("> canvas"))[0], g, 1)
        assert differs(shown, expected) < 4
        strongest = np.unravel_index(multiple.argmax(), multiple.shape)
        assert differs(shown[strongest], expected[strongest]) < 4
        for wrong in (expected.swapaxes(0, 1), expected[::-1], expected[:, ::-1]):
            assert differs(shown, wrong) > 12, "a map that is turned would be seen"

        # Over the photo: 60 % of the colour, 40 % of what lies there.
        origin = np.array(reading.grid_origin) * factor
        area = (origin[1] / side, origin[0] / side, g * factor / side)
        below = np.asarray(crop_of(decode(data), area)).astype(float)
        mixed = 0.6 * expected + 0.4 * cells(below, g, 0)
        over = cells(seen(level.locator(".detail canvas"))[0], g, 1)
        error = np.abs(over - mixed)
        assert np.median(error) < 4
        assert error[strongest].max() < 14
        factor *= g


def trace_side(classifier, data, stage, block):
    return classifier.trace(data).block(stage, block).size[0]


# Weights of our own in place of the network's: all on one place. For the level `number` of all,
# they go where the page keeps what the server sent.
PLANT = """async ({ start, rows, width, place }) => {
  const [trace] = [...transcnnShelf.packets].filter(([key]) => key.startsWith('trace/'))
    .map(([, packet]) => packet);
  for (const row of rows)
    for (let k = 0; k < width; k++)
      trace.codes[start + row * width + k] = k === place ? 32768 + 2048 * Math.log2(width) : 1;
  transcnnShelf.arrivals.dispatchEvent(new Event('packet'));
  await new Promise(requestAnimationFrame);
}"""


@pytest.mark.parametrize("case", in_turn([0, 1], RAMPS))
def test_all_weight_on_one_place_is_seen_at_this_place_alone(server, open_page, classifier, case):
    number, scheme = case
    at, token = [(2, 6), (5, 1)][number], (18, 32)
    data = next(s for s in samples() if s.name == "zebra").path.read_bytes()
    levels = classifier.trace(data).block(0, 0).levels
    level = levels[number]
    heads, down, across, width, _ = level.attention.shape
    g = level.grid_size[0]
    ancestor = [t // (1 if number == 0 else levels[0].grid_size[0]) for t in token]
    grid, own = np.array(ancestor) // g, np.array(ancestor) % g
    rows = [
        int(np.ravel_multi_index((h, *grid, own[0] * g + own[1]), (heads, down, across, width)))
        for h in range(heads)
    ]
    start = sum(before.attention.size for before in levels[:number])

    page = open_page(
        f"{server}/explore?picture=zebra&token={token[0]},{token[1]}", color_scheme=scheme
    )
    page.mouse.move(0, 0)
    where = {"start": start, "rows": rows, "width": width, "place": at[0] * g + at[1]}
    page.evaluate(PLANT, where)
    rest(page, pause=0)

    lowest, highest = colours(np.array([0.0, 64.0]), RAMPS[scheme]).astype(int)
    shown = cells(seen(page.locator(".level > canvas").nth(number))[0], g, 1)
    for place in np.ndindex(g, g):
        expected = highest if place == at else lowest
        assert differs(shown[place], expected) < 4, place
    over = cells(seen(page.locator(".level .detail canvas").nth(number))[0], g, 1)
    warm = over[..., 0] - over[..., 2]
    assert np.unravel_index(warm.argmax(), warm.shape) == at
