"""A network that torch compiles follows changing sizes, and gives the network's logits."""

import shutil
import warnings

import pytest
import torch

from transcnn import Classifier

pytestmark = pytest.mark.long  # torch follows 40 H-MHSA: a minute
SIZES = [(128, 128), (160, 160), (97, 250), (130, 131)]


@pytest.fixture(scope="module")
def nano():
    return Classifier("transcnn_nano").model


def follow(model, compiled):
    for size in SIZES:
        x = torch.randn(1, 3, *size)
        with torch.inference_mode():
            wanted, found = model(x), compiled(x)
        assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()


def test_a_graph_that_torch_makes_for_one_more_size_serves_the_others(nano):
    graphs = []

    def keep(graph, _inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    follow(nano, torch.compile(nano, backend=keep, fullgraph=True))

    assert len(graphs) == 2  # the first for one size, the second for any


@pytest.mark.timeout(1800)
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch compiles with a C++ compiler")
def test_what_torch_compiles_follows_changing_sizes(nano):
    torch.compiler.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about torch
        follow(nano, torch.compile(nano))
