"""What weight files say was measured: read back as written, and never trusted."""

import json

import numpy as np
import pytest

from transcnn.training.finetune.held_out import held_out
from transcnn.training.finetune.measured import Measured, measured, read_measured


def test_what_was_measured_comes_back_from_json_with_the_same_interval():
    found = held_out([0, 0, 0, 1, 1], np.eye(2)[[0, 0, 1, 1, 0]])

    back = read_measured(json.loads(json.dumps(measured(found, "leave-one-out"))))

    assert back == Measured("leave-one-out", images=5, correct=3, most_frequent=3)
    assert back.accuracy == found.accuracy
    assert back.majority == found.majority == 0.6
    assert not back.enough


GOOD = {"how": "split", "images": 30, "correct": 28, "most_frequent": 10}


@pytest.mark.parametrize(
    "wrong",
    [
        {"how": "guessed"},
        {"how": ["split"]},
        {"images": 0},
        {"images": 10**9},
        {"correct": 31},
        {"correct": -1},
        {"correct": True},
        {"most_frequent": "10"},
        {"most_frequent": None},
    ],
)
def test_nonsense_in_a_file_is_as_if_it_was_not_there(wrong):
    assert read_measured({"held_out": GOOD}) is not None
    assert read_measured({"held_out": {**GOOD, **wrong}}) is None
    assert read_measured({"held_out": "good"}) is None
    assert read_measured({}) is None
