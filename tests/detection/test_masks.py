"""Masks on large images are made of their boxes alone, and are the same."""

import numpy as np
import pytest
import torch
from torchvision.models.detection.roi_heads import paste_masks_in_image

from transcnn.detection.detector import _mask
from transcnn.detection.objects import Mask
from transcnn.pictures.geometry import Box

BOXES = [
    Box(0, 0, 90, 60),
    Box(12.3, 7.9, 55.5, 41.2),
    Box(0, 20, 90, 21.5),
    Box(88.7, 58.7, 90, 60),
    Box(30, 0, 31, 60),
]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("fill", ["all", "none", "some"])
def test_a_mask_is_torchvisions_on_the_whole_image(box, fill):
    torch.manual_seed(33)
    one = {"all": torch.ones, "none": torch.zeros, "some": torch.rand}[fill](1, 28, 28)

    found = _mask(one, box, (90, 60))

    pasted = paste_masks_in_image(one[None], torch.tensor([box]), (60, 90))[0, 0] >= 0.5
    assert found == Mask.of(pasted.numpy())


@pytest.mark.parametrize("at", [(0, 0), (2, 3), (5, 9), (0, 9), (5, 0)])
def test_a_placed_part_is_the_whole_map(at):
    random = np.random.default_rng(33)
    for share in (0.0, 0.3, 0.7, 1.0):
        part = random.random((5, 4)) < share
        whole = np.zeros((10, 13), dtype=bool)
        whole[at[0] : at[0] + 5, at[1] : at[1] + 4] = part

        assert Mask.placed(part, at, (10, 13)) == Mask.of(whole)


def test_whole_columns_are_one_run():
    whole = np.ones((6, 4), dtype=bool)

    assert Mask.placed(whole, (0, 0), (6, 4)) == Mask.of(whole)
    assert Mask.placed(whole[:, 1:3], (0, 1), (6, 4)).area == 12
