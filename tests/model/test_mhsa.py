"""With one grid over the whole map H-MHSA is plain MHSA; torch's own is the judge, (1) to (4)."""

import pytest
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tests.golden.recipe import fill
from tests.model.transformer import TransformerBlock
from transcnn.errors import ChoiceError
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import HMHSA
from transcnn.model.hooks import BlockHooks, HookPoint, Hooks

SIZE = (5, 7)


def random_tokens(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def torch_mhsa(width, heads, qkv):
    """torch's multi-head attention with our q, k, v and nothing behind it."""
    judge = nn.MultiheadAttention(width, heads, batch_first=True).double()
    with torch.no_grad():
        judge.in_proj_weight.copy_(qkv.weight.reshape(3 * width, width))
        judge.in_proj_bias.copy_(qkv.bias)
        judge.out_proj.weight.copy_(torch.eye(width))
        judge.out_proj.bias.zero_()
    return judge


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("merges", [(), (7,), (8,)])  # one grid that fits, or that reaches beyond
@torch.no_grad()
def test_a_level_of_one_grid_is_torchs_multi_head_attention(merges, heads):
    module = fill(HierarchicalAttention(HMHSA(8, merges, 8 // heads, level_norm=None))).double()
    x = random_tokens(2, 8, *SIZE)
    hooks = Hooks()

    module(x, BlockHooks(hooks, 0, 0))

    tokens = rearrange(x, "b c y x -> b (y x) c")
    expected, weights = torch_mhsa(8, heads, module.qkv[0])(
        tokens, tokens, tokens, average_attn_weights=False
    )
    attended = rearrange(hooks.records[HookPoint(0, 0, "attended", 0)], "b c y x -> b (y x) c")
    torch.testing.assert_close(attended, expected, rtol=0, atol=1e-12)
    if not merges:
        attention = hooks.records[HookPoint(0, 0, "attention", 0)][:, :, 0, 0]
        torch.testing.assert_close(attention, weights, rtol=0, atol=1e-12)


@torch.no_grad()
def test_without_merges_h_mhsa_adds_w_p_of_attention_and_its_residual():
    module = fill(HierarchicalAttention(HMHSA(12, (), 4, level_norm=None))).double()
    x = random_tokens(1, 12, *SIZE)

    added = module(x)

    tokens = rearrange(x, "b c y x -> b (y x) c")
    attended, _ = torch_mhsa(12, 3, module.qkv[0])(tokens, tokens, tokens)
    expected = F.linear(attended + tokens, module.proj.weight[:, :, 0, 0], module.proj.bias)
    torch.testing.assert_close(
        rearrange(added, "b c y x -> b (y x) c"), expected, rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("heads", [1, 3])
@torch.no_grad()
def test_the_transformer_block_is_torchs_attention_and_a_plain_mlp(heads):
    block = fill(TransformerBlock(12, head_width=12 // heads, expansion=2)).double()
    x = random_tokens(2, 9, 12)

    y = block(x)

    judge = torch_mhsa(12, heads, block.qkv)
    attended, expected_weights = judge(x, x, x, average_attn_weights=False)
    a = attended @ block.proj.weight.T + block.proj.bias + x  # (2)
    inner = a @ block.mlp[0].weight.T + block.mlp[0].bias
    inner = inner / (1 + torch.exp(-inner))
    expected = inner @ block.mlp[2].weight.T + block.mlp[2].bias + a  # (3)
    _, weights = block.attention(x)
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(weights, expected_weights, rtol=0, atol=1e-12)


def test_the_transformer_blocks_attention_grows_with_the_square_of_the_tokens():
    n, c, expansion = 49, 32, 4
    with torch.device("meta"):
        block = TransformerBlock(c, head_width=8, expansion=expansion)
        x = torch.empty(1, n, c)

    with FlopCounterMode(display=False) as counter:
        block(x)

    assert counter.get_total_flops() == 2 * (
        4 * n * c * c + 2 * n * n * c + 2 * expansion * n * c * c
    )


def test_a_head_width_that_does_not_divide_is_refused_with_a_sentence():
    with pytest.raises(ChoiceError, match="head_width is 5; allowed: the divisors of the width 12"):
        TransformerBlock(12, head_width=5)
