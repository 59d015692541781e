"""What runs in the browser: a folder a component, with its Python, JavaScript, HTML and CSS.

The JavaScript is ES modules with relative imports, served by Streamlit as they are: each component
is declared in `transcnn/pyproject.toml` with this folder as its assets, which works from a clone,
an installed wheel and under a base path alike. A component fetches its own copy of each module, so
whatever components share (the packets of data) is kept on `globalThis`, in `shared/packets.js`.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent


def component(name: str, *styles: str) -> Callable[..., Any]:
    """The component in the folder `name`; the sheets `shared/<style>.css` come before its own.

    It is registered when it is first shown, because only a running app knows the declared assets.
    """
    sheets = [_HERE / "shared" / f"{style}.css" for style in styles]
    own = _HERE / name / f"{name}.css"
    html = _HERE / name / f"{name}.html"

    @cache
    def registered() -> Callable[..., Any]:
        return st.components.v2.component(
            f"transcnn.{name}",
            html=html.read_text(encoding="utf-8") if html.exists() else None,
            css="\n".join(
                sheet.read_text(encoding="utf-8") for sheet in (*sheets, own) if sheet.exists()
            )
            or None,
            js=f"{name}/{name}.js",
        )

    def show(**options: Any) -> Any:
        return registered()(**options)

    return show
