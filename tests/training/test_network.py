"""The teacher is the backbone, only H-MHSA learns, and its attention keeps its gradient."""

import pytest
import torch

from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import HMHSA, LAYER
from transcnn.model.hooks import BlockHooks, Hooks
from transcnn.model.network import build, fold_batch_norms
from transcnn.trace import make_intervention
from transcnn.training.initialisation import init_branch
from transcnn.training.network import BranchStudent, TrainingHooks


@pytest.fixture
def x():
    return torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(3))


def test_the_teacher_is_the_backbone_and_the_student_the_whole_network(model, x):
    network = BranchStudent(model)
    model.eval()
    with torch.no_grad():
        off = model(x, Hooks(record=False, intervention=make_intervention("off")))
        maps, on = model.forward_intermediates(x, intermediates_only=True), model(x)
        student = network(x, TrainingHooks())
    teacher = network.teach(x)
    torch.testing.assert_close(teacher.logits, off, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(student.logits, on, rtol=1e-3, atol=1e-3)
    for given, wanted in zip(student.stages, maps, strict=True):
        torch.testing.assert_close(given, wanted, rtol=1e-3, atol=1e-3)


def test_attention_of_every_level_has_a_gradient_and_only_h_mhsa_gets_one(model, x):
    network = BranchStudent(model)
    student = network(x, TrainingHooks())
    assert len(student.attention) == 6 * 2 + 3  # six blocks with two levels, three with one
    sum(w.square().sum() for w in student.attention.values()).backward()
    learning = {key for key, p in network.model.named_parameters() if p.grad is not None}
    assert learning
    assert learning <= network.learning().keys()
    assert all(".attn." in key for key in network.learning())


def test_an_initialised_branch_adds_nothing(model, x):
    init_branch(model, torch.Generator().manual_seed(0))
    network = BranchStudent(model)
    torch.testing.assert_close(network(x, TrainingHooks()).logits, network.teach(x).logits)


def test_a_dropped_residual_leaves_only_attention():
    """Against one level of H-MHSA written out, with its residual or without, by picture."""
    torch.manual_seed(0)
    shape = HMHSA(8, (), 4, qkv_per_level=True, input_norm=LAYER, level_norm=None)
    attention = HierarchicalAttention(shape)
    x = torch.randn(40, 8, 3, 3)
    hooks = TrainingHooks(residual_drop=0.5, generator=torch.Generator().manual_seed(1))
    added = attention(x, BlockHooks(hooks, 0, 0))
    tokens = attention.input_norm(x)
    attended = _attended(attention, tokens)
    with_residual, without = attention.proj(attended + tokens), attention.proj(attended)
    kept = [torch.allclose(added[b], with_residual[b], atol=1e-5) for b in range(40)]
    left = [torch.allclose(added[b], without[b], atol=1e-5) for b in range(40)]
    assert all(k != other for k, other in zip(kept, left, strict=True))
    assert 10 < sum(left) < 30


def test_a_dropped_input_leaves_only_what_h_mhsa_adds():
    """Against a block whose bottleneck is the identity, with its input or without, by picture."""
    torch.manual_seed(0)
    block = build("transcnn_nano").blocks[0][0].eval()
    block.irb = torch.nn.Identity()
    block.residual = False
    x = torch.randn(40, 48, 8, 8)
    hooks = TrainingHooks(input_drop=0.5, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        given, added = block(x, BlockHooks(hooks, 0, 0)), block.attn(x)
    kept = [torch.allclose(given[b], x[b] + added[b], atol=1e-5) for b in range(40)]
    left = [torch.allclose(given[b], added[b], atol=1e-5) for b in range(40)]
    assert all(k != other for k, other in zip(kept, left, strict=True))
    assert 10 < sum(left) < 30


def _attended(attention, tokens):
    q, k, v = attention.qkv[0](tokens).flatten(2).chunk(3, 1)  # b (head d) n
    heads = []
    for h in range(2):
        part = slice(4 * h, 4 * h + 4)
        weights = (q[:, part].transpose(1, 2) @ k[:, part] / 2).softmax(-1)
        heads.append(weights @ v[:, part].transpose(1, 2))
    return torch.cat(heads, -1).transpose(1, 2).reshape(tokens.shape)


def test_hooks_outside_training_leave_residuals_alone(model, x):
    folded = fold_batch_norms(model)
    with torch.no_grad():
        torch.testing.assert_close(folded(x, Hooks()), folded(x), rtol=1e-4, atol=1e-4)
