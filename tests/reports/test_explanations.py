"""The file of explanations: well-formed, whole without anything else, text stays text."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.reports.conftest import EVIL
from tests.reports.test_html import Page
from transcnn.reports.explanations import Chapter, Explanations, Graph, render


def made(language="en"):
    graph = Graph(
        EVIL, [(EVIL, "#0B7570", [(0, 4.0), (0.5, 1.0), (1, 0.0)])], [(0, 0.0, 4.0), (1, 0.0, 2.0)]
    )
    colours = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    chapter = Chapter(
        EVIL,
        [EVIL],
        colours,
        np.zeros((5, 3), np.uint8),
        ("0", "1"),
        [["row", "1"], ["1", "0.5"]],
        [(EVIL, [["", EVIL], [EVIL, "1"]])],
        [graph],
        EVIL,
    )
    picture = np.zeros((4, 4, 3), np.uint8)
    return render(
        Explanations(
            language,
            EVIL,
            [EVIL],
            picture,
            EVIL,
            [["", ""], [EVIL, EVIL]],
            [chapter],
            (EVIL, [["", EVIL], [EVIL, "+1.00"]]),
            EVIL,
            [EVIL],
        )
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_well_formed_and_asks_for_nothing(language):
    found = Page(made(language))
    assert found.open == []
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "a", "use"}
    for tag, attrs in found.tags:
        assert not {name for name in attrs if name.startswith("on")}, tag
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            assert attrs.get(name, "data:").startswith("data:")
    policy = [m["content"] for m in found.all("meta") if "http-equiv" in m]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]
    assert EVIL in {image["alt"] for image in found.all("img")}


def test_the_map_in_the_file_has_the_colours_of_the_map():
    images = [image["src"] for image in Page(made()).all("img")]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(images[1].split(",")[1]))))
    np.testing.assert_array_equal(pixels, np.arange(18, dtype=np.uint8).reshape(2, 3, 3))


def test_curves_stand_at_their_heights():
    line = next(attrs for tag, attrs in Page(made()).tags if tag == "polyline")
    assert line["points"] == "0.0,0.0 150.0,150.0 300.0,200.0"
