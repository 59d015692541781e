"""Serialises the tokens of all blocks for the browser.

Each block has maps, found by their names, with a norm (f4) and a colour (u1 x 3) for each token:

    tokens/i        t_i, what level i starts from
    max/i, avg/i    the two summands of the merge of level i
    term/i          W^p u_i, what level i adds to the residual branch
    added           their sum, with the constant

and also the channels of the first three kinds: `vectors/` + name (f4, [tokens, C]); `argmax/i` (u2,
[tokens of level i + 1, C]: the token of the grid with the maximum) and `maxima/i` (f4: the maxima
that a token provides, as a multiple of a uniform share). Names in the body begin with the number of
the block.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.added import Added
from transcnn.analysis.attention_row import telling_token
from transcnn.analysis.tokens import ChannelColours, fit_colours, merges, token_norms
from transcnn.figures.scale import NORM_TOP
from transcnn.trace.trace import BlockTrace, Trace
from transcnn.ui.components.packets.pack import pack_arrays


def tokens_packet(key: str, trace: Trace, added: Sequence[Added]) -> bytes:
    """The tokens of a trace; `added` are the terms of its blocks, in their order."""
    arrays: dict[str, NDArray[Any]] = {}
    blocks = []
    for number, (block, terms) in enumerate(zip(trace.blocks, added, strict=True)):
        facts, found = _block(block, terms)
        blocks.append(facts)
        arrays.update({f"{number}/{name}": array for name, array in found.items()})
    header = {
        "kind": "tokens",
        "key": key,
        "norm_top": NORM_TOP,
        "tokens": [telling_token(block) for block in trace.blocks],
        "blocks": blocks,
    }
    return pack_arrays(header, arrays)


def _block(block: BlockTrace, added: Added) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    arrays: dict[str, NDArray[Any]] = {}
    vectors = {f"tokens/{level.level}": level.tokens_in for level in block.levels}
    colours = fit_colours(list(vectors.values()))  # before max and average join: they are parts
    merged = merges(block)
    for merge in merged:
        vectors[f"max/{merge.level}"] = merge.largest
        vectors[f"avg/{merge.level}"] = merge.average
        arrays[f"argmax/{merge.level}"] = _by_token(merge.winner).astype(np.uint16)
        arrays[f"maxima/{merge.level}"] = (merge.won / merge.uniform).astype(np.float32).ravel()
    put_back = {f"term/{i}": term for i, term in enumerate(added.terms)} | {"added": added.recorded}
    added_colours = fit_colours(list(put_back.values()))
    arrays |= {f"vectors/{name}": _by_token(tokens) for name, tokens in vectors.items()}
    arrays |= _maps(vectors, colours) | _maps(put_back, added_colours)
    facts = {
        "width": block.width,
        "shares": {"tokens": colours.share.tolist(), "added": added_colours.share.tolist()},
        "merge_differences": [merge.difference for merge in merged],
        "added_difference": added.difference,
        "constant": float(token_norms(added.constant[:, None, None])[0, 0]),
    }
    return facts, arrays


def _by_token(tokens: NDArray[Any]) -> NDArray[Any]:
    """[C, rows, columns] to [rows columns, C]: the channels of a token together."""
    return tokens.reshape(len(tokens), -1).T


def _maps(
    maps: Mapping[str, NDArray[np.floating]], colours: ChannelColours
) -> dict[str, NDArray[Any]]:
    return {f"norm/{name}": token_norms(tokens).ravel() for name, tokens in maps.items()} | {
        f"rgb/{name}": colours(tokens).reshape(-1, 3) for name, tokens in maps.items()
    }
