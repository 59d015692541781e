"""The processes that torchrun started, if it did."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    import torch


@contextmanager
def processes() -> Iterator[tuple[int, int, "torch.device"]]:
    """The rank of this process, the number of processes that torchrun started, and the device of
    this process; rank 0 of 1 without torchrun."""
    import torch
    import torch.distributed as dist

    cuda = torch.cuda.is_available()
    device = torch.device(f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if cuda else "cpu")
    if "WORLD_SIZE" not in os.environ:  # torchrun sets it
        yield 0, 1, device
        return
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield dist.get_rank(), dist.get_world_size(), device
    finally:
        dist.destroy_process_group()


@contextmanager
def first_alone(rank: int) -> Iterator[None]:
    """Process 0 runs the block first; the others wait and then find its results on disk."""
    import torch.distributed as dist

    together = dist.is_initialized()
    if together and rank != 0:
        dist.barrier()
    yield
    if together and rank == 0:
        dist.barrier()


def of_first(value: T) -> T:
    """The value of process 0, sent to all processes."""
    import torch.distributed as dist

    if not dist.is_initialized():
        return value
    shared = [value]
    dist.broadcast_object_list(shared)
    return shared[0]
