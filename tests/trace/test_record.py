"""A trace is a frozen record of one run: it adds up, it holds no network, and threads never mix."""

import dataclasses
import gc
import pickle
import types
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from tests.golden.recipe import fill
from tests.model import reference
from tests.trace.conftest import SAMPLES
from transcnn import create_model
from transcnn.errors import ChoiceError
from transcnn.pictures import decode, prepare
from transcnn.trace import BlockTrace, LevelTrace, Trace, record


@pytest.fixture(scope="session", params=["lite0", "small"])
def run(request, classifier, lite0, small, small_input, small_crop):
    """A trace with the network and the input that it is of."""
    if request.param == "small":
        return record(small, small_input, small_crop), small, small_input
    pixels, _ = prepare(decode((SAMPLES[-1]).read_bytes()), 224)
    assert SAMPLES[-1].name == "zebra.jpg"
    return lite0, classifier.model, classifier.normalise(pixels[None])


def parts(value, name="trace"):
    """Every dataclass, array and plain value in a trace, with the way to it."""
    yield name, value
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from parts(item, f"{name}[{i}]")


def arrays(trace):
    return {name: value for name, value in parts(trace) if isinstance(value, np.ndarray)}


def assert_same_arrays(one, other):
    one, other = arrays(one), arrays(other)
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert np.array_equal(value, other[name]), name


def h_mhsas(run):
    """Each block of the trace with its attention module and weights in float64."""
    trace, model, _ = run
    attending = [b.attn for stage in model.blocks for b in stage if b.attn is not None]
    for block, module in zip(trace.blocks, attending, strict=True):
        weights = {key: value.double().numpy() for key, value in module.state_dict().items()}
        yield block, module.config, weights


def assert_close(actual, expected, tolerance=1e-5):
    assert np.abs(actual - expected).max() <= tolerance * np.abs(expected).max()


def test_a_trace_has_one_entry_for_every_h_mhsa_and_level(run):
    trace, model, _ = run
    expected = [
        (s, b, attention.width, attention.heads, len(attention.merges) + 1)
        for s, stage in enumerate(model.config.stages)
        for b, attention in enumerate(stage.attending)
    ]

    found = [(b.stage, b.block, b.width, b.heads, len(b.levels)) for b in trace.blocks]

    assert found == expected
    assert trace.model == model.config.name
    for (stage, block, *_), entry in zip(expected, trace.blocks, strict=True):
        assert trace.block(stage, block) is entry


def test_arrays_have_the_shapes_that_their_level_says(run):
    trace, _, _ = run

    for block in trace.blocks:
        assert block.input.shape == block.added.shape == (block.width, *block.size)
        for i, level in enumerate(block.levels):
            down, across = (
                padded // grid
                for padded, grid in zip(level.padded_size, level.grid_size, strict=True)
            )
            tokens = level.grid_size[0] * level.grid_size[1]
            assert level.level == i
            assert level.attention.shape == (block.heads, down, across, tokens, tokens)
            assert level.tokens_in.shape == level.attended.shape == (block.width, *level.size)
            last = i == len(block.levels) - 1
            assert (level.merged_max is None) == (level.merged_avg is None) == last
            if not last:
                assert level.merged_max.shape == level.merged_avg.shape
                assert level.merged_max.shape[1:] == block.levels[i + 1].size


def test_traced_logits_are_the_predicted_logits(run):
    trace, model, x = run
    with torch.no_grad():
        logits = model(x)[0].numpy()

    assert_close(trace.logits, logits)


def test_what_is_added_is_w_p_of_the_normed_and_upsampled_levels(run):
    for block, shape, weights in h_mhsas(run):
        total, factor = 0.0, 1
        for i, level in enumerate(block.levels):
            a = level.attended.astype(np.float64) + level.tokens_in
            normed = reference.norm(a, shape.output_norm, weights, f"output_norms.{i}")
            total = total + reference.nearest(normed, factor, *block.size)
            factor *= level.grid_size[0]
        assert_close(block.added, reference.project(total, weights, "proj"))


def test_tokens_of_the_next_level_are_maximum_plus_average_of_the_grids(run):
    for block, shape, _ in h_mhsas(run):
        for level, upper in zip(block.levels[:-1], block.levels[1:], strict=True):
            merge = shape.merges[level.level]
            a = level.attended + level.tokens_in
            assert np.array_equal(level.merged_max, reference.pool(a, merge, np.max))
            assert_close(level.merged_avg, reference.pool(a, merge, np.mean))
            assert np.array_equal(upper.tokens_in, level.merged_max + level.merged_avg)


def test_the_first_tokens_are_the_normed_input(run):
    for block, shape, weights in h_mhsas(run):
        expected = reference.norm(
            block.input.astype(np.float64), shape.input_norm, weights, "input_norm"
        )
        assert_close(block.levels[0].tokens_in, expected)


def test_attended_is_the_weights_times_the_values(run):
    for block, shape, weights in h_mhsas(run):
        for i, level in enumerate(block.levels):
            u = reference.norm(
                level.tokens_in.astype(np.float64), shape.level_norm, weights, f"norms.{i}"
            )
            qkv = reference.project(u, weights, f"qkv.{i if shape.qkv_per_level else 0}")
            values = np.split(qkv, 3)[2]
            (rows, columns), (height, width) = level.grid_size, level.size
            expected = np.empty_like(values)
            for j, slot in enumerate(reference.head_slots(block.width, block.heads)):
                for y, x in np.ndindex(height, width):
                    gy, gx = y // rows, x // columns
                    row = level.attention[j, gy, gx, y % rows * columns + x % columns]
                    row = row.reshape(rows, columns)
                    mine = values[slot, gy * rows : (gy + 1) * rows, gx * columns :][:, :, :columns]
                    exist = row[: mine.shape[1], : mine.shape[2]]
                    expected[slot, y, x] = (mine * exist).sum((1, 2))
            assert_close(level.attended, expected)


def test_the_bottleneck_comes_after_the_h_mhsa(lite0, classifier):
    blocks = classifier.model.blocks[3]
    with torch.no_grad():
        for number in (1, 2):
            before, after = lite0.block(3, number - 1), lite0.block(3, number)
            h = torch.tensor(before.input + before.added)[None]
            expected = (h + blocks[number].irb(h))[0].numpy()
            assert_close(after.input, expected)


def test_a_trace_cannot_be_changed(run):
    trace, _, _ = run
    kinds = set()

    for name, value in parts(trace):
        if dataclasses.is_dataclass(value):
            kinds.add(type(value))
            for field in dataclasses.fields(value):
                with pytest.raises(dataclasses.FrozenInstanceError):
                    setattr(value, field.name, None)
        elif isinstance(value, np.ndarray):
            assert value.dtype == np.float32, name
            assert value.base is None, f"{name} is a view of something that may change"
            with pytest.raises(ValueError, match="read-only"):
                value[...] = 0
        else:
            assert isinstance(value, tuple | int | float | str | None), name
    assert {Trace, BlockTrace, LevelTrace} <= kinds


def test_changing_a_reading_does_not_change_the_trace(lite0):
    first = lite0.read(0, 0, (18, 32))[0]
    with pytest.raises(ValueError, match="read-only"):
        first.probability[...] = 0
    first.multiple[...] = 0
    first.valid[...] = False

    again = lite0.read(0, 0, (18, 32))[0]

    assert again.multiple.max() > 1
    assert again.valid.all()


def reachable(value):
    """Every object that `value` keeps alive, but for types, modules and functions."""
    seen, waiting = {}, [value]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type | types.ModuleType | types.FunctionType):
            continue
        seen[id(item)] = item
        waiting += gc.get_referents(item)
    return seen.values()


def test_a_trace_holds_no_network(run):
    trace, _, _ = run

    kept = list(reachable(trace))

    assert any(item is trace.blocks[-1].added for item in kept)
    assert not any(isinstance(item, nn.Module | torch.Tensor) for item in kept)


def test_the_network_is_freed_while_its_trace_lives(small_input, small_crop):
    model = fill(create_model("transcnn_nano"))
    gone = weakref.ref(model)
    trace = record(model, small_input, small_crop)

    del model
    gc.collect()

    assert gone() is None
    assert trace.logits.shape == (10,)


def test_a_pickled_trace_is_as_large_as_its_arrays_and_comes_back_the_same(run):
    trace, _, _ = run
    size = sum(value.nbytes for value in arrays(trace).values())

    data = pickle.dumps(trace)

    assert size <= len(data) <= 1.01 * size + 20_000
    assert_same_arrays(pickle.loads(data), trace)


def check_threads(classifier, pictures, workers):
    contents = [path.read_bytes() for path in pictures]
    serial = [classifier.trace(content) for content in contents]

    with ThreadPoolExecutor(workers) as pool:
        parallel = list(pool.map(classifier.trace, contents))

    for one, other in zip(parallel, serial, strict=True):
        assert_same_arrays(one, other)
        assert one.crop == other.crop
    tops = {trace.logits.argmax() for trace in serial}
    assert len(tops) > 1  # the pictures are told apart


def test_two_threads_on_two_pictures_never_mix(classifier):
    check_threads(classifier, SAMPLES[:2] * 4, workers=2)


@pytest.mark.long
def test_many_threads_on_many_pictures_never_mix(classifier):
    check_threads(classifier, SAMPLES * 4, workers=8)


def test_tracing_one_picture_twice_gives_the_same_bits(classifier, lite0):
    assert_same_arrays(classifier.trace(SAMPLES[-1]), lite0)


def test_a_trace_says_which_weights_it_is_of(classifier, lite0, small, small_input, small_crop):
    assert lite0.weights_sha256 == classifier.weights_sha256
    assert record(small, small_input, small_crop).weights_sha256 is None


def test_several_pictures_in_one_trace_are_refused(small, small_input, small_crop):
    with pytest.raises(ChoiceError, match="images is 2; allowed: 1 for a trace"):
        record(small, small_input.expand(2, -1, -1, -1), small_crop)


def test_attention_without_levels_is_refused(small_input, small_crop):
    model = create_model("hatnet_tiny").eval()

    with pytest.raises(ChoiceError, match="model is 'hatnet_tiny'; allowed: networks with H-MHSA"):
        record(model, small_input, small_crop)
