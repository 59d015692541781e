"""The sentence that a file gets that is no image: written out once, for the tests of every door."""

NOT_A_PICTURE = (
    "This file is not an image that can be read. Use JPEG, PNG, WEBP, GIF, BMP, HEIF, "
    "or convert it first: a photo app can export it as JPEG."
)
