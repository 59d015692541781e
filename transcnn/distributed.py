"""The processes of torch.distributed, where it is set up; otherwise there is one. torch is loaded
on the first call."""


def rank() -> int:
    """The number of this process, from 0."""
    import torch.distributed as dist

    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """How many processes there are."""
    import torch.distributed as dist

    return dist.get_world_size() if dist.is_initialized() else 1
