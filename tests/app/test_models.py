"""The Models page: a person's own weights and the authors', from the file to the pages."""

import hashlib
import json
import pickle
import threading
import time

import pytest
import safetensors.torch
import torch

from tests.app.test_pages import open_app, session, view
from tests.checkpoints.pth import saved
from tests.checkpoints.server import halting, refusing, serve, whole
from tests.checkpoints.test_authors import state_dict
from tests.golden.recipe import fill
from transcnn import from_authors
from transcnn.analysis.cost import network_cost
from transcnn.checkpoints import download
from transcnn.checkpoints.download import cache_path
from transcnn.classifier import Classifier
from transcnn.labels import IMAGENET, class_names
from transcnn.model.network import build
from transcnn.model.variants import IMAGENETTE, network
from transcnn.pictures.samples import samples
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.selection import Selection
from transcnn.ui.app.session import MOST_CUSTOM_MODELS
from transcnn.ui.pages.models import own_weights
from transcnn.ui.pages.models.data import WeightFiles

SHIPPED = ["transcnn_lite0", "transcnn_nano"]


def ours(name, **settings):
    return safetensors.torch.save(fill(build(name, **settings)).state_dict())


@pytest.fixture(scope="module")
def nano():
    return ours("transcnn_nano")


@pytest.fixture(scope="module")
def hatnet():
    return saved(state_dict("hatnet_tiny"))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def server(monkeypatch):
    with serve(refusing(404)) as server:
        monkeypatch.setattr(download, "BASE", server.address)
        yield server


def models_page(**link):
    app = open_app(**link)
    app.switch_page(page_file("models")).run()
    assert not app.exception
    return app


def give(app, name, data):
    app.main.file_uploader[0].set_value((name, data, "application/octet-stream")).run()
    assert not app.exception
    return app


def said(app):
    return "\n".join(m.value for m in app.main.markdown)


def button(app, label):
    return next(b for b in app.main.button if b.label == label)


def labels(app):
    return [b.label for b in app.main.button]


def model_choice(app):
    return next(s for s in app.sidebar.selectbox if s.key == "model_picker")


def choose(app, index):
    """Choose one of the sidebar's models, by its place."""
    model_choice(app).select_index(index).run()
    assert not app.exception


def test_the_page_says_what_ships_before_what_may_be_added():
    app = models_page()

    heads = [s.value for s in app.main.subheader]
    assert heads[0] == "Included models"
    assert heads[-2:] == ["Your own weights", "The authors' weights"]
    assert "5,385,256 parameters" in said(app)
    assert "Summary" in said(app), "the model card"
    assert model_choice(app).options == SHIPPED


def test_a_file_of_ours_becomes_a_model_of_the_sidebar(nano):
    app = give(models_page(), "my.safetensors", nano)

    config = network("transcnn_nano")
    assert "**transcnn_nano** with the weights of my" in said(app)
    assert "2,205,658 parameters" in said(app)
    assert f"{network_cost(config, (128, 128)).total:,} multiply-adds" in said(app)
    assert "10 classes" in said(app)
    assert "they have numbers here" not in said(app), "they are classes of ImageNet"
    assert model_choice(app).options == [*SHIPPED, "transcnn_nano: my.safetensors"]
    assert model_choice(app).value == "transcnn_lite0", "it is chosen by the visitor"


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("transcnn_nano", {}),
        ("transcnn_nano", dict(classes=1)),
        ("transcnn_small", {}),
        ("transcnn_lite0", dict(classes=3)),
    ],
)
def test_every_page_shows_a_network_of_ours(name, settings):
    app = give(models_page(), "my.safetensors", ours(name, **settings))
    choose(app, len(SHIPPED))

    config = network(name, **settings)
    for page in ("explore", "tokens", "occlusion", "cost"):
        app.switch_page(page_file(page)).run()
        assert not app.exception
        assert not app.error
        assert model_choice(app).value.startswith(f"{name}/")
        if page != "cost":
            sent = view(app, page)
            assert sent["network"]["name"] == name
            assert sent["network"]["input"] == config.input.size
            assert sent["link"]["model"] is None, "a link does not name it"
    assert name in said(app)


def test_explore_shows_what_these_weights_do(nano):
    model = fill(build("transcnn_nano"))
    app = give(models_page(), "my.safetensors", nano)

    button(app, "Show in Explore").click().run()

    shown = next(s for s in samples() if s.name == session(app).sample).path
    expected = Classifier.around(model, "").trace(shown)
    assert view(app)["network"]["name"] == "transcnn_nano"
    packets = [c.proto for c in app.get("bidi_component")]
    sent = next(json_of(p) for p in packets if b'"kind": "trace"' in packet(p))
    best = expected.logits.argmax()
    assert sent["top"][0]["index"] == best
    assert sent["top"][0]["logit"] == pytest.approx(float(expected.logits[best]), rel=1e-4)
    names = next(json_of(p) for p in packets if b'"kind": "names"' in packet(p))
    assert names["names"] == [class_names()[i].label for i in IMAGENETTE]


def packet(proto):
    return proto.bytes


def json_of(proto):
    length = int.from_bytes(proto.bytes[:4], "little")
    return json.loads(proto.bytes[4 : 4 + length])


def test_only_the_places_of_the_board_are_read_on_the_page_of_hidden_places():
    """transcnn_small's second and third stage end in boards of 4 x 4 and 2 x 2 places."""
    app = give(models_page(), "my.safetensors", ours("transcnn_small"))
    choose(app, len(SHIPPED))
    session(app).put(Selection(stage=1))

    app.switch_page(page_file("occlusion")).run()

    assert not app.exception
    assert {b["stage"] for b in view(app, "occlusion")["network"]["blocks"]} == {0, 3}
    assert view(app, "occlusion")["selected"]["stage"] == 0
    assert any(c.value.startswith("4 blocks of this network are not offered") for c in app.caption)


def test_a_link_does_not_reach_the_weights_of_anybody(nano):
    key = session(give(models_page(), "my.safetensors", nano)).custom_models.popitem()[0]

    for name in (key, "hatnet_tiny", "/etc/passwd", "my.safetensors"):
        app = open_app(model=name)
        assert not app.exception
        assert view(app)["network"]["name"] == "transcnn_lite0"


def test_a_file_of_the_authors_answers_to_the_picture_of_the_sidebar(hatnet):
    app = give(models_page(picture="lion"), "HAT-Net_Tiny.pth.tar", hatnet)

    assert "12,655,912 parameters; 2,128,134,912 multiply-adds" in said(app)
    assert hashlib.sha256(hatnet).hexdigest() in said(app)
    assert "Explore shows what tokens attend to" in said(app)
    assert answers_of(app) == expected_answers("lion")
    assert model_choice(app).options == SHIPPED, "it is no model that the pages could show"

    session(app).sample = "panda"
    app.run()

    assert answers_of(app) == expected_answers("panda")


def expected_answers(name):
    model = from_authors("hatnet_tiny", state_dict("hatnet_tiny"))
    picture = next(s for s in samples() if s.name == name).path
    top = Classifier.around(model, "").predict(picture).top
    return [(IMAGENET.said_in("en")[a.name.index], f"{100 * a.probability:.1f} %") for a in top]


def answers_of(app):
    table = next(m.value for m in app.main.markdown if m.value.startswith("| Prediction"))
    rows = [line.strip("|").split("|") for line in table.splitlines()[2:]]
    return [(name.strip().replace("\\", ""), share.strip()) for name, share in rows]


def test_a_picture_chosen_while_a_network_answers_here_stays_here(hatnet):
    app = give(models_page(), "HAT-Net_Tiny.pth", hatnet)
    before = answers_of(app)

    good = samples()[3].path.read_bytes()
    app.sidebar.file_uploader[0].set_value(("good.jpg", good, "image/jpeg")).run()
    assert answers_of(app) != before

    app.sidebar.file_uploader[0].set_value(("bad.jpg", b"no picture", "image/jpeg")).run()
    assert not app.exception
    assert "not an image" in app.main.error[0].value
    assert answers_of(app) != before, "the last picture is still there"


BAD = {
    "empty.pth": (b"", "this is not a PyTorch weight file"),
    "photo.safetensors": (samples()[0].path.read_bytes(), "this is not a safetensors weight file"),
    "text.pt": (b"hello", "this is not a PyTorch weight file"),
    "code.pth": (pickle.dumps(print), "is refused, because reading it could run code"),
    "other.tar": (b"PK", "only files ending in"),
}


def test_a_sentence_goes_with_the_file_that_it_is_about():
    app = give(models_page(), "empty.pth", b"")
    assert app.main.error

    app.switch_page(page_file("about")).run()
    app.switch_page(page_file("models")).run()

    assert not app.main.error


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_checkpoint_is_one_sentence_and_nothing_is_lost(name, nano):
    data, reason = BAD[name]
    app = give(models_page(), "good.safetensors", nano)

    give(app, name, data)

    assert len(app.main.error) == 1
    sentence = app.main.error[0].value.replace("\\", "")
    assert sentence.startswith(f"{name}: ")
    assert reason in sentence
    assert "**transcnn_nano** with the weights of good" in said(app), "what was there stays"
    give(app, "again.safetensors", nano)
    assert not app.main.error


def cut(nano):
    return nano[:-1000]


def without_a_key(nano):
    state = safetensors.torch.load(nano)
    del state["head.bias"]
    return safetensors.torch.save(state)


def with_another_shape(nano):
    return safetensors.torch.save({**safetensors.torch.load(nano), "head.bias": torch.ones(11)})


def no_numbers(nano):
    return safetensors.torch.save(
        {**safetensors.torch.load(nano), "head.bias": torch.full((10,), torch.nan)}
    )


def no_answer(nano):
    state = safetensors.torch.load(nano)
    return safetensors.torch.save(
        {k: -v if k.endswith("running_var") else v for k, v in state.items()}
    )


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (cut, "damaged or incomplete"),
        (without_a_key, "missing for transcnn_nano: head.bias (1 of its 213 keys)"),
        (with_another_shape, "head.bias has [11] and needs [10] (1 of 213 keys differ)"),
        (no_numbers, "the key head.bias is not a tensor of finite numbers"),
        (no_answer, "for a gray image is not a number"),
    ],
)
def test_weights_that_do_not_fit_are_named_in_one_sentence(spoil, reason, nano):
    app = give(models_page(), "mine.safetensors", spoil(nano))

    assert len(app.main.error) == 1
    assert reason in app.main.error[0].value.replace("\\", "")
    assert not session(app).custom_models
    app.switch_page(page_file("explore")).run()
    assert view(app)["trace"], "the session goes on"


def test_a_file_is_measured_against_the_network_that_it_is_said_to_be_for(nano):
    app = models_page()
    variant = next(s for s in app.main.selectbox if s.label == "Network variant")
    variant.set_value("transcnn_small").run()

    give(app, "mine.safetensors", nano)
    assert "missing for transcnn" in app.main.error[0].value

    next(s for s in app.main.selectbox if s.label == "Network variant").set_value(
        "transcnn_nano"
    ).run()
    assert not app.main.error
    assert "**transcnn_nano** with" in said(app), "the same file, tried again"


def test_a_weight_file_above_the_limit_is_refused_though_the_browser_let_it_through(
    monkeypatch, nano
):
    app = models_page()
    monkeypatch.setattr(own_weights, "MB", 2**10)

    give(app, "mine.safetensors", nano)

    sentence = app.main.error[0].value.replace("\\", "")
    assert sentence == "mine.safetensors: this weight file is larger than 400 MB."
    assert not session(app).custom_models


def test_names_from_outside_are_shown_as_they_are(nano):
    name = "![x](http://example.org/a.png) $x$ `<b>`.safetensors"

    app = give(models_page(), name, nano)
    card = next(m.value for m in app.main.markdown if "with the weights of" in m.value)
    assert "\\!\\[x\\]\\(http\\:" in card
    give(app, name, nano[:100])
    assert "\\!\\[x\\]\\(http\\:" in app.main.error[0].value


def test_what_is_forgotten_is_gone_and_the_model_that_ships_is_back(nano):
    app = give(models_page(), "mine.safetensors", nano)
    choose(app, len(SHIPPED))

    button(app, "Remove").click().run()

    assert not app.exception
    assert not session(app).custom_models
    assert session(app).model == "transcnn_lite0"
    assert model_choice(app).options == SHIPPED


def test_only_so_many_networks_are_kept_and_never_without_the_chosen_one():
    app = models_page()
    for i in range(MOST_CUSTOM_MODELS + 2):
        give(app, f"{i}.safetensors", ours("transcnn_nano", classes=i + 2))
        if i == 0:
            choose(app, len(SHIPPED))

    kept = [custom_model.file for custom_model in session(app).custom_models.values()]
    assert kept == ["0.safetensors", "3.safetensors", "4.safetensors"]
    assert len(model_choice(app).options) == len(SHIPPED) + MOST_CUSTOM_MODELS


# Downloads


def wait_for_end(app):
    """Until the download that is under way has ended; then the page is drawn once more."""
    if session(app).part(WeightFiles).download is not None:
        session(app).part(WeightFiles).download.join(60)
        app.run()
    assert not app.exception


def choose_hatnet(app):
    next(s for s in app.main.selectbox if s.label == "Network").set_value("hatnet_tiny").run()


def test_nothing_is_fetched_before_the_click_and_once_only(server, hatnet):
    server.answer = whole(hatnet)
    app = models_page(picture="lion", model="hatnet_tiny")
    choose_hatnet(app)
    assert server.asked == []
    assert f"{server.address}/HAT-Net/releases/download/v2.0/HAT-Net_Tiny.pth" in said(app)
    assert "about 51 MB" in said(app)

    button(app, "Download").click().run()
    wait_for_end(app)

    assert len(server.asked) == 1
    assert cache_path("hatnet_tiny").read_bytes() == hatnet
    assert answers_of(app) == expected_answers("lion")

    again = models_page(picture="lion")
    choose_hatnet(again)
    assert "Download" not in labels(again)
    button(again, "Open").click().run()
    assert answers_of(again) == expected_answers("lion")
    assert len(server.asked) == 1


def begin_download(server, data):
    """The page with a download of which 10 MB come at once, the rest when the event is set."""
    go_on = threading.Event()
    server.answer = halting(data, 10**7, go_on)
    app = models_page()
    choose_hatnet(app)
    button(app, "Download").click().run()
    return app, go_on


def test_a_download_shows_its_progress_and_can_be_cancelled(server, hatnet):
    app, go_on = begin_download(server, hatnet)
    fetching = session(app).part(WeightFiles).download
    while fetching.progress.received < 10**7:
        time.sleep(0.02)
    app.run()
    assert app.get("progress")[0].proto.text == f"10.0 of {len(hatnet) / 1e6:.1f} MB"
    assert app.get("progress")[0].proto.value == pytest.approx(1e9 / len(hatnet), abs=1)

    button(app, "Cancel").click().run()

    assert not app.exception
    assert "Download" in labels(app)
    assert not app.main.error
    go_on.set()
    fetching.join(60)
    assert list(cache_path("hatnet_tiny").parent.iterdir()) == []


def test_a_download_goes_on_while_another_page_is_looked_at(server, hatnet):
    app, go_on = begin_download(server, hatnet)

    app.switch_page(page_file("cost")).run()
    go_on.set()
    session(app).part(WeightFiles).download.join(60)
    app.switch_page(page_file("models")).run()

    assert not app.exception
    assert "**hatnet_tiny** with" in said(app)
    assert "On this computer: " in said(app), "the network is still chosen"
    assert "Open" not in labels(app), "it is open"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refusing(404), "(HTTP status 404)"),
        (whole(b"<html>sign in</html>"), "this is not a PyTorch weight file"),
    ],
)
def test_a_download_that_fails_is_one_sentence_and_can_be_tried_again(
    server, hatnet, answer, reason
):
    server.answer = answer
    app = models_page()
    choose_hatnet(app)
    button(app, "Download").click().run()
    wait_for_end(app)
    assert len(app.main.error) == 1
    assert reason in app.main.error[0].value.replace("\\", "")

    server.answer = whole(hatnet)
    button(app, "Download").click().run()
    wait_for_end(app)
    assert not app.main.error
    assert "**hatnet_tiny** with" in said(app)


def test_a_file_that_was_damaged_in_the_cache_goes_and_can_be_fetched_again(server, hatnet):
    server.answer = whole(hatnet)
    path = cache_path("hatnet_tiny")
    path.parent.mkdir(parents=True)
    path.write_bytes(hatnet[:1000])
    app = models_page()
    choose_hatnet(app)

    button(app, "Open").click().run()

    assert "damaged or incomplete" in app.main.error[0].value
    assert not path.exists()
    app.run()
    button(app, "Download").click().run()
    wait_for_end(app)
    assert path.read_bytes() == hatnet


def test_the_page_speaks_chinese(hatnet):
    app = give(models_page(lang="zh"), "HAT-Net_Tiny.pth", hatnet)

    assert "权重来自" in said(app)
    give(app, "x.pth", b"")
    assert "这不是 PyTorch 权重文件" in app.main.error[0].value.replace("\\", "")
