"""A weight file says which network it is of, with its classes; nothing else is needed to use it."""

import json

import pytest
import safetensors.torch
import torch

from transcnn import Classifier, create_model
from transcnn.checkpoints.description import Description
from transcnn.checkpoints.recognise import open_weights
from transcnn.checkpoints.save import save_weights, to_bytes
from transcnn.errors import BrokenDescription, ChoiceError, NamesAndHead, OtherNetwork
from transcnn.model.network import build

NAMES = ("Katze", "狗", "école")
MEASURED = {"held_out": {"accuracy": 0.9, "count": 30}}


@pytest.fixture(scope="module")
def own():
    return build("transcnn_nano", classes=NAMES).eval()


@pytest.fixture(scope="module")
def file(own, tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "own.safetensors"
    save_weights(own.state_dict(), path, Description(own.config, MEASURED))
    return path


def test_the_file_alone_gives_the_network_its_names_and_what_was_measured(own, file):
    opened = open_weights(file)

    assert opened.model.config == own.config
    assert opened.measured == MEASURED
    assert create_model(weights=file).config.own_classes == NAMES
    assert create_model("transcnn_nano", file).config.own_classes == NAMES
    for classifier in (Classifier(file), Classifier(str(file)), Classifier("transcnn_nano", file)):
        assert [name.label for name in classifier.names] == list(NAMES)
        assert classifier.measured == MEASURED


def test_its_bytes_are_those_of_the_file(own, file):
    assert to_bytes(own.state_dict(), Description(own.config, MEASURED)) == file.read_bytes()
    assert open_weights(file.read_bytes(), "own.safetensors").model.config == own.config


def test_every_kind_of_classes_survives(tmp_path):
    for classes in (3, (5, 7, 999), NAMES, 10):
        model = build("transcnn_nano", classes=classes)
        path = tmp_path / "w.safetensors"
        save_weights(model.state_dict(), path, Description(model.config))
        assert open_weights(path).model.config == model.config


def test_own_names_are_said_in_every_language_and_found_in_any_case(file):
    classifier = Classifier(file)

    for language in ("en", "zh"):
        assert classifier.classes.said_in(language) == NAMES
    for text in ("Katze", "KATZE", " katze ", "0"):
        assert classifier.output_of(text) == 0
    assert classifier.output_of("e\N{COMBINING ACUTE ACCENT}cole") == 2, "another file system"
    with pytest.raises(ChoiceError, match="numbers from 0 to 2, or names such as Katze, 狗, école"):
        classifier.output_of("zebra")


def test_another_network_than_described_is_refused(file):
    with pytest.raises(OtherNetwork, match="it describes transcnn_nano, not transcnn_lite0"):
        Classifier("transcnn_lite0", file)


def changed(own, path, text=None, **described):
    """A file with another description; a value of None leaves the key out."""
    whole = {"model": "transcnn_nano", "classes": NAMES, "input": vars(own.config.input)}
    whole = {key: value for key, value in (whole | described).items() if value is not None}
    metadata = {"transcnn": json.dumps(whole) if text is None else text}
    safetensors.torch.save_file(own.state_dict(), path, metadata)
    return path


@pytest.mark.parametrize("names", [NAMES[:2], (*NAMES, "more")])
def test_names_that_contradict_the_head_are_one_sentence(own, tmp_path, names):
    path = changed(own, tmp_path / "w.safetensors", classes=names)
    with pytest.raises(NamesAndHead, match=f"names {len(names)} classes, .* has 3 outputs"):
        open_weights(path)


@pytest.mark.parametrize(
    "given",
    [
        {"model": "resnet50"},
        {"model": ["transcnn_nano"]},
        {"model": None},
        {"classes": "cat"},
        {"classes": ["a", "A", "b"]},
        {"classes": ["a", "", "b"]},
        {"classes": ["a", 3, "b"]},
        {"classes": [3, 3, 4]},
        {"classes": [3, 4, 1000]},
        {"classes": [True, False, True]},
        {"input": {}},
        {"input": {"size": 100000, "mean": [0, 0, 0], "scale": [1, 1, 1]}},
        {"input": {"size": 128, "mean": [0, 0], "scale": [1, 1, 1]}},
        {"input": {"size": 128, "mean": [0, 0, float("nan")], "scale": [1, 1, 1]}},
        {"input": {"size": 128, "mean": [0, 0, 0], "scale": [1, 0, 1]}},
        {"input": {"size": "128", "mean": [0, 0, 0], "scale": [1, 1, 1]}},
        {"measured": [1]},
        {"measured": 7},
        {"text": "["},
        {"text": "7"},
        {"text": "[" * 100_000},
    ],
    ids=lambda given: str(given)[:60],
)
def test_a_damaged_description_is_one_sentence(own, tmp_path, given):
    path = changed(own, tmp_path / "w.safetensors", **given)
    with pytest.raises(BrokenDescription, match="what it says of its network cannot be used"):
        open_weights(path)


def test_the_normalisation_of_the_file_is_the_one_that_is_used(own, tmp_path):
    given = {"size": 96, "mean": [1, 2, 3], "scale": [4, 5, 6]}
    classifier = Classifier(changed(own, tmp_path / "w.safetensors", input=given))

    assert classifier.config.input.size == 96
    pixels = torch.zeros(1, 96, 96, 3, dtype=torch.uint8).numpy()
    expected = torch.tensor([-1 / 4, -2 / 5, -3 / 6])
    torch.testing.assert_close(classifier.normalise(pixels)[0, :, 0, 0], expected)
