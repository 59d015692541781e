"""What the page asks of the library: the image as a detector sees it, and what it finds."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from transcnn.pictures import Crop, decode
from transcnn.pictures.address import picture_address
from transcnn.ui.app.detectors import open_detector
from transcnn.ui.app.images import ChosenImage, decoding, small_jpeg
from transcnn.ui.app.networks import BY_DIGEST
from transcnn.ui.app.tasks import computing
from transcnn.ui.app.visitors import end_with_browser
from transcnn.ui.pages.detect.link import ABLATIONS

if TYPE_CHECKING:
    from transcnn.detection.detector import DetectionRun
    from transcnn.detection.objects import Detected


@dataclass(frozen=True, eq=False)
class SeenImage:
    """The whole image: a photo of it for the page, and what the detector gets of it."""

    photo: NDArray[np.uint8]  # [rows, columns, 3], the longer side at most 720 pixels
    address: str  # the photo as a data URL
    pixels: NDArray[np.uint8]  # [rows, columns, 3] of the input
    crop: Crop


@st.cache_resource(scope="session", max_entries=4, show_spinner=False, hash_funcs=BY_DIGEST)
def see(image: ChosenImage, detector: str) -> SeenImage:
    """The whole image as `detector` sees it. Raises PictureError."""
    from transcnn.detection.prepare import prepare

    size = open_detector(detector).size()
    with decoding:
        end_with_browser()  # it may have gone while this waited
        decoded = decode(image.data)
        pixels, crop = prepare(decoded, *size)
        jpeg = small_jpeg(decoded.image)
        del decoded
    photo = Image.open(io.BytesIO(jpeg)).convert("RGB")
    return SeenImage(np.asarray(photo), picture_address(photo, quality=88), pixels, crop)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False, hash_funcs=BY_DIGEST)
def detect(image: ChosenImage, detector: str) -> "DetectionRun":
    """What is found in the image, with the attention of that run."""
    seen, network = see(image, detector), open_detector(detector)
    with computing:
        return network.trace_pixels(seen.pixels, seen.crop)


@st.cache_resource(
    scope="session",
    max_entries=4,
    show_spinner=False,
    hash_funcs=BY_DIGEST,
)
def detect_again(image: ChosenImage, donor: ChosenImage, detector: str) -> "Mapping[str, Detected]":
    """What is found under each ablation, "on" among them; "swapped" takes the attention weights
    that the `donor` has once it is resized to the same input."""
    original = detect(image, detector).detected
    seen, network = see(image, detector), open_detector(detector)
    rows, columns = seen.pixels.shape[:2]
    resized = Image.fromarray(see(donor, detector).pixels).resize((columns, rows))
    found = {"on": original}
    with computing:
        attention = network.attention(np.asarray(resized), seen.crop)
        for name in ABLATIONS[1:]:
            intervention = network.intervention(name, attention)
            found[name] = network.detect_pixels(seen.pixels, seen.crop, intervention)
    return found
