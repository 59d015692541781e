"""Explanations without a browser: links, maps with their scales, work beside the page, files."""

import io
import json
import threading
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import open_app, session
from transcnn.analysis.ranks import rank_correlation
from transcnn.classifier import Classifier
from transcnn.explain.methods import make_method
from transcnn.explain.names import BASELINES, METHODS, SCORES
from transcnn.explain.subject import Subject, Target
from transcnn.figures.explained import SCALES, drawn_values
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.ui.app.page_files import page_file
from transcnn.ui.pages.explanations.data import ExplainTasks
from transcnn.ui.pages.explanations.link import METHOD_NAMES, ExplainChoice
from transcnn.words.translator import translator

NANO = {"model": "transcnn_nano", "picture": "zebra"}


def open_explanations(**link: str) -> AppTest:
    app = open_app(**link)
    app.switch_page(page_file("explanations")).run()
    assert not app.exception
    assert not app.error
    return app


def maps(app: AppTest) -> dict[str, dict]:
    mounted = [
        json.loads(c.proto.json)
        for c in app.get("bidi_component")
        if c.proto.component_name == "transcnn.cells"
    ]
    return {m["id"]: m for m in mounted[0]["maps"]}


def subject(of=None, versus=None, name="zebra"):
    network = Classifier("transcnn_nano")
    path = next(s.path for s in samples() if s.name == name)
    pixels, _ = prepare(decode(path.read_bytes()), network.config.input.size)
    place = int(network.logits(pixels[None])[0].argmax()) if of is None else of
    return Subject(network, pixels, Target(place, versus))


def test_the_page_opens_with_all_fast_maps_of_the_answer_on_the_scales_of_their_kinds():
    found = maps(open_explanations(**NANO))
    fast = [name for name in METHOD_NAMES if not METHODS[name].slow]
    assert list(found) == ["picture", *fast]
    assert all(found[name]["steps"] for name in fast)
    about = subject()
    for name in ("grad_cam", "saliency"):
        one = make_method(name).explain(about)
        values = drawn_values(one, 128).ravel()
        end = SCALES[one.kind].end
        for value, step, text in zip(
            values, found[name]["steps"], found[name]["values"], strict=True
        ):
            bent = np.arcsinh(10 * min(1, max(-1, value / end))) / np.arcsinh(10)
            assert step == pytest.approx(128 + 128 * bent, abs=0.51)
            assert float(text.replace("−", "-")) == pytest.approx(value, rel=0.006, abs=1e-12)
        assert found[name]["bar"]["warm"] != one.kind.signed


def test_of_a_thousand_classes_the_likeliest_are_offered_and_all_when_asked():
    def classes():
        return next(s for s in app.selectbox if s.label == "Class")

    app = open_explanations(picture="zebra", methods="saliency")
    assert len(classes().options) == 6, "five and a way to the rest"
    likeliest = classes().options[0]
    classes().select_index(5).run()
    assert len(classes().options) == 1000
    assert classes().options[0] == likeliest
    last = classes().options[-1]
    classes().select_index(999).run()
    assert session(app).part(ExplainChoice).of == 999
    assert classes().options[classes().index] == last


def test_against_another_class_the_map_is_the_opposite_of_the_other_way_round():
    ways = [
        maps(open_explanations(**NANO, methods="grad_cam", versus=b, **{"class": a}))
        for a, b in (("3", "5"), ("5", "3"))
    ]
    there, back = (np.array(way["grad_cam"]["steps"]) - 128 for way in ways)
    assert there.any()
    assert np.abs(there + back).max() <= 1


def test_agreement_is_the_rank_correlation_on_the_coarsest_board():
    app = open_explanations(**NANO, methods="grad_cam,saliency")
    about = subject()
    one, other = (make_method(name).explain(about) for name in ("grad_cam", "saliency"))
    expected = rank_correlation(one.values, other.on_cells(*one.values.shape))
    table = next(m.value for m in app.markdown if "| Grad-CAM |" in m.value)
    assert f"{expected:+.2f}".replace("-", "−") in table


@pytest.mark.parametrize(
    "link",
    [
        {"methods": "lime,../etc", "class": "99999", "versus": "-1", "layer": "a.b"},
        {"methods": "grad_cam", "class": "12", "versus": "12", "look": "occlusion"},
        {"class": "١", "layer": "0", "methods": "saliency," * 300},
    ],
)
def test_a_link_to_what_does_not_exist_shows_the_usual(link):
    assert len(maps(open_explanations(**NANO, **link))) >= 2


def test_a_part_that_the_network_lacks_is_one_calm_sentence_in_place_of_the_map():
    app = open_explanations(**NANO, methods="gradient_attention,saliency", layer="3.7")
    found = maps(app)
    assert "7" in found["gradient_attention"]["missing"]
    assert found["saliency"]["missing"] is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_custom_model_without_h_mhsa_is_explained_as_far_as_methods_carry_it(language):
    from transcnn.checkpoints import create_model
    from transcnn.ui.app.custom_models import CustomModel

    model = create_model("hatnet_tiny").eval()
    network = Classifier.around(model, "1")
    custom_model = CustomModel("hatnet_tiny/1", "<i>.pth", "own", model.config, 1, network)
    app = open_app(lang=language, methods="saliency,rollout")
    session(app).custom_models = {custom_model.key: custom_model}
    session(app).put(ExplainChoice(custom_model=custom_model.key))
    app.switch_page(page_file("explanations")).run()
    assert not app.exception
    found = maps(app)
    assert found["saliency"]["missing"] is None
    assert "H-MHSA" in found["rollout"]["missing"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_strip_names_the_class_of_the_custom_model_not_of_the_chosen_one(language):
    """The page has the names of the ten classes of transcnn_nano."""
    from transcnn.checkpoints import create_model
    from transcnn.ui.app.custom_models import CustomModel

    model = create_model("hatnet_tiny").eval()
    model.head.bias.data[100] += 1000
    network = Classifier.around(model, "1")
    custom_model = CustomModel("hatnet_tiny/1", "<i>.pth", "own", model.config, 1, network)
    app = open_app(lang=language, **NANO, methods="saliency")
    session(app).custom_models = {custom_model.key: custom_model}
    session(app).put(ExplainChoice(methods=("saliency",), custom_model=custom_model.key))
    app.switch_page(page_file("explanations")).run()
    sent = [c.proto.bytes for c in app.get("bidi_component")]
    [answer] = [one for one in sent if b'"kind": "answer"' in one]
    told = json.loads(answer[4 : 4 + int.from_bytes(answer[:4], "little")])["answer"]
    assert (told["index"], told["name"]) == (100, model.config.class_set.said_in(language)[100])


def wait_for(app, key_ends, seconds=120):
    for _ in range(10 * seconds):
        tasks = session(app).part(ExplainTasks)
        found = [w for key, w in tasks.items() if key.endswith(key_ends) or key_ends in key]
        if found and not found[0].under_way:
            return found[0]
        for task in tasks.values():
            task.look()
        time.sleep(0.1)
    raise TimeoutError(key_ends)


def test_slow_methods_come_later_and_are_those_of_the_method():
    app = open_explanations(**NANO, methods="occlusion")
    assert (maps(app)["occlusion"]["steps"] is None) == bool(maps(app)["occlusion"]["missing"])
    task = wait_for(app, "/occlusion/")
    app.run()
    shown = maps(app)["occlusion"]
    expected = make_method("occlusion").explain(subject()).values
    np.testing.assert_array_equal(task.result.values, expected)
    assert shown["rows"] * shown["columns"] == expected.size


def test_a_method_too_many_is_one_calm_sentence_and_begins_as_another_ends(monkeypatch):
    monkeypatch.setenv("TRANSCNN_LIMIT_TASKS_SESSION", "1")
    app = open_explanations(**NANO, methods="smooth_grad,occlusion")
    shown = maps(app)
    assert "as it may have (1)" not in shown["smooth_grad"]["missing"]
    assert "as it may have (1)" in shown["occlusion"]["missing"]
    wait_for(app, "/smooth_grad/")
    app.run()
    wait_for(app, "/occlusion/")
    app.run()
    assert not maps(app)["occlusion"]["missing"]


def test_scores_stand_beside_those_of_the_baselines_with_the_verdict_in_words():
    app = open_explanations(**NANO, methods="grad_cam")
    next(b for b in app.button if b.label.startswith("Score")).click().run()
    result = wait_for(app, "/scores").result
    app.run()
    assert not app.exception
    table = next(m.value for m in app.markdown if "| Deletion" in m.value)
    rows = [[c.strip() for c in line.split("|")[1:-1]] for line in table.splitlines()]
    for score, row in zip(SCORES, [r for r in rows[2:] if "(" in r[0]], strict=True):
        shown = [float(cell.split()[0].replace("−", "-")) for cell in row[1:]]
        entrants = (result.own, *(result.baselines[c] for c in BASELINES))
        assert shown == pytest.approx([e.scores[score].value for e in entrants], abs=0.0051)
    assert rows[-1][2:] == [f"{result.verdict.wins[c]} / 4" for c in BASELINES]
    said = [box.value for box in (*app.success, *app.warning)]
    word = {"better": "Better than the", "no_better": "No better than", "worse": "Worse than"}
    assert any(text.startswith(word[result.verdict.word]) for text in said)


def test_a_task_ends_as_soon_as_another_class_or_method_is_asked_for(monkeypatch):
    from transcnn.explain.occlusion import Occlusion

    def endless(self, about, on_progress):  # noqa: ARG001
        while True:
            on_progress(0.5)
            time.sleep(0.01)

    monkeypatch.setattr(Occlusion, "explain", endless)
    app = open_explanations(**NANO, methods="occlusion,saliency")
    tasks = session(app).part(ExplainTasks)
    (first,) = tasks.values()
    app.run()
    assert list(tasks.values()) == [first]
    assert first.under_way, "what is asked for goes on"

    next(s for s in app.selectbox if s.label == "Class").set_value(3).run()
    first.join(20)
    assert not first.is_alive()
    (second,) = tasks.values()
    assert second.under_way

    app.button_group[0].set_value(["saliency"]).run()
    second.join(20)
    assert not second.is_alive()
    assert not tasks


@pytest.mark.parametrize(("language", "says"), [("en", "internal error"), ("zh", "内部错误")])
def test_a_fault_in_a_method_is_logged_and_one_calm_sentence(language, says, monkeypatch, caplog):
    from transcnn.explain.occlusion import Occlusion

    def fail(*_):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(Occlusion, "explain", fail)
    app = open_explanations(**NANO, methods="occlusion", lang=language)
    task = wait_for(app, "/occlusion/")
    assert isinstance(task.error, ZeroDivisionError)
    app.run()
    assert says in maps(app)["occlusion"]["missing"]
    assert "planted" in caplog.text
    assert not app.exception


def test_an_explanation_does_not_keep_a_page_waiting():
    """The queue of tasks is another than that of the pages' own runs."""
    hold = threading.Event()
    task = ExplainTasks().begin("x", lambda on_progress: hold.wait(60))  # noqa: ARG005
    try:
        app = open_app(picture="lion")
        assert not app.exception
        assert task.is_alive()
    finally:
        hold.set()
        task.join(20)


def test_files_hold_what_is_on_the_page():
    from transcnn.figures.explanations import explanations_npz, explanations_sheet

    about = subject()
    found = [make_method(name).explain(about) for name in ("grad_cam", "rollout")]
    arrays = np.load(io.BytesIO(explanations_npz(about, found)))
    np.testing.assert_array_equal(arrays["rollout"], found[1].values)
    np.testing.assert_array_equal(arrays["picture"], about.pixels)
    on_progress = json.loads(str(arrays["about"]))
    assert on_progress["weights_sha256"] == about.classifier.weights_sha256
    assert explanations_sheet(translator("en"), about, found).rows[0].title.startswith("Grad-CAM")
