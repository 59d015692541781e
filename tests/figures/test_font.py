"""The font of exported PNG figures has every character that they can contain."""

from PIL import ImageFont

from tests.figures.make_font import needed
from transcnn.figures.drawing import FONT


def test_every_character_of_figures_is_in_the_font():
    font = ImageFont.truetype(FONT, 16)
    missing = bytes(font.getmask("\U0010ffff"))  # what is drawn for a character without a glyph

    lacking = [c for c in sorted(needed()) if not c.isspace() and bytes(font.getmask(c)) == missing]

    assert lacking == []


def test_the_font_is_small_and_has_its_licence_beside_it():
    assert FONT.stat().st_size < 400_000
    assert "SIL OPEN FONT LICENSE" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
