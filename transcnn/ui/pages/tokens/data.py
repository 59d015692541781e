"""What the page asks of the library, for the browser."""

import streamlit as st

from transcnn.ui.app.images import PreparedImage
from transcnn.ui.app.networks import BY_DIGEST, classifier, trace_image, trace_key


@st.cache_resource(scope="session", max_entries=4, show_spinner=False, hash_funcs=BY_DIGEST)
def pack_tokens(prepared: PreparedImage, model: str) -> bytes:
    """The tokens of every block of `model`, for the browser."""
    from transcnn.analysis.added import added_terms, output_weights
    from transcnn.ui.components.packets.tokens import tokens_packet

    trace, network = trace_image(prepared, model), classifier(model).model
    added = [added_terms(b, output_weights(network, b.stage, b.block)) for b in trace.blocks]
    return tokens_packet(trace_key(prepared, model), trace, added)
