"""Stem, bottleneck, downsampling and block against the same thing in plain torch functions."""

import pytest
import torch
import torch.nn.functional as F

from tests.golden.recipe import fill
from transcnn.model import blocks
from transcnn.model.config import BATCH, GROUP, HMHSA, Bottleneck, Downsampling, Stem
from transcnn.model.config import Block as BlockShape
from transcnn.model.network import TransCNNBlock
from transcnn.model.variants import network

LITE, PAPER, HAT = (network(n) for n in ("transcnn_lite0", "transcnn_small", "hatnet_small"))


def random_map(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


def batch_norm(x, norm, eps):
    return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=eps)


def group_norm(x, norm):
    return F.group_norm(x, 1, norm.weight, norm.bias, eps=1e-6)


def assert_same(actual, expected):
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize("size", [(8, 6), (7, 9)])
@torch.no_grad()
def test_the_bottleneck_widens_filters_and_narrows(kernel, size):
    irb = fill(blocks.InvertedResidual(Bottleneck(4, 4, kernel, 3), PAPER)).double()
    x = random_map(2, 4, *size)

    y = F.silu(batch_norm(F.conv2d(x, irb.expand.weight), irb.norm1, 1e-5))
    y = F.conv2d(y, irb.dw.weight, padding=kernel // 2, groups=12)
    y = F.silu(batch_norm(y, irb.norm2, 1e-5))
    y = batch_norm(F.conv2d(y, irb.project.weight), irb.norm3, 1e-5)  # no activation at the end

    assert_same(irb(x), y)


@pytest.mark.parametrize("size", [(8, 6), (7, 9)])
@torch.no_grad()
def test_a_strided_bottleneck_of_the_lite_body_pads_like_tensorflow(size):
    shape = Bottleneck(4, 6, 5, 3, stride=2, residual=False, same_padding=True)
    irb = fill(blocks.InvertedResidual(shape, LITE)).double()
    x = random_map(2, 4, *size)

    y = F.relu6(batch_norm(F.conv2d(x, irb.expand.weight), irb.norm1, 1e-3))
    down, across = (3 if side % 2 == 0 else 4 for side in size)  # rows and columns of padding
    y = F.pad(y, (across // 2, across - across // 2, down // 2, down - down // 2))
    y = F.relu6(batch_norm(F.conv2d(y, irb.dw.weight, stride=2, groups=12), irb.norm2, 1e-3))
    y = batch_norm(F.conv2d(y, irb.project.weight), irb.norm3, 1e-3)

    assert_same(irb(x), y)


@torch.no_grad()
def test_a_bottleneck_that_does_not_widen_starts_with_the_depthwise_convolution():
    irb = fill(blocks.InvertedResidual(Bottleneck(4, 4, 3, 1), LITE)).double()
    x = random_map(1, 4, 6, 6)

    y = F.conv2d(x, irb.dw.weight, padding=1, groups=4)
    y = F.relu6(batch_norm(y, irb.norm2, 1e-3))
    y = batch_norm(F.conv2d(y, irb.project.weight), irb.norm3, 1e-3)

    assert_same(irb(x), y)


@torch.no_grad()
def test_hat_nets_bottleneck_has_its_first_norm_in_front_and_two_in_all():
    irb = fill(blocks.NormFirstInvertedResidual(Bottleneck(4, 4, 3, 2, norm_first=True), HAT))
    irb, x = irb.double(), random_map(1, 4, 6, 7)

    y = F.silu(F.conv2d(group_norm(x, irb.norm1), irb.expand.weight))
    y = F.silu(F.conv2d(y, irb.dw.weight, padding=1, groups=8))
    y = group_norm(F.conv2d(y, irb.project.weight), irb.norm3)

    assert_same(irb(x), y)


@pytest.mark.parametrize("size", [(8, 6), (7, 9), (1, 5)])
@torch.no_grad()
def test_the_tdb_sums_a_strided_convolution_and_a_pooled_branch(size):
    tdb = fill(blocks.TwoBranchDownsampling(Downsampling(3, 5), PAPER)).double()
    x = random_map(2, 3, *size)

    convolved = F.conv2d(x, tdb.conv.weight, tdb.conv.bias, stride=2, padding=1)
    rest = (0, size[1] % 2, 0, size[0] % 2)  # odd maps: the last pool has what exists
    pooled = F.max_pool2d(F.pad(x, rest, value=-torch.inf), 2)
    pooled = F.conv2d(pooled, tdb.pool_conv.weight, tdb.pool_conv.bias)
    total = batch_norm(convolved, tdb.norm1, 1e-5) + batch_norm(pooled, tdb.norm2, 1e-5)

    assert_same(tdb(x), F.silu(total))


@torch.no_grad()
def test_hat_nets_downsampling_is_a_convolution_and_a_norm():
    down = fill(blocks.ConvDownsampling(Downsampling(3, 5, two_branch=False), HAT)).double()
    x = random_map(2, 3, 7, 8)

    convolved = F.conv2d(x, down.conv.weight, down.conv.bias, stride=2, padding=1)

    assert_same(down(x), group_norm(convolved, down.norm))


@torch.no_grad()
def test_the_papers_stem_is_two_strided_convolutions_with_norm_and_activation_between():
    stem = fill(blocks.TwoConvStem(Stem(8), 16, PAPER)).double()
    x = random_map(1, 3, 33, 40)

    y = F.conv2d(x, stem[0].weight, stem[0].bias, stride=2, padding=1)
    y = F.silu(batch_norm(y, stem[1], 1e-5))
    y = F.conv2d(y, stem[3].weight, stem[3].bias, stride=2, padding=1)

    assert y.shape == (1, 8, 9, 10)
    assert_same(stem(x), y)


@torch.no_grad()
def test_the_lite_stem_is_one_strided_convolution_padded_like_tensorflow():
    stem = fill(blocks.OneConvStem(Stem(8, width_between=None), LITE)).double()
    x = random_map(1, 3, 33, 40)

    y = F.conv2d(F.pad(x, (0, 1, 1, 1)), stem[0].weight, stride=2)
    y = F.relu6(batch_norm(y, stem[1], 1e-3))

    assert y.shape == (1, 8, 17, 20)
    assert_same(stem(x), y)


@pytest.mark.parametrize("residual", [True, False])
@torch.no_grad()
def test_a_block_adds_attention_then_the_bottleneck(residual):
    shape = BlockShape(Bottleneck(8, 8, 3, 2, residual=residual), HMHSA(8, (2,), 4))
    block = fill(TransCNNBlock(shape, PAPER, drop=0.3)).double()  # dropped in training only
    x = random_map(2, 8, 5, 6)

    h = x + block.attn(x)
    expected = h + block.irb(h) if residual else block.irb(h)

    assert_same(block(x), expected)
    assert_same(block(x, skip=True), x + block.irb(x) if residual else block.irb(x))


@torch.no_grad()
def test_in_training_a_block_drops_either_branch_of_a_picture():
    rate, batch = 0.5, 64
    shape = BlockShape(Bottleneck(8, 8, 3, 2, norm_first=True), HMHSA(8, (2,), 4, level_norm=GROUP))
    block = (
        fill(TransCNNBlock(shape, HAT, drop=rate)).double().train()
    )  # no norm here mixes pictures
    x = random_map(1, 8, 4, 4).expand(batch, -1, -1, -1)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        y = block(x)

    one = x[:1]
    possible = []
    for h in (one, one + block.attn(one) / (1 - rate)):
        possible += [h, h + block.irb(h) / (1 - rate)]
    nearest = [min(range(4), key=lambda i: (possible[i] - row).abs().max().item()) for row in y]
    assert set(nearest) == {0, 1, 2, 3}
    assert_same(y, torch.cat([possible[i] for i in nearest]))


def test_norms_of_the_families_are_those_of_the_description():
    assert (PAPER.norm, HAT.norm, LITE.norm.kind, LITE.norm.eps) == (BATCH, GROUP, "batch", 1e-3)
