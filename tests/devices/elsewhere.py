"""A second device, "elsewhere", for tests of what goes where: torch's door for devices that are
written in Python. It computes on the CPU but refuses what a GPU refuses: operands on two devices,
and reading its tensors as arrays."""

from types import SimpleNamespace

import pytest
import torch
from torch.utils import backend_registration
from torch.utils._pytree import tree_map

NAME = "elsewhere"
_CPU = torch.device("cpu")


class _There(torch.Tensor):
    """A tensor on the device: no memory of its own, the values are in `kept` on the CPU."""

    kept: torch.Tensor

    @classmethod
    def __torch_dispatch__(cls, op, types, args=(), kwargs=None):
        return _compute(op, args, kwargs or {})

    def tolist(self):
        return self.cpu().tolist()  # torch's own refuses every class of tensors but its own


def _wrap(kept):
    if not isinstance(kept, torch.Tensor):
        return kept
    facts = dict(strides=kept.stride(), storage_offset=kept.storage_offset(), dtype=kept.dtype)
    there = torch.Tensor._make_wrapper_subclass(_There, kept.size(), device=f"{NAME}:0", **facts)
    there.kept = kept
    return there


def _compute(op, args, kwargs):
    name = op.name()

    def take(value):
        if isinstance(value, _There):
            return value.kept
        if isinstance(value, torch.Tensor) and value.dim() > 0 and "copy" not in name:
            raise RuntimeError(f"{name}: its operands are on two devices")
        if isinstance(value, torch.device) and value.type == NAME:
            return _CPU
        return value

    given, settings = tree_map(take, (args, kwargs))
    out = op(*given, **settings)
    if "_to_copy" in name and kwargs.get("device") == _CPU:
        return out
    written = {id(value.kept): value for value in args if isinstance(value, _There)}
    return tree_map(lambda v: written[id(v)] if id(v) in written else _wrap(v), out)


def _make(name, op):
    def make(*args, **kwargs):
        return _wrap(op(*args, **{**kwargs, "device": _CPU}))

    _library.impl(name, make, "PrivateUse1")


_kept = SimpleNamespace(device=None)


def elsewhere():
    """The device; skips the test where this torch has no such door."""
    global _library
    if not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"):
        pytest.skip("this torch has no devices that are written in Python")
    if _kept.device is None:
        backend_registration._setup_privateuseone_for_python_backend(NAME)
        _library = torch.library.Library("aten", "IMPL")
        _make("empty.memory_format", torch.ops.aten.empty.memory_format)
        _make("empty_strided", torch.ops.aten.empty_strided.default)
        _kept.device = torch.device(NAME, 0)
    return _kept.device
