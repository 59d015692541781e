"""What is sent to be drawn elsewhere can be read back, to the precision that is promised."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.recipe import fill, reference_input
from transcnn import Classifier, create_model
from transcnn.analysis.ablation import Rerun
from transcnn.analysis.attention_row import telling_token
from transcnn.assets import FOLDER
from transcnn.classifier import PredictedClass
from transcnn.labels import class_names
from transcnn.pictures import Box, Crop
from transcnn.trace import record
from transcnn.trace.trace import LevelTrace
from transcnn.ui.components.packets.ablation import ablation_packet
from transcnn.ui.components.packets.pack import pack, photo_packet
from transcnn.ui.components.packets.trace import PER_OCTAVE, UNIFORM, encode, trace_packet

SMALLEST = 2.0 ** ((1 - UNIFORM) / PER_OCTAVE)  # what the smallest code stands for


def unpacked(packet):
    length = int.from_bytes(packet[:4], "little")
    return json.loads(packet[4 : 4 + length].decode("utf-8")), packet[4 + length :]


@pytest.fixture(scope="module")
def trace():
    return Classifier().trace(FOLDER / "samples" / "zebra.jpg")


def level(attention, size, grid=(2, 2)):
    """A level with this attention [h, down, across, T, T]; nothing else of it is asked."""
    padded = tuple(n * g for n, g in zip(attention.shape[1:3], grid, strict=True))
    nothing = np.zeros(0, np.float32)
    return LevelTrace(0, grid, size, padded, nothing, attention, nothing, None, None)


@given(header=st.dictionaries(st.text(), st.text() | st.integers()), body=st.binary())
def test_header_and_body_come_apart_again(header, body):
    assert unpacked(pack(header, body)) == (header, body)


def test_a_photo_travels_with_the_place_of_its_crop():
    header, body = unpacked(photo_packet("key", b"jpeg", (0.1, 0.0, 0.8, 1.0)))

    assert header == {"kind": "photo", "key": "key", "crop": [0.1, 0.0, 0.8, 1.0]}
    assert body == b"jpeg"


def test_every_weight_of_a_trace_comes_back_to_two_hundredths_of_a_percent(trace):
    header, body = unpacked(trace_packet("key", trace))
    codes = np.frombuffer(body, "<u2")
    levels = [level for block in trace.blocks for level in block.levels]

    assert header["lengths"] == [level.attention.size for level in levels]
    assert codes.size == sum(header["lengths"])
    multiples = 2.0 ** ((codes.astype(float) - header["uniform"]) / header["per_octave"])
    start = 0
    for one in levels:
        end = start + one.attention.size
        expected = one.attention.astype(float).ravel() * one.attention.shape[-1]
        seen = np.maximum(expected, SMALLEST)
        np.testing.assert_allclose(multiples[start:end], seen, rtol=2e-4)
        start = end


@pytest.fixture(scope="module")
def padded():
    """A trace whose grids reach beyond every map: 25, 13, 7 and 4 tokens wide."""
    merges = ((6, 3), (5,), (4,), (3,))
    model = fill(
        create_model(
            "transcnn_nano", merges=merges, widths=(16, 24, 32, 48), head_width=8, classes=1000
        )
    )
    crop = Crop((100, 100), Box(0, 0, 100, 100), 100)
    return record(model, reference_input(7, 128, 128)[:, :, :100, :100], crop)


def test_a_packet_tells_what_every_token_reads_also_at_the_edge_of_a_map(padded):
    """Decoded as the browser does it, from lengths, grids and codes alone."""
    header, body = unpacked(trace_packet("key", padded))
    codes, beyond, start = np.frombuffer(body, "<u2"), 0, 0
    lengths = iter(header["lengths"])
    for block in padded.blocks:
        tokens = [(y, x) for y in (0, block.size[0] - 1) for x in (0, block.size[1] - 1)]
        readings = [padded.read(block.stage, block.block, token) for token in tokens]
        for i, level in enumerate(block.levels):
            length = next(lengths)
            down, across = (p // g for p, g in zip(level.padded_size, level.grid_size, strict=True))
            places = level.grid_size[0] * level.grid_size[1]
            mine = codes[start : start + length].reshape(-1, down, across, places, places)
            start += length
            for reading in (by_level[i] for by_level in readings):
                grid = [o // g for o, g in zip(reading.grid_origin, level.grid_size, strict=True)]
                asking = reading.own[0] * level.grid_size[1] + reading.own[1]
                found = mine[:, grid[0], grid[1], asking].reshape(reading.multiple.shape)
                exists = np.broadcast_to(reading.valid, found.shape)
                beyond += int((~exists).sum())
                assert ((found == 0) == ~exists).all()
                multiples = 2.0 ** ((found[exists].astype(float) - UNIFORM) / PER_OCTAVE)
                seen = np.maximum(reading.multiple[exists], SMALLEST)
                np.testing.assert_allclose(multiples, seen, rtol=2e-4)

    assert beyond > 0
    assert start == codes.size
    assert next(lengths, None) is None


def test_runs_under_all_interventions_travel_with_their_answers():
    tusker, elephant = (
        PredictedClass(class_names()[i], 0.25 + i / 1000, i / 7, i) for i in (101, 386)
    )
    runs = (Rerun("on", (tusker, elephant), tusker), Rerun("off", (elephant, tusker), tusker))

    header, body = unpacked(ablation_packet("key", runs))

    sent = {
        answer: {
            "index": answer.name.index,
            "probability": answer.probability,
            "logit": answer.logit,
        }
        for answer in (tusker, elephant)
    }
    assert body == b""
    assert header == {
        "kind": "ablation",
        "key": "key",
        "runs": {
            "on": {"answer": sent[tusker], "top": [sent[tusker], sent[elephant]]},
            "off": {"answer": sent[tusker], "top": [sent[elephant], sent[tusker]]},
        },
    }


def test_the_header_tells_classes_and_tokens_worth_showing(trace):
    header, _ = unpacked(trace_packet("key", trace, top=3))
    expected = Classifier().rank(trace.logits, 3).top

    assert header["tokens"] == [list(telling_token(block)) for block in trace.blocks]
    assert [row["index"] for row in header["top"]] == [a.name.index for a in expected]
    assert [row["logit"] for row in header["top"]] == [a.logit for a in expected]
    shares = [row["probability"] for row in header["top"]]
    assert shares == pytest.approx([a.probability for a in expected], rel=1e-5)


def test_even_doubled_and_halved_are_round_codes():
    attention = np.zeros((1, 1, 1, 4, 4), np.float32)
    attention[0, 0, 0, 0] = [0.25, 0.5, 0.125, 0.125]

    codes = encode(level(attention, (2, 2)))

    assert codes[0, 0, 0, 0].tolist() == [
        UNIFORM,
        UNIFORM + PER_OCTAVE,
        *[UNIFORM - PER_OCTAVE] * 2,
    ]


def test_zero_is_the_smallest_code_and_no_place_is_none():
    attention = np.zeros((1, 1, 2, 4, 4), np.float32)  # on a map of 2 x 3: one column is cut off
    attention[0, 0, 0, :] = [1, 0, 0, 0]
    attention[0, 0, 1, :] = [0.5, 0, 0.5, 0]

    codes = encode(level(attention, (2, 3)))

    assert (codes[0, 0, 0] == [UNIFORM + 2 * PER_OCTAVE, 1, 1, 1]).all()
    assert (codes[0, 0, 1] == [UNIFORM, 0, UNIFORM, 0]).all()  # even among the two that exist


def test_the_same_trace_gives_the_same_bytes(trace):
    """The browser keeps what it has already got only if the bytes are the same."""
    again = Classifier().trace(FOLDER / "samples" / "zebra.jpg")

    assert trace_packet("key", again) == trace_packet("key", trace)
