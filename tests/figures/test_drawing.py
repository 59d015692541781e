"""Cell maps as shapes: what is drawn of a map, the same in SVG and in PNG."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from transcnn.figures.cells import Box, CellMap, Mark
from transcnn.figures.drawing import Picture, draw_shape, image_name, map_shapes, map_svg
from transcnn.figures.scale import MULTIPLES, NORMS, OWN, ColourScale, colours

PHOTO = np.full((32, 32, 3), 90, np.uint8)
VALUES = np.array([[1.0, 4.0], [np.nan, 0.25]])


def over_photo(**more):
    return CellMap("a <map>", 2, 2, VALUES, MULTIPLES, image=PHOTO, **more)


def test_colours_lie_over_an_image_and_cells_without_a_value_show_it():
    photo, overlay = [s for s in map_shapes(over_photo(), 0, 0, 100) if isinstance(s, Picture)]
    assert photo.pixels is PHOTO
    assert overlay.pixels[..., 3].tolist() == [[204, 204], [0, 204]]
    known = ~np.isnan(VALUES)
    assert np.array_equal(overlay.pixels[known][:, :3], colours(VALUES[known]))

    canvas = Image.new("RGB", (100, 100), "white")
    for shape in (photo, overlay):
        draw_shape(canvas, shape)
    assert canvas.getpixel((25, 75)) == (90, 90, 90)
    mixed = np.round(0.8 * colours(np.array(4.0)) + 0.2 * 90)
    assert canvas.getpixel((75, 25)) == pytest.approx(tuple(mixed), abs=1)


def test_in_print_cells_say_their_values_where_there_is_room():
    def texts(side, **more):
        shapes = map_shapes(over_photo(**more), 0, 0, side, numbers=True)
        return [shape.text for shape in shapes if hasattr(shape, "text")]

    assert texts(100) == ["1.0", "4.0", "0.2"]
    assert texts(40) == []
    assert texts(100, texts={2: "x"}) == ["x"], "what a map says itself stands in their place"


def test_marks_boxes_dots_and_letters_are_drawn():
    drawn = over_photo(marks=(Mark(1, "t"),), boxes=(Box(1, 0, 1, 2, "key"),), dots=((0.5, 0.5),))
    root = ElementTree.fromstring(map_svg(drawn, 100))
    assert root.attrib["aria-label"] == "a <map>"
    assert "t" in [text.text for text in root.iter("text")]
    frames = {
        tuple(rect.attrib[n] for n in ("x", "y", "width", "height")) for rect in root.iter("rect")
    }
    assert frames == {("50", "0", "50", "50"), ("0", "50", "100", "50")}
    [dot] = root.iter("circle")
    assert (dot.attrib["cx"], dot.attrib["cy"]) == ("50", "50")


def test_an_image_that_is_shared_is_used_by_its_name_and_its_part_shown():
    name = image_name(PHOTO)
    drawn = map_svg(over_photo(origin=(2, 4), whole=(8, 8)), 100, {name})
    assert f'href="#{name}"' in drawn
    assert 'viewBox="50 25 25 25"' in drawn
    alone = map_svg(over_photo(), 100)
    assert f"#{name}" not in alone
    assert len(re.findall("data:image/png", alone)) == 2


@pytest.mark.parametrize(
    ("scale", "value", "place", "tip", "text"),
    [
        (MULTIPLES, 2.0, 0.625, "2×", "2.0"),
        (MULTIPLES, 0.0001, 0.0, "<0.001×", "<1/64"),
        (NORMS, 1.0, 0.625, "1", "1"),
        (NORMS, 9.0, 1.0, "9", "9"),
        (ColourScale("linear", 100), -50.0, 0.25, "−50", "−50"),
        (ColourScale("bent", 2), 0.0, 0.5, "0", "0"),
        (ColourScale("bent", 2), -7.0, 0.0, "−7", "−7"),
    ],
)
def test_a_scale_says_where_a_value_is_and_what_it_is(scale, value, place, tip, text):
    values = np.array([value])
    assert scale.places(values)[0] == pytest.approx(place)
    assert list(scale.tips(values)) == [tip]
    assert list(scale.texts(values)) == [text]


def test_a_scale_of_its_own_shows_ranking_and_no_amounts():
    values = np.array([3.0, 5.0, np.nan, 4.0])
    assert OWN.places(values)[[0, 1, 3]].tolist() == [0, 1, 0.5]
    assert not any(OWN.tips(values))
    assert OWN.ticks() == ()
    assert OWN.places(np.full(3, 2.0)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("scale", "ticks"),
    [
        (MULTIPLES, ["1/16", "1/4", "1×", "4×", "16×"]),
        (NORMS, ["0", "1", "2", "3", "4"]),
        (ColourScale("linear", 100), ["−100", "−50", "0", "50", "100"]),
    ],
)
def test_ticks_stand_at_the_places_of_their_values(scale, ticks):
    assert list(scale.ticks()) == ticks
    amounts = [eval(tick.strip("×").replace("−", "-")) for tick in ticks]
    bar = scale.bar()
    at = np.linspace(0, len(bar) - 1, len(ticks)).round().astype(int)
    assert scale.places(np.array(amounts, float)) == pytest.approx(bar[at])
