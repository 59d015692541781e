"""Tokens: what becomes of the tokens themselves from level to level, and what is put back."""

from typing import TYPE_CHECKING

from transcnn.ui.app.cache import classifier, pack_tokens, trace_picture
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.session import AppState
from transcnn.ui.app.view import take_shown
from transcnn.ui.components.store import store
from transcnn.ui.components.tokens import tokens_view
from transcnn.words.translator import translator

if TYPE_CHECKING:
    from transcnn.figures.tokens import TokensFigure

_VIEW = "tokens_view"


def show() -> None:
    """Draw the page: the view at once, the photo, and the tokens as soon as they are there."""
    state = AppState()
    t = translator(state.language)
    shown = take_shown(state)
    opened, selection = shown.opened, shown.selection
    tokens_view(
        _VIEW,
        shown.data(t, "tokens"),
        on_select=lambda: shown.select(_VIEW),
        on_dismiss=state.dismiss_error,
    )
    store("store_photo", opened.photo)
    store("store_tokens", pack_tokens(opened, state.model))
    shown.link_to("explore", t("tokens.to_explore"))
    trace, network = trace_picture(opened, state.model), classifier(state.model).model

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
            added_terms(block, output_weights(network, block.stage, block.block)),
            selection.level,
            selection.token or telling_token(block),
        )

    take_away(
        t,
        {
            "tokens.png": lambda: figure().png(opened.pixels),
            "tokens.svg": lambda: figure().svg(opened.pixels),
            "tokens.csv": lambda: figure().csv(),
        },
        upload=shown.source.sample is None,
    )
