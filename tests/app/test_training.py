"""A network of few classes warns of other pictures, and can be seen along its training."""

import pytest

from tests.app.test_pages import open_app, view
from transcnn import assets
from transcnn.checkpoints import shipped
from transcnn.classifier import Classifier
from transcnn.errors import MissingSnapshots
from transcnn.model.variants import network
from transcnn.pictures.samples import known_samples
from transcnn.ui.app.images import sample_image
from transcnn.words.translator import plain

NANO = "transcnn_nano"
SHARES = list(shipped(NANO).snapshots)


def slider(app):
    return next(s for s in app.sidebar.select_slider if s.key == "training_slider")


@pytest.mark.parametrize("page", ["explore", "occlusion"])
def test_a_picture_of_none_of_the_few_classes_is_warned_of(page):
    app = open_app(page, model=NANO, picture="zebra")
    assert not app.exception
    [warning] = app.main.warning
    assert warning.value.startswith(
        "transcnn_nano knows 10 classes, and this image (Zebra looking back) shows none of them."
    )


def test_of_an_upload_the_network_of_all_classes_judges():
    app = open_app(model=NANO)
    zebra = sample_image("zebra", "en").data
    app.sidebar.file_uploader[0].set_value(("mine.jpg", zebra, "image/jpeg")).run()
    [warning] = app.main.warning
    assert (
        "transcnn_nano knows 10 classes, and this image probably shows none of them"
        in warning.value
    )
    assert "predicts zebra" in warning.value


def test_a_network_of_all_classes_warns_of_nothing_and_has_no_slider():
    app = open_app()
    assert not app.main.warning
    assert not app.sidebar.select_slider


def test_the_slider_changes_the_network_and_nothing_else():
    app = open_app(model=NANO, picture="lion", stage="1", token="3,4", head="2")
    before = view(app)
    assert slider(app).options == [f"{100 * float(share):.0f} %" for share in (*SHARES, 1)]

    slider(app).set_value(SHARES[1]).run()

    assert not app.exception
    after = view(app)
    assert after["selected"] == before["selected"]
    assert after["photo"] == before["photo"]
    assert after["trace"] != before["trace"]
    assert after["link"]["model"] == f"{NANO}@{SHARES[1]}"
    slider(app).set_value("1.000").run()
    assert view(app)["trace"] == before["trace"]


def test_a_link_leads_to_a_share_of_the_training_and_never_to_another_file():
    app = open_app(model=f"{NANO}@{SHARES[2]}")
    assert slider(app).value == SHARES[2]
    for wrong in (f"{NANO}@0.123", f"{NANO}@../../x", "transcnn_lite0@0.100", "@"):
        app = open_app(model=wrong)
        assert not app.exception
        assert view(app)["network"]["name"] == "transcnn_lite0"
        assert view(app)["link"]["model"] == "transcnn_lite0"


def test_every_snapshot_is_the_network_as_it_was_shipped():
    for share in SHARES:
        Classifier(f"{NANO}@{share}")


def test_without_the_snapshots_their_link_shows_the_trained_network_and_how_to_get_them(
    monkeypatch,
):
    monkeypatch.setattr(assets, "snapshots", lambda: None)
    for page in ("explore", "compare"):
        app = open_app(page, model=f"{NANO}@{SHARES[2]}", picture="lion")
        assert not app.exception
        assert not app.sidebar.select_slider
        [told] = [c.value for c in app.sidebar.caption if "snapshots" in c.value]
        assert told == plain(str(MissingSnapshots(model=NANO)))
    assert "transcnn_nano@" not in str(open_app("compare", model=NANO, compare="models").main)


def test_one_click_leads_from_the_first_network_to_the_one_that_needs_its_attention():
    app = open_app(picture="lion")
    [button] = [b for b in app.button if NANO in b.label]
    button.click().run()
    assert view(app)["network"]["name"] == NANO
    assert view(app)["link"]["model"] == NANO
    known = {sample.name for sample in known_samples(network(NANO).class_set)}
    assert view(app)["link"]["picture"] in known, "no lion, which it does not know"
    assert not [b for b in app.button if NANO in b.label]
