"""Compare without a browser: links, which two there are, and that their numbers are right."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import open_app, session
from transcnn.analysis.cost import network_cost
from transcnn.classifier import Classifier
from transcnn.model.variants import network
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.ui.app import links
from transcnn.ui.app.page_files import page_file
from transcnn.ui.pages.compare.link import KEPT, CompareChoice
from transcnn.ui.pages.compare.maps import moved


def open_compare(**link: str) -> AppTest:
    app = open_app(**link)
    app.switch_page(page_file("compare")).run()
    assert not app.exception
    assert not app.error
    return app


def maps(app: AppTest) -> dict[str, dict]:
    mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
    return {m["id"]: m for m in json.loads(mounted["transcnn.cells"].json)["maps"]}


def table(app: AppTest, start: str) -> list[list[str]]:
    text = next(m.value for m in app.markdown if m.value.startswith(start))
    return [[c.strip() for c in line.split("|")[1:-1]] for line in text.splitlines()]


def path(name):
    return next(s.path for s in samples() if s.name == name)


def test_both_pictures_have_the_answers_that_each_has_alone():
    rows = table(open_compare(picture="zebra", **{"with": "lion"}), "| Prediction")
    clf = Classifier()
    for column, name in ((1, "zebra"), (2, "lion")):
        top = clf.predict(path(name)).top
        said = {row[0]: row[column] for row in rows[2:]}
        for answer in top:
            shown = said[answer.name.label.replace("-", "\\-")]
            if shown != "< 0.1 %":
                assert float(shown.split()[0]) == pytest.approx(100 * answer.probability, abs=0.06)


def test_the_maps_of_both_are_those_of_their_own_traces_on_one_scale():
    app = open_compare(picture="zebra", stage="1", token="5,20", head="3", **{"with": "lion"})
    found = maps(app)
    clf = Classifier()
    for letter, name in (("A", "zebra"), ("B", "lion")):
        for reading in clf.trace(path(name)).read(1, 0, (5, 20)):
            shown = found[f"{letter}/{reading.level}"]
            multiples = reading.multiple[3].ravel()
            assert (shown["rows"], shown["columns"]) == reading.valid.shape
            for step, text, multiple in zip(
                shown["steps"], shown["values"], multiples, strict=True
            ):
                octave = max(-4.0, min(4.0, np.log2(multiple)))
                assert step == pytest.approx(128 + 32 * octave, abs=0.51)
                assert float(text.split("×")[0]) == pytest.approx(multiple, rel=0.006)


def test_without_h_mhsa_nothing_is_read_and_the_network_is_its_body():
    app = open_compare(picture="zebra", compare="models")
    assert maps(app)["B/0"]["note"] == "Without H-MHSA there is no attention to show."
    assert maps(app)["B/0"]["image"], "the photo, not an empty box"
    clf = Classifier()
    pixels, _ = prepare(decode(path("zebra").read_bytes()), 224)
    bare = clf.logits(pixels[None], clf.intervention("off"))[0].softmax(0)
    assert table(app, "| Prediction")[2][0::2] == ["zebra", f"{100 * float(bare[340]):.1f} %"]
    rows = table(app, "|  |")
    costs = {row[0]: row[1:] for row in rows}
    backbone = network("transcnn_lite0").backbone
    assert costs["of which QKᵀ and AV"][1] == "0"
    assert costs["Multiply-adds per image"][1] == f"{network_cost(backbone, (224, 224)).total:,}"
    assert costs["Parameters"][1] == "4,652,008"  # what EfficientNet-Lite0 is published with


def test_two_networks_read_at_the_same_place_of_the_picture():
    app = open_compare(
        compare="models", model="transcnn_nano", token="8,12", **{"with": "transcnn_lite0"}
    )
    found = maps(app)
    assert found["A/2"]["missing"] is None
    assert found["B/2"]["missing"], "lite0 has two levels where nano has three"
    assert moved((8, 12), (32, 32), (56, 56)) == (14, 21)
    assert moved((0, 31), (32, 32), (56, 56)) == (0, 55)
    assert moved((3, 4), (7, 7), (7, 7)) == (3, 4)


def test_what_a_network_has_no_class_for_is_not_given_a_number():
    rows = table(
        open_compare(
            compare="models", model="transcnn_nano", picture="zebra", **{"with": "transcnn_lite0"}
        ),
        "| Prediction",
    )
    assert ["zebra", "not one of its classes"] in [row[:2] for row in rows]


def test_exchanging_makes_the_second_first_and_back():
    app = open_compare(picture="zebra", **{"with": "lion"})
    exchange = next(b for b in app.button if b.label == "Swap A and B")
    exchange.click().run()
    assert session(app).sample == "lion"
    assert session(app).part(CompareChoice).picture == "zebra"
    next(b for b in app.button if b.label == "Swap A and B").click().run()
    assert session(app).sample == "zebra"
    assert session(app).part(CompareChoice).picture == "lion"


def test_exchanging_two_networks_lets_the_snapshot_be_first():
    app = open_compare(compare="models", model="transcnn_nano", **{"with": "transcnn_nano@0.089"})
    next(b for b in app.button if b.label == "Swap A and B").click().run()
    assert session(app).model == "transcnn_nano@0.089"
    assert session(app).part(CompareChoice).model == "transcnn_nano"
    assert not app.exception


def test_a_link_never_brings_back_what_was_uploaded():
    own = CompareChoice("models", KEPT, "nano/1")
    link = links.encode(own.linkable({"nano/1": None}))
    assert links.decode(CompareChoice, link) == CompareChoice("models")


@pytest.mark.parametrize(
    "link",
    [
        {"compare": "everything", "with": "../../etc/passwd"},
        {"compare": "models", "with": "transcnn_nano@9.999"},
        {"compare": "models", "with": "<b>"},
        {"with": "x" * 5000, "token": "-1,2", "stage": "77"},
    ],
)
def test_a_link_to_what_does_not_exist_shows_the_usual(link):
    assert len(maps(open_compare(**link))) >= 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_custom_model_without_levels_answers_and_has_a_cost(language):
    """An own network can be the second where its attention is no H-MHSA, too."""
    from transcnn.checkpoints import create_model
    from transcnn.ui.app.custom_models import CustomModel

    model = create_model("hatnet_tiny").eval()
    custom_model = CustomModel(
        "hatnet_tiny/1", "<i>mine</i>.pth", "own", model.config, 1, Classifier.around(model, "1")
    )
    app = open_app(lang=language)
    session(app).custom_models = {custom_model.key: custom_model}
    session(app).put(replace(CompareChoice(), kind="models", model=custom_model.key))
    app.switch_page(page_file("compare")).run()
    assert not app.exception
    assert "H-MHSA" in maps(app)["B/0"]["note"]
    assert maps(app)["B/0"]["image"], "the photo, not an empty box"
    costs = table(app, "|  |")
    assert re.sub(r"\D", "", costs[2][2]) == "224224"
    assert "<i>" not in "".join(costs[0])
    assert next(b for b in app.button if b.label in ("Swap A and B", "交换 A 和 B")).disabled
