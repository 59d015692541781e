"""PyTorch's own weight files, in memory."""

import io

import torch


def saved(content):
    """The bytes of a .pth file that holds `content`."""
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()
