"""The load test visits as browsers do, and its figures are those of the server."""

import sys

import pytest

from tests.load import ACTS, measure, row


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_two_visitors_get_their_pages_and_the_server_is_measured():
    load = measure(2)
    assert load.visitors == len(load.waited) == 2
    assert all(len(waited) == len(ACTS) and min(waited) > 0 for waited in load.waited)
    assert load.peak_mb > 200, "torch alone"
    assert load.cpu_s > 1, "torch is loaded"
    assert row(load).count("|") == 4 + len(ACTS)
