"""The front door: the same answer however a picture comes, whichever thread asks."""

import threading

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from transcnn import Classifier, Prediction, create_model
from transcnn.assets import FOLDER
from transcnn.checkpoints import shipped
from transcnn.errors import CheckpointError, ChoiceError, NotAPicture
from transcnn.pictures import decode, prepare

SAMPLES = FOLDER / "samples"


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


def test_a_picture_may_be_a_path_its_text_bytes_or_decoded(classifier):
    path = SAMPLES / "zebra.jpg"
    ways = [path, str(path), path.read_bytes(), decode(path.read_bytes())]

    predictions = [classifier.predict(way) for way in ways]
    traces = [classifier.trace(way) for way in ways]

    assert predictions[0].top[0].name.label == "zebra"
    assert all(prediction == predictions[0] for prediction in predictions)
    for trace in traces[1:]:
        assert np.array_equal(trace.logits, traces[0].logits)
        assert trace.crop == traces[0].crop


def test_a_prediction_ranks_the_classes_of_the_network(classifier):
    path = SAMPLES / "zebra.jpg"
    pixels, _ = prepare(decode(path.read_bytes()), 224)
    logits = classifier.logits(pixels[None])[0].double()

    prediction = classifier.predict(path, top=1000)

    found = [answer.name.index for answer in prediction.top]
    shares = torch.exp(logits) / torch.exp(logits).sum()
    assert prediction.model == "transcnn_lite0"
    assert sorted(found) == list(range(1000))
    assert [a.logit for a in prediction.top] == sorted(logits.tolist(), reverse=True)
    assert [a.probability for a in prediction.top] == pytest.approx(shares[found].tolist())
    assert sum(a.probability for a in prediction.top) == pytest.approx(1)


def test_many_images_are_predicted_in_order_and_a_broken_one_stops_nothing(classifier, tmp_path):
    broken, missing = b"no image", tmp_path / "missing.jpg"
    zebra, panda = (SAMPLES / f"{name}.jpg" for name in ("zebra", "panda"))
    asked = []

    def given():
        for picture in (zebra, broken, panda, missing, zebra):
            asked.append(picture)
            yield picture

    found = classifier.predict_many(given(), top=1, batch=2)
    first = next(found)
    assert asked == [zebra, broken], "images are read as predictions are asked for"
    rest = list(found)
    assert [type(one) for one in rest] == [NotAPicture, Prediction, FileNotFoundError, Prediction]
    labels = [one.top[0].name.label for one in (first, rest[1], rest[3])]
    assert labels == ["zebra", "giant panda", "zebra"]
    # A batch's sums run in another order than a single image's.
    alone = classifier.predict(panda, top=1).top[0].probability
    assert rest[1].top[0].probability == pytest.approx(alone, rel=1e-4)


def test_top_gives_so_many(classifier):
    everything = classifier.predict(SAMPLES / "cat.jpg", top=1000).top

    for top in (1, 5, 17):
        assert classifier.predict(SAMPLES / "cat.jpg", top=top).top == everything[:top]


@pytest.mark.parametrize("top", [0, -1, 1001])
def test_a_top_that_does_not_exist_is_refused(classifier, top):
    with pytest.raises(ChoiceError) as caught:
        classifier.predict(SAMPLES / "cat.jpg", top=top)

    assert str(caught.value) == f"top is {top}; allowed: 1 to 1000."


def test_of_equal_logits_the_smaller_index_comes_first(classifier):
    logits = np.zeros(1000, np.float32)
    logits[700] = 1

    assert [a.name.index for a in classifier.rank(logits, 4).top] == [700, 0, 1, 2]


def test_logits_of_a_prediction_and_of_a_trace_are_ranked_alike(classifier):
    trace = classifier.trace(SAMPLES / "cat.jpg")

    ranked = classifier.rank(trace.logits)

    assert ranked == classifier.rank(torch.tensor(trace.logits))
    assert ranked.top[0].logit == trace.logits.max()


def test_pictures_are_normalised_as_the_body_was_trained(classifier):
    pixels = np.array([[[[0, 127, 255]]]], np.uint8)  # one picture of one pixel

    found = classifier.normalise(pixels)

    assert found.shape == (1, 3, 1, 1)
    assert found.flatten().tolist() == [-127 / 128, 0, 1]


def test_squash_and_crop_look_at_different_pixels(classifier):
    path = SAMPLES / "taxis-wide.jpg"
    small = Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC)
    expected = classifier.logits(np.asarray(small)[None])[0]

    assert np.allclose(classifier.trace(path, "squash").logits, expected, atol=1e-4)
    squashed = classifier.predict(path, 1000, "squash")
    assert [a.name.index for a in squashed.top] == expected.argsort(descending=True).tolist()
    assert squashed != classifier.predict(path, 1000, "crop")


def test_the_shipped_file_by_its_path_gives_the_same_network(classifier):
    by_path = Classifier("transcnn_lite0", shipped("transcnn_lite0").path)

    assert by_path.weights_sha256 == classifier.weights_sha256
    assert by_path.predict(SAMPLES / "lion.jpg") == classifier.predict(SAMPLES / "lion.jpg")


def test_other_weights_give_other_answers(classifier, tmp_path):
    model = create_model("transcnn_lite0", "shipped")
    with torch.no_grad():
        model.head.weight.copy_(model.head.weight.roll(1, 0))  # every answer one class later
        model.head.bias.copy_(model.head.bias.roll(1, 0))
    safetensors.torch.save_file(model.state_dict(), tmp_path / "rolled.safetensors")

    rolled = Classifier("transcnn_lite0", tmp_path / "rolled.safetensors")

    found = rolled.predict(SAMPLES / "lion.jpg").top
    expected = classifier.predict(SAMPLES / "lion.jpg").top
    assert [a.name.index for a in found] == [a.name.index + 1 for a in expected]
    assert rolled.weights_sha256 != classifier.weights_sha256


def test_weights_of_another_network_are_refused(tmp_path):
    file = tmp_path / "nano.safetensors"
    safetensors.torch.save_file(create_model("transcnn_nano").state_dict(), file)

    with pytest.raises(
        CheckpointError, match=r"nano\.safetensors: missing for transcnn_lite0: .*\.$"
    ):
        Classifier("transcnn_lite0", file)


def test_a_network_of_some_of_the_classes_answers_with_their_names_and_numbers(tmp_path):
    file = tmp_path / "nano.safetensors"
    safetensors.torch.save_file(create_model("transcnn_nano").state_dict(), file)
    classifier = Classifier("transcnn_nano", file)

    found = classifier.predict(SAMPLES / "zebra.jpg", top=10).top

    assert sorted(a.name.index for a in found) == [0, 217, 482, 491, 497, 566, 569, 571, 574, 701]
    assert sum(a.probability for a in found) == pytest.approx(1)
    tench = next(a for a in found if a.output == 0)
    assert (tench.name.label, tench.name.wnid) == ("tench", "n01440764")
    assert classifier.outputs_of([a.name.index for a in found]) == [a.output for a in found]
    with pytest.raises(ChoiceError, match="class is 'zebra'; allowed: tench, "):
        classifier.outputs_of([340])


def test_a_class_is_found_by_number_and_by_name_in_both_languages(classifier):
    for text in ("340", "zebra", " Zebra ", "n02391049", "斑马"):
        assert classifier.output_of(text) == 340
    nano = Classifier("transcnn_nano")
    assert [nano.output_of(text) for text in ("217", "English springer")] == [1, 1]
    nameless = Classifier.around(create_model("transcnn_nano", classes=7), "")
    assert [nameless.output_of(text) for text in ("0", "6", "class 6")] == [0, 6, 6]


@pytest.mark.parametrize(
    ("network", "text", "allowed"),
    [
        ("transcnn_lite0", "1000", "numbers from 0 to 999, or names such as tench, goldfish, "),
        ("transcnn_lite0", "zebar", "numbers from 0 to 999, or names such as zebra"),
        ("transcnn_lite0", "-1", "numbers from 0 to 999, or"),
        ("transcnn_nano", "zebra", "0, 217, 482, 491, 497, 566, 569, 571, 574, 701, or names"),
        ("transcnn_nano", "1", "0, 217, 482, 491, 497, 566, 569, 571, 574, 701, or names"),
    ],
)
def test_a_class_that_does_not_exist_is_one_sentence(network, text, allowed):
    with pytest.raises(ChoiceError) as raised:
        Classifier(network).output_of(text, "versus")

    assert str(raised.value).startswith(f"versus is {text!r}; allowed: {allowed}")


def test_what_cannot_be_read_is_said_by_predict_and_trace(classifier):
    for use in (classifier.predict, classifier.trace):
        with pytest.raises(NotAPicture):
            use(b"no picture")
        with pytest.raises(FileNotFoundError):
            use("nowhere.jpg")


def test_threads_on_different_pictures_never_mix(classifier):
    names = ["zebra.jpg", "lion.jpg", "pizza.jpg", "cat.jpg"]
    predictions = {name: classifier.predict(SAMPLES / name) for name in names}
    traces = {name: classifier.trace(SAMPLES / name) for name in names}
    wrong = []

    def ask(name):
        for _ in range(3):
            if classifier.predict(SAMPLES / name) != predictions[name]:
                wrong.append(f"predict {name}")
            trace = classifier.trace(SAMPLES / name)
            found = [(trace.logits, traces[name].logits)]
            for block, wanted in zip(trace.blocks, traces[name].blocks, strict=True):
                found += [
                    (a.attention, b.attention)
                    for a, b in zip(block.levels, wanted.levels, strict=True)
                ]
            if not all(np.array_equal(a, b) for a, b in found):
                wrong.append(f"trace {name}")

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
