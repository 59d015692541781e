"""What one image does in every box can be read back from the overview's packet."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.app.test_packets import unpacked
from transcnn.analysis.ablation import rerun_removed
from transcnn.analysis.attention_row import inner_telling_token
from transcnn.analysis.overview.opening import changed_sample
from transcnn.analysis.overview.values import box_values
from transcnn.classifier import Classifier
from transcnn.pictures import decode, prepare
from transcnn.pictures.changes import Change
from transcnn.pictures.samples import find_sample
from transcnn.ui.components.packets.overview import Ablation, overview_packet


@pytest.fixture(scope="module", params=["transcnn_lite0", "transcnn_nano"])
def made(request):
    """A packet read back, with the boxes that it was made from."""
    classifier = Classifier(request.param)
    pixels, crop = prepare(decode(find_sample("tree-frog").path.read_bytes()), 224)
    change = Change("cutmix", 0.3)
    covered = changed_sample("tree-frog", change, 224)

    def make():
        trace = classifier.trace_pixels(pixels, crop)
        boxes = box_values(classifier.model, classifier.normalise(pixels[None]), trace)
        shown = Ablation(rerun_removed(classifier, covered), covered, change, [(0, 1), (6, 6)])
        whole = rerun_removed(classifier, pixels)
        return boxes, overview_packet("key", boxes, pixels, whole, shown, True)

    boxes, packet = make()
    assert make()[1] == packet, "the same bytes from run to run"
    return classifier, boxes, *unpacked(packet)


def values(body, at):
    return np.frombuffer(body, "u1", at["h"] * at["w"], at["o"]).reshape(at["h"], at["w"])


def channel(body, at):
    return at["lo"] + values(body, at) / 255 * (at["hi"] - at["lo"])


def test_every_box_has_a_map_of_at_most_56_positions(made):
    _, boxes, header, body = made

    assert len(header["maps"]) == len(boxes)
    for maps, box in zip(header["maps"][:-1], boxes[:-1], strict=True):
        side = box.out.shape[1]
        assert (maps["out"]["h"], maps["out"]["w"]) == (min(56, side),) * 2
        codes = values(body, maps["out"]).astype(float)
        if side <= 56:
            assert abs((codes - 128).mean()) < 6
            assert 35 < codes.std() < 55, "51 steps a standard deviation, cut at 2.5"


def test_the_attention_of_the_query_token_comes_back(made):
    _, boxes, header, body = made
    blocks = [(m, b.block) for m, b in zip(header["maps"], boxes, strict=True) if b.block]

    assert blocks
    for maps, block in blocks:
        token = tuple(maps["token"])
        assert token == inner_telling_token(block)
        assert len(maps["levels"]) == len(block.levels)
        for told, level in zip(maps["levels"], block.levels, strict=True):
            row, column = block.ancestor(token, level.level)
            g = level.grid_size[0]
            assert tuple(told["own"]) == (row % g, column % g)
            query = row % g * g + column % g
            wanted = level.multiple[:, row // g, column // g, query].mean(0).reshape(g, g)
            found = 2.0 ** ((values(body, told["m"]).astype(float) - 128) / 21)
            np.testing.assert_allclose(found, wanted, rtol=0.017, atol=0.016)
        wanted = np.linalg.norm(block.added) / np.linalg.norm(block.input)
        assert maps["rel"] == pytest.approx(wanted, rel=1e-4)


def test_the_shown_channel_and_kernel_give_what_the_network_computes(made):
    classifier, boxes, header, body = made
    modules = [block.irb for blocks in classifier.model.blocks for block in blocks]
    bottlenecks = [
        (m, b) for m, b in zip(header["maps"], boxes, strict=True) if "expanded" in b.parts
    ]

    for (maps, box), module in zip(bottlenecks, modules, strict=True):
        anim, expanded = maps["anim"], box.parts["expanded"]
        spread = expanded.reshape(len(expanded), -1).std(1)
        best = int(np.argmax(spread))
        kernel = np.array(anim["k"]).reshape(module.dw.kernel_size)
        np.testing.assert_allclose(kernel, box.parts["kernels"][best], rtol=1e-4)
        shown = channel(body, anim)
        stride = module.dw.stride[0]
        top, bottom, left, right = anim["pad"]
        padded = np.pad(shown, ((top, bottom), (left, right)))
        k = len(kernel)
        rows, columns = ((side - k) // stride + 1 for side in padded.shape)
        found = np.array(
            [
                [
                    (padded[y : y + k, x : x + k] * kernel).sum()
                    for x in range(0, columns * stride, stride)
                ]
                for y in range(0, rows * stride, stride)
            ]
        )
        own = np.pad(expanded[best], [box.padding[:2], box.padding[2:]])
        whole = np.lib.stride_tricks.sliding_window_view(own, (k, k))[::stride, ::stride]
        wanted = (whole * kernel).sum((2, 3))
        if anim["part"]:
            nearest = min(
                np.abs(wanted[y : y + rows, x : x + columns] - found).max()
                for y in range(len(wanted) - rows + 1)
                for x in range(len(wanted) - columns + 1)
            )
            assert nearest < 0.01 * np.abs(wanted).max(), "a part of what the network computes"
        else:
            assert found.shape == box.out.shape[1:]
            assert np.abs(wanted - found).max() < 0.01 * np.abs(wanted).max()


def test_the_head_the_filters_and_the_runs_come_back(made):
    classifier, boxes, header, body = made
    vector = boxes[-1].out.ravel()
    shares = values(body, header["maps"][-1]["vec"])[0] / 255

    np.testing.assert_allclose(shares, np.clip(vector / vector.max(), 0, 1), atol=0.003)
    assert len(header["maps"][0]["filters"]) == 6
    assert set(header["runs"]) == set(header["ablation"]["runs"]) == {"on", "uniform", "off"}
    top = header["runs"]["on"]["top"]
    vector = boxes[-1].out[:, 0, 0] @ classifier.model.head.weight.detach().numpy().T
    assert top[0]["index"] == np.argmax(vector + classifier.model.head.bias.detach().numpy())
    assert header["ablation"]["cells"] == [[0, 1], [6, 6]]
    assert header["ablation"]["of"] == 49
    offset, length = header["ablation"]["image"]
    with Image.open(io.BytesIO(body[offset : offset + length])) as image:
        apart = np.asarray(image).astype(float) - changed_sample(
            "tree-frog", Change("cutmix", 0.3), 224
        )
    assert np.abs(apart).mean() < 8
