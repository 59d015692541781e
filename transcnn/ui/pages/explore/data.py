"""What the page asks of the library, for the browser."""

import streamlit as st

from transcnn.ui.app.images import PreparedImage
from transcnn.ui.app.networks import BY_DIGEST, classifier, trace_image, trace_key
from transcnn.ui.app.tasks import computing


@st.cache_resource(scope="session", max_entries=4, show_spinner=False, hash_funcs=BY_DIGEST)
def pack_trace(prepared: PreparedImage, model: str) -> bytes:
    """The trace for the browser; the same bytes from run to run, so they travel once."""
    from transcnn.ui.components.packets.trace import trace_packet

    return trace_packet(trace_key(prepared, model), trace_image(prepared, model))


@st.cache_resource(scope="session", max_entries=4, show_spinner=False, hash_funcs=BY_DIGEST)
def pack_interventions(
    prepared: PreparedImage, donor: PreparedImage, model: str, part: dict[str, int]
) -> bytes:
    """The predictions under all interventions on a part of the network, for the browser.

    `donor` is the image whose attention is swapped in; `part` has arguments of
    `transcnn.trace.Where`.
    """
    from transcnn.analysis.ablation import rerun
    from transcnn.model.interventions import Where
    from transcnn.ui.components.packets.ablation import ablation_packet

    normal = trace_image(prepared, model).logits
    with computing:
        runs = rerun(classifier(model), prepared.pixels, normal, donor.pixels, Where(**part))
    return ablation_packet(interventions_key(trace_key(prepared, model), part), runs)


def interventions_key(trace: str, part: dict[str, int]) -> str:
    """What the runs of a trace under interventions on `part` are called in the browser."""
    return "/".join([trace, *(f"{name}{index}" for name, index in part.items())])
