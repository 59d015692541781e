"""PyTorch's own weight files, in memory."""

import io

import torch


def saved(content, **settings):
    """The bytes of a .pth file that holds `content`."""
    file = io.BytesIO()
    torch.save(content, file, **settings)
    return file.getvalue()
