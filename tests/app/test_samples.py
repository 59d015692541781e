"""Samples belong to models; an upload among them; the crop of what is not square; the sidebar."""

import dataclasses

import numpy as np
import pytest

from tests.app.test_pages import open_app, session, view
from tests.pictures.files import SMALL, noise, saved
from transcnn import Classifier
from transcnn.checkpoints.catalogue import shipped_names
from transcnn.model.variants import network
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import ATTRIBUTION, known_samples, samples
from transcnn.ui.app.image_page import warn_outside
from transcnn.ui.app.images import prepare_image, sample_image
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.router import PAGES
from transcnn.words.translator import translator

WIDE = saved(noise(100, 300), "PNG")


def gallery(app):
    """The groups of the gallery: by heading, the names in it."""
    shown = view(app, "samples")
    return {group["label"]: [s["name"] for s in group["samples"]] for group in shown["groups"]}


def send(app, data, name="mine.png"):
    app.sidebar.file_uploader[0].set_value((name, data, "image/png")).run()
    return app


class Box:
    """Stands where the page has its warning."""

    said = ""

    def warning(self, text):
        self.said = text


@pytest.mark.parametrize("model", shipped_names())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_warning_errs_on_no_sample(model, language):
    config = network(model)
    names = {name.index for name in config.class_set.names}
    for sample in samples():
        box = Box()
        warn_outside(box, translator(language), sample_image(sample.name, language), config)
        assert bool(box.said) == (not names.intersection(sample.accepted)), sample.name
        assert not box.said or sample.title[language] in box.said


def test_the_small_network_predicts_at_least_seven_of_eight_samples_of_its_classes_correctly():
    classifier = Classifier("transcnn_nano")
    shown = known_samples(classifier.config.class_set)
    first = {s.name: classifier.predict(s.path, top=1).top[0].name.index for s in shown}
    right = [sample.name for sample in shown if first[sample.name] in sample.accepted]
    assert shown
    assert len(right) >= 7 / 8 * len(shown), sorted(first.keys() - set(right))


def test_both_aeroplanes_are_outside_the_classes_of_the_small_network():
    """The network of 1000 classes, which judges uploads, finds a parachute likely enough there."""
    app = open_app(model="transcnn_nano", picture="navy-jet")
    assert "Navy" in app.warning[0].value
    app = open_app(model="transcnn_lite0", picture="navy-jet")
    assert not app.warning


@pytest.mark.parametrize("model", shipped_names())
def test_the_gallery_shows_first_what_the_chosen_model_knows(model):
    app = open_app(model=model)
    known = {sample.name for sample in known_samples(network(model).class_set)}
    groups = gallery(app)
    outside = groups.pop(f"Outside the classes of {model}:")
    assert set(outside) == {sample.name for sample in samples()} - known
    assert set(groups.get("", [])) == known


def test_choosing_a_model_moves_on_to_a_sample_that_it_knows_and_keeps_one_that_it_knows():
    app = open_app(model="transcnn_nano", picture="dahlia")
    assert session(app).sample == "dahlia", "a link is followed"
    session(app).show_model("transcnn_lite0")
    known = {sample.name for sample in known_samples(network("transcnn_lite0").class_set)}
    assert session(app).sample in known, "no class of ImageNet is a dahlia"
    session(app).show_sample("lion")
    session(app).show_model("transcnn_lite0")
    assert session(app).sample == "lion"


def test_choosing_a_model_leaves_an_upload():
    app = send(open_app(model="transcnn_nano"), WIDE)
    session(app).show_model("transcnn_lite0")
    assert session(app).upload.data == WIDE


def test_an_upload_has_its_thumbnail_among_the_samples_as_long_as_it_is_shown():
    app = send(open_app(), WIDE)
    shown = view(app, "samples")
    assert shown["chosen"] == shown["upload"] == gallery(app)[""][0]
    assert shown["groups"][0]["samples"][0]["title"] == "mine.png"
    session(app).show_sample("lion")
    app.run()
    assert view(app, "samples")["chosen"] == "lion"
    assert shown["upload"] not in gallery(app)[""]


def test_a_photo_in_the_format_of_phones_is_shown():
    app = send(open_app(), SMALL["HEIF"], "IMG_0001.HEIC")
    assert view(app)["error"] is None
    assert session(app).upload.title == "IMG_0001.HEIC"


def test_a_file_that_is_no_image_is_answered_with_how_to_convert_it():
    assert "export it as JPEG" in view(send(open_app(), b"RAW photo"))["error"]


def test_a_wide_image_says_what_is_cropped_and_its_crop_can_be_moved():
    app = send(open_app(), WIDE)
    [slider] = app.sidebar.slider
    assert slider.label == "Crop: 67 % of the width is outside"
    before = view(app)
    slider.set_value(0).run()
    after = view(app)
    assert after["trace"] != before["trace"], "the network sees other pixels"
    assert after["link"]["crop"] is None, "links hold no uploads"
    app.sidebar.slider[0].set_value(50).run()
    assert view(app)["trace"] == before["trace"], "back in the centre it is the same image"


def test_a_square_image_has_nothing_to_move():
    assert not send(open_app(), saved(noise(99, 100), "PNG")).sidebar.slider


def test_the_crop_of_a_sample_is_part_of_its_link():
    app = open_app(picture="taxis-wide")
    app.sidebar.slider[0].set_value(100).run()
    link = view(app)["link"]
    assert link["crop"] == "100"
    again = open_app(picture="taxis-wide", crop="100")
    assert view(again)["trace"] == view(app)["trace"]
    assert again.sidebar.slider[0].value == 100
    for page in ("tokens", "occlusion", "compare", "explanations", "course"):
        again.switch_page(page_file(page)).run()
        assert not again.exception
    session(again).show_sample("lion")
    assert session(again).crop == 50, "another image starts in the centre"


@pytest.mark.parametrize("text", ["101", "-1", "left", ""])
def test_a_crop_that_there_is_not_is_the_centre(text):
    assert session(open_app(picture="taxis-wide", crop=text)).crop == 50


def seen(image):
    return prepare_image.__wrapped__(image, 224)  # without the cache of a session


def test_the_network_sees_the_crop_that_was_chosen():
    image = dataclasses.replace(sample_image("taxis-wide", "en"), crop=100)
    pixels, _ = prepare(decode(image.data), 224, at=100)
    shown = session(open_app(picture="taxis-wide", crop="100")).image
    assert np.array_equal(seen(shown).pixels, pixels)
    assert not np.array_equal(seen(sample_image("taxis-wide", "en")).pixels, pixels)


OF_IMAGE = (
    "overview",
    "explore",
    "tokens",
    "occlusion",
    "compare",
    "explanations",
    "course",
)
ACTING = {name: {"image", "model"} for name in OF_IMAGE}
ACTING |= {"cost": {"model"}, "detect": {"image"}}


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_the_sidebar_shows_image_and_model_only_where_they_act(page):
    app = open_app()
    app.switch_page(page_file(page)).run()
    styles = " ".join(html.proto.body for html in app.get("html"))
    hidden = {part for part in ("image", "model") if f".st-key-sidebar_{part} {{ display" in styles}
    assert hidden == {"image", "model"} - ACTING.get(page, set())
    opens = '--open-sidebar: "Image and model"' in styles
    assert opens == (hidden != {"image", "model"}), "on a phone, beside the arrow"


def test_the_pages_stand_in_groups():
    groups: dict[str, list[str]] = {}
    for page in PAGES:
        groups.setdefault(page.group, []).append(page.name)
    assert {"tokens", "occlusion", "compare"} <= set(groups["inside"])
    assert groups["check"] == ["explanations", "errors", "cost"]
    assert "course" in groups["start"]
    assert groups["more"] == ["models", "own_classes", "about"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_about_names_author_and_licence_of_every_photo_and_that_they_are_changed(language):
    """With the text of each licence that has one, by the address in the attribution."""
    app = open_app(lang=language)
    app.switch_page(page_file("about")).run()
    said = "\n".join(m.value for m in app.markdown)
    assert translator(language)("about.changed") in said
    known = ATTRIBUTION.read_text(encoding="utf-8")
    for sample in samples():
        [line] = [one for one in said.splitlines() if f"**{sample.title[language]}**" in one]
        assert sample.author in line
        assert sample.licence in line
        if sample.licence.startswith("CC"):
            assert sample.licence_address in known
            assert f"]({sample.licence_address})" in line
