"""The page Tokens: the tokens from level to level, and what the block adds."""

from typing import TYPE_CHECKING

from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.image_page import leave, take_image_page, tell_answer
from transcnn.ui.app.networks import classifier, trace_image
from transcnn.ui.app.session import Session
from transcnn.ui.components.store import store
from transcnn.ui.components.tokens import tokens_view
from transcnn.ui.pages.tokens.data import pack_tokens
from transcnn.words.translator import translator

if TYPE_CHECKING:
    from transcnn.figures.tokens import TokensFigure

_VIEW = "tokens_view"


def show() -> None:
    """Draw the page: the view at once, the photo, and the tokens as soon as they are there."""
    state = Session.get()
    t = translator(state.language)
    shown = take_image_page(state)
    prepared, selection = shown.prepared, shown.selection
    tokens_view(
        _VIEW,
        shown.data(t, "tokens"),
        on_select=lambda: shown.select(_VIEW),
        on_dismiss=state.dismiss_error,
        on_leave=state.ask_for_overview,
    )
    leave(state)
    store("store_photo", prepared.photo)
    store("store_tokens", pack_tokens(prepared, state.model))
    trace, chosen = trace_image(prepared, state.model), classifier(state.model)
    tell_answer(state, t, prepared, state.model, chosen.rank(trace.logits).top[0])
    shown.link_to("explore", t("tokens.to_explore"))

    def figure() -> "TokensFigure":
        """The figure of what is selected, made when it is asked for, outside of the session."""
        from transcnn.analysis.added import added_terms, output_weights
        from transcnn.analysis.attention_row import telling_token
        from transcnn.figures.tokens import TokensFigure

        block = trace.block(selection.stage, selection.block)
        return TokensFigure(
            t,
            trace,
            block,
            added_terms(block, output_weights(chosen.model, block.stage, block.block)),
            selection.level,
            selection.token or telling_token(block),
        )

    take_away(
        t,
        {
            "tokens.png": lambda: figure().png(prepared.pixels),
            "tokens.svg": lambda: figure().svg(prepared.pixels),
            "tokens.csv": lambda: figure().csv(),
        },
        upload=shown.image.sample is None,
        onward="occlusion",
        query=shown.query,
    )
