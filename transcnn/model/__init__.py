"""The network, from the smallest part to the whole.

    config.py       what a network is made of: frozen values, checked at birth; no torch
    variants.py     the table of named networks; no torch
    layers.py       norms, activations, convolution with TensorFlow's "same" padding
    grids.py        cutting a map into grids, merging a grid to one token, upsampling
    attention.py    H-MHSA, equations (5) to (12)
    pooled.py       the authors' released attention: grids, then an average-pooled map
    blocks.py       stem, bottleneck (IRB), downsampling (TDB)
    network.py      TransCNN: stem, four stages, head
    hooks.py        how one forward call is recorded, or changed
    interventions.py  the table of interventions and the parts they act on; no torch

Letters used everywhere: B batch, C channels, H rows, W columns, N = H W tokens; g the side of a
grid, T its number of tokens; h heads, d the width of a head; L levels, counted from 0.
Axes in `rearrange` patterns: b batch, c channel, head, d, down and across the number of grids,
y and x inside a grid, t the query token, s the key token.

Equations are numbered as in the post on the paper (Liu et al., "Transformer in Convolutional Neural
Networks", arXiv 2106.03180) that this project starts from; their form is derived from its text:
(1)-(4) MHSA and its block, (5)-(7) attention inside grids, (8)-(11) merging and the next level,
(12) the sum of the levels, (13) the cost. What the sources leave open is chosen, and the same
everywhere: the last level is one grid over all that remains; queries, keys and values are shared by
the levels unless asked otherwise; each level has a norm of its own; a grid that the edge cuts off
uses only the elements that exist; upsampling repeats; three downsamplings join the four stages.
"""
