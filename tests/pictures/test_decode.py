"""Every kind of accepted file becomes the pixels that it means."""

import hashlib
import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.pictures.files import (
    GIF_PIXEL,
    GREY,
    GREY_ALPHA,
    PALETTE,
    RGB,
    RGB_ALPHA,
    SIDES,
    SMALL,
    chunk,
    exif,
    gif,
    noise,
    pixels,
    png,
    saved,
    smooth,
    stored,
)
from transcnn.pictures import decode


def on_white(colour, alpha):
    """Colours [..., 3] seen through `alpha` (0 to 1) on white paper."""
    alpha = np.asarray(alpha)[..., None]
    return np.asarray(colour) * alpha + 255 * (1 - alpha)


@pytest.mark.parametrize(
    ("kind", "settings"), [("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True})]
)
def test_lossless_files_keep_every_pixel(kind, settings):
    picture = noise(23, 37)

    data = saved(picture, kind, **settings)

    assert np.array_equal(pixels(data), np.asarray(picture))
    assert decode(data).image.mode == "RGB"
    assert decode(data).size == (37, 23)
    assert decode(data).digest == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("JPEG", {"subsampling": 0}), ("WEBP", {})],
)
def test_lossy_files_keep_what_is_seen(kind, settings):
    picture = smooth(64, 96)

    difference = pixels(saved(picture, kind, quality=95, **settings)) - np.asarray(picture)

    assert np.abs(difference).mean() < 2


def test_grey_jpegs_become_grey_rgb():
    picture = smooth(64, 96).convert("L")

    found = pixels(saved(picture, "JPEG", quality=95))

    assert np.array_equal(found[..., 0], found[..., 1])
    assert np.array_equal(found[..., 0], found[..., 2])
    assert np.abs(found[..., 0] - np.asarray(picture).astype(int)).mean() < 2


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_grey_of_few_bits_is_spread_from_black_to_white(depth):
    values = np.arange(2**depth)
    bits = "".join(f"{value:0{depth}b}" for value in values).ljust(8, "0")
    row = int(bits, 2).to_bytes(len(bits) // 8, "big")

    found = pixels(png(2**depth, 1, depth, GREY, rows=[row]))

    assert found[0, :, 0].tolist() == [round(255 * v / (2**depth - 1)) for v in values]


def test_16_bit_grey_is_scaled_and_not_cut_off():
    values = np.arange(0, 65536, 5)

    found = pixels(png(len(values), 1, 16, GREY, rows=[values.astype(">u2").tobytes()]))

    assert np.array_equal(found[0], np.rint(values / 257)[:, None].repeat(3, 1))


def test_dark_16_bit_grey_stays_dark():
    found = pixels(png(2, 1, 16, GREY, rows=[struct.pack(">HH", 100, 255)]))

    assert found[0, :, 0].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("colour", "channels"), [(RGB, 3), (GREY_ALPHA, 2), (RGB_ALPHA, 4)], ids=["RGB", "LA", "RGBA"]
)
def test_16_bit_colour_and_alpha_are_scaled(colour, channels):
    values = np.random.default_rng(0).integers(0, 65536, (9, 11, channels))
    rows = [row.astype(">u2").tobytes() for row in values]
    shares = values / 65535
    alpha = shares[..., -1] if channels in (2, 4) else np.ones((9, 11))
    visible = 255 * (shares[..., :3] if channels > 2 else shares[..., :1].repeat(3, -1))

    found = pixels(png(11, 9, 16, colour, rows=rows))

    assert np.abs(found - on_white(visible, alpha)).max() <= 2


def test_a_palette_is_looked_up():
    colours = [(1, 2, 3), (200, 100, 50), (0, 255, 0)]
    palette = chunk(b"PLTE", bytes(v for colour in colours for v in colour))

    found = pixels(png(4, 1, 8, PALETTE, palette, rows=[bytes([2, 0, 1, 1])]))

    assert [tuple(v) for v in found[0]] == [colours[i] for i in (2, 0, 1, 1)]


def test_transparent_entries_of_a_palette_show_white_paper():
    palette = chunk(b"PLTE", bytes([10, 20, 30] * 3))
    alpha = chunk(b"tRNS", bytes([0, 128]))  # the third entry is opaque

    found = pixels(png(3, 1, 8, PALETTE, palette, alpha, rows=[bytes([0, 1, 2])]))

    expected = on_white([[10, 20, 30]] * 3, [0, 128 / 255, 1])
    assert np.abs(found[0] - expected).max() <= 1


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_palette_of_few_bits_is_looked_up_with_its_transparency(depth):
    palette = chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60]))
    row = bytes([1 << (8 - 2 * depth)])  # the entries 0 and 1

    found = pixels(png(2, 1, depth, PALETTE, palette, chunk(b"tRNS", b"\xff\0"), rows=[row]))

    assert found[0].tolist() == [[10, 20, 30], [255, 255, 255]]


@pytest.mark.parametrize(
    ("bits", "compression", "masks", "row", "expected"),
    [
        (24, 0, (), bytes([3, 2, 1, 6, 5, 4, 0, 0]), [[1, 2, 3], [4, 5, 6]]),
        (32, 0, (), bytes([3, 2, 1, 0, 6, 5, 4, 0]), [[1, 2, 3], [4, 5, 6]]),  # 0 is no alpha here
        (16, 0, (), struct.pack("<HH", 0x7C00, 0x03E0), [[255, 0, 0], [0, 255, 0]]),
        (
            16,
            3,
            (0xF800, 0x07E0, 0x1F),
            struct.pack("<HH", 0xF800, 0x1F),
            [[255, 0, 0], [0, 0, 255]],
        ),
    ],
)
def test_bmps_of_all_depths_are_read(bits, compression, masks, row, expected):
    sizes = (40, 2, 1, 1, bits, compression, len(row), 0, 0, 0, 0)
    header = struct.pack("<IiiHHIIiiII", *sizes) + struct.pack(f"<{len(masks)}I", *masks)
    start = 14 + len(header)

    found = pixels(b"BM" + struct.pack("<IHHI", start + len(row), 0, 0, start) + header + row)

    assert found[0].tolist() == expected


def test_the_rows_of_a_bmp_may_go_up_or_down():
    rows = bytes([3, 2, 1, 0]), bytes([6, 5, 4, 0])  # one pixel each, filled up to four bytes

    for height, order in [(2, rows[::-1]), (-2, rows)]:
        header = struct.pack("<IiiHHIIiiII", 40, 1, height, 1, 24, 0, 8, 0, 0, 0, 0)
        data = b"BM" + struct.pack("<IHHI", 62, 0, 0, 54) + header + b"".join(order)
        assert pixels(data)[:, 0].tolist() == [[1, 2, 3], [4, 5, 6]]


def test_what_follows_the_end_of_a_picture_does_not_matter():
    for kind in ("JPEG", "PNG", "GIF", "BMP"):
        data = saved(noise(9, 9), kind)
        assert np.array_equal(pixels(data + b"more" * 99), pixels(data))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_alpha_lays_the_picture_on_white_paper(kind):
    values = np.random.default_rng(0).integers(0, 256, (20, 30, 4), dtype=np.uint8)
    settings = {"lossless": True, "exact": True} if kind == "WEBP" else {}

    found = pixels(saved(Image.fromarray(values), kind, **settings))

    assert np.abs(found - on_white(values[..., :3], values[..., 3] / 255)).max() <= 1


def test_grey_with_alpha_lays_the_picture_on_white_paper():
    values = np.random.default_rng(0).integers(0, 256, (20, 30, 2), dtype=np.uint8)

    found = pixels(saved(Image.fromarray(values), "PNG"))

    expected = on_white(values[..., :1].repeat(3, -1), values[..., 1] / 255)
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize(
    ("depth", "colour", "key", "row", "expected"),
    [
        (1, GREY, (0,), bytes([0b01000000]), [255, 255]),
        (2, GREY, (1,), bytes([0b01100000]), [255, 170]),
        (4, GREY, (2,), bytes([0x23]), [255, 51]),
        (8, GREY, (100,), bytes([100, 101]), [255, 101]),
        (8, GREY, (0x12_64,), bytes([100, 101]), [255, 101]),  # only the lower 8 bits count
        (16, GREY, (25700,), struct.pack(">HH", 25700, 25957), [255, 101]),
        (8, RGB, (1, 2, 3), bytes([1, 2, 3, 9, 9, 9]), [255, 9]),
        (16, RGB, (1, 2, 256), struct.pack(">6H", 1, 2, 256, *[257] * 3), [255, 1]),
        (16, RGB, (25700, 1, 2), struct.pack(">6H", 25700, 1, 2, *[25700] * 3), [255, 100]),
    ],
)
def test_the_colour_that_a_png_calls_transparent_is_white(depth, colour, key, row, expected):
    transparent = chunk(b"tRNS", struct.pack(f">{len(key)}H", *key))

    found = pixels(png(2, 1, depth, colour, transparent, rows=[row]))

    assert found[0].tolist() == [[v] * 3 for v in expected]


def test_cmyk_jpegs_are_seen_as_their_inks_look():
    inks = [(0, 0, 0, 0), (255, 0, 0, 0), (0, 128, 0, 64), (0, 0, 0, 255), (30, 60, 90, 20)]
    picture = Image.new("CMYK", (16 * len(inks), 16))
    for i, ink in enumerate(inks):
        picture.paste(ink, (16 * i, 0, 16 * i + 16, 16))

    found = pixels(saved(picture, "JPEG", quality=100))[8, 8::16]

    expected = [[(255 - ink) * (255 - k) / 255 for ink in (c, m, y)] for c, m, y, k in inks]
    assert np.abs(found - expected).max() <= 3


@pytest.mark.parametrize("orientation", SIDES)
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_picture_stands_upright_in_all_8_orientations(kind, orientation):
    upright = np.asarray(noise(20, 30))
    as_stored = Image.fromarray(np.ascontiguousarray(stored(upright, *SIDES[orientation])))
    settings = {"lossless": True} if kind == "WEBP" else {}

    data = saved(as_stored, kind, exif=exif(orientation), **settings)

    assert np.array_equal(pixels(data), upright)
    assert decode(data).size == (30, 20)


@pytest.mark.parametrize("orientation", SIDES)
def test_jpegs_stand_upright_in_all_8_orientations(orientation):
    upright = np.asarray(smooth(64, 96))
    as_stored = Image.fromarray(np.ascontiguousarray(stored(upright, *SIDES[orientation])))

    found = pixels(saved(as_stored, "JPEG", quality=95, exif=exif(orientation)))

    assert found.shape == upright.shape
    assert np.abs(found - upright).mean() < 2


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation):
    picture = noise(20, 30)

    data = saved(picture, "PNG", exif=exif(orientation))

    assert np.array_equal(pixels(data), np.asarray(picture))


def test_a_transparent_palette_is_turned_with_its_transparency():
    palette = chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60]))
    turned = chunk(b"eXIf", exif(6)[6:])

    data = png(2, 1, 8, PALETTE, palette, chunk(b"tRNS", b"\0"), turned, rows=[bytes([0, 1])])

    assert pixels(data)[:, 0].tolist() == [[255, 255, 255], [40, 50, 60]]


@pytest.mark.parametrize(
    "entry",
    [
        (0x011A, 3, 1, 72 << 16),  # a resolution that is no fraction
        (0x0131, 3, 1, 5 << 16),  # a program's name that is a number
        (0x8769, 4, 1, 0xFFFFFFF0),  # a table beyond the end
        (0x9286, 2, 60000, 8),  # a comment beyond the end
        (0x0101, 99, 1, 0),  # a type that does not exist
    ],
)
def test_odd_exif_entries_do_not_spoil_a_good_picture(entry):
    data = saved(smooth(64, 96), "JPEG", exif=exif(6, entry))

    assert decode(data).size == (64, 96)


RICH_EXIF = Image.Exif()
RICH_EXIF.update({0x0112: 6, 0x010E: "a photo", 0x011A: 72.5, 0x0131: "a camera"})
RICH_EXIF.get_ifd(0x8769).update({0x829A: 0.01, 0x9000: b"0230", 0x9286: b"ASCII\0\0\0hello"})
RICH_EXIF.get_ifd(0x8825).update({1: "N", 2: (47.0, 30.0, 0.0)})


@given(
    changes=st.lists(
        st.tuples(st.integers(6, len(RICH_EXIF.tobytes()) - 1), st.integers(0, 255)),
        max_size=8,
    )
)
def test_whatever_exif_says_a_good_picture_is_shown(changes):
    said = bytearray(RICH_EXIF.tobytes())
    for place, value in changes:
        said[place] = value
    picture = smooth(16, 24)

    assert sorted(decode(saved(picture, "JPEG", exif=bytes(said))).size) == [16, 24]


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("GIF", {}), ("PNG", {}), ("WEBP", {"lossless": True})],
)
def test_of_an_animation_the_first_frame_is_seen(kind, settings):
    red, green, blue = (Image.new("RGB", (8, 6), c) for c in ("#ff0000", "#00ff00", "#0000ff"))

    data = saved(red, kind, save_all=True, append_images=[green, blue], duration=100, **settings)

    assert Image.open(io.BytesIO(data)).n_frames == 3
    assert np.array_equal(pixels(data), np.asarray(red))


def test_of_two_photos_in_one_jpeg_the_first_is_seen():
    first, second = smooth(64, 96), Image.new("RGB", (96, 64), "#ff0000")

    data = saved(first, "MPO", save_all=True, append_images=[second], quality=95)

    assert np.abs(pixels(data) - np.asarray(first)).mean() < 2


def test_places_that_a_gif_leaves_out_are_white_paper():
    expected = np.full((3, 4, 3), 255)
    expected[1, 2] = GIF_PIXEL

    assert np.array_equal(pixels(gif((4, 3), (1, 1), at=(2, 1))), expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 20000), (20000, 1)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP"])
def test_the_smallest_and_the_thinnest_pictures_are_read(kind, size):
    found = decode(saved(Image.new("RGB", size, (0, 0, 0)), kind))

    assert found.size == size
    assert found.image.getextrema() == ((0, 0),) * 3


def test_pictures_that_are_black_and_white_by_the_bit_are_read():
    values = np.array([[True, False, True], [False, False, True]])
    picture = Image.fromarray(values)
    assert picture.mode == "1"

    for kind in ("PNG", "BMP", "GIF"):
        assert np.array_equal(pixels(saved(picture, kind))[..., 0], 255 * values)


def test_a_photo_as_phones_write_it_is_read():
    found = decode(SMALL["HEIF"])
    assert found.size == (64, 48)
    red, blue = found.image.getpixel((8, 24)), found.image.getpixel((56, 24))
    assert np.allclose(red, (200, 30, 30), atol=3)
    assert np.allclose(blue, (30, 30, 200), atol=3)
