"""A crowd and two attackers for ten minutes: `SOAK_S=60` tries it in one."""

import os
import sys

import pytest

from tests.soak import VISITORS, measure


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one address of themselves")
def test_a_crowd_and_two_attackers_neither_slow_a_bystander_nor_leave_anything_behind():
    soak = measure(float(os.environ.get("SOAK_S", "600")))
    print(soak.table())
    assert soak.happened["people"] >= VISITORS
    assert soak.happened["abandoned jobs"] > 0
    assert soak.happened["connections refused"] > 0
    assert soak.happened["uploads refused"] > 0
    assert soak.worst() < 2
    assert soak.came_back(), (soak.memory, soak.descriptors)
