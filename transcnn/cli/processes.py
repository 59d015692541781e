"""The processes that torchrun started, if it did."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from transcnn.cli.heartbeat import Heartbeat, limit
from transcnn.devices import find_device
from transcnn.errors import ChoiceError

T = TypeVar("T")

if TYPE_CHECKING:
    import torch
    from torch.distributed import Store  # type: ignore[attr-defined]

# Of torch's own: a process may decode images or teach a head for hours while the others wait. Who
# is lost is found by signs of life.
_LONG = timedelta(days=7)


@contextmanager
def processes(wanted: str = "auto") -> Iterator[tuple[int, int, "torch.device"]]:
    """The rank of this process, the number of processes that torchrun started, and the device of
    this process; rank 0 of 1 without torchrun.

    `wanted` is a name of `find_device`. Under torchrun `auto` and `cuda` give each process the GPU
    of its own; NCCL joins GPUs, gloo CPUs. A process that freezes or ends is found by the others
    (see `heartbeat`). Raises NoDevice, and ChoiceError for a device that they cannot share.
    """
    import torch
    import torch.distributed as dist

    if "WORLD_SIZE" not in os.environ:  # torchrun sets it
        yield 0, 1, find_device(wanted)
        return
    device = _of_this_process(wanted)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    seconds = limit()
    heartbeat = Heartbeat(_store(rank, "heartbeat"), rank, count, seconds)
    heartbeat.start()
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_LONG)
    try:
        try:
            yield rank, count, device
        except RuntimeError as error:
            if isinstance(error, dist.DistError) or "gloo" in str(error):
                heartbeat.wait_for_verdict()
            raise
        heartbeat.stop()  # not after an error: the others must not wait for this process
    finally:
        dist.destroy_process_group()


def _of_this_process(wanted: str) -> "torch.device":
    if wanted not in ("auto", "cpu", "cuda"):
        raise ChoiceError(field="device", value=wanted, allowed="auto, cpu, cuda under torchrun")
    device = find_device(wanted)
    if device.type == "cuda":
        return find_device(f"cuda:{os.environ['LOCAL_RANK']}")
    return find_device("cpu")


def _store(rank: int, name: str) -> "Store":
    """A connection of its own to the store that torchrun, or else process 0, keeps."""
    from torch.distributed import PrefixStore, TCPStore  # type: ignore[attr-defined]

    kept_by_torchrun = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    store = TCPStore(
        os.environ["MASTER_ADDR"],
        int(os.environ["MASTER_PORT"]),
        is_master=rank == 0 and not kept_by_torchrun,
        wait_for_workers=False,
        multi_tenant=True,  # init_process_group has it, too
        timeout=timedelta(seconds=60),
    )
    return PrefixStore(f"{name}/{os.environ.get('TORCHELASTIC_RESTART_COUNT', 0)}", store)


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
