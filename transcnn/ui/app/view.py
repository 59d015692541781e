"""What the pages that look into a trace have in common: the values for their view in the browser,
and what the view chose.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transcnn.figures.scale import DARK, LIGHT
from transcnn.labels import class_labels
from transcnn.model.config import HMHSA, Network
from transcnn.ui.app.cache import Opened, belongs, open_picture, trace_key
from transcnn.ui.app.session import AppState, Selection, Source
from transcnn.words.translator import Translator


@dataclass(frozen=True)
class Shown:
    """The picture, network and selection that a page shows."""

    state: AppState
    source: Source
    opened: Opened
    selection: Selection

    @property
    def trace(self) -> str:
        """What the trace is called in the browser."""
        return trace_key(self.opened, self.state.model)

    def data(self, t: Translator, *tables: str) -> dict[str, Any]:
        """The small values for a view; its words are those of "view" and of `tables`."""
        state, selection = self.state, self.selection
        return {
            "words": {
                name: word for table in ("view", *tables) for name, word in t.table(table).items()
            },
            "ramps": {"light": LIGHT, "dark": DARK},
            "network": structure(state.config(state.model)),
            "photo": self.opened.key,
            "trace": self.trace,
            "link": {
                "picture": self.source.sample,
                "model": state.shown_model,
                "lang": state.shown_language,
            },
            "alt": self.source.alt,
            "selected": asdict(selection),
            "error": None if state.upload_error is None else t.error(state.upload_error),
        }

    def select(self, view: str) -> None:
        """Keep what the view in the session at `view` has chosen."""
        chosen: dict[str, Any] | None = st.session_state[view]["selected"]
        if chosen is None or chosen["trace"] != self.trace:  # another picture is shown by now
            return
        head, token = chosen["head"], chosen["token"]
        self.state.select(
            Selection(
                stage=int(chosen["stage"]),
                block=int(chosen["block"]),
                head=None if head is None else int(head),
                token=None if token is None else (int(token[0]), int(token[1])),
                intervention=str(chosen["intervention"]),
                level=int(chosen["level"]),
                part=str(chosen["part"]),
            )
        )

    def warn(self, place: DeltaGenerator, t: Translator) -> None:
        """Say in `place` where the picture shows none of the few classes that the network has."""
        warn_outside(place, t, self.source, self.state.config(self.state.model))

    def link_to(self, page: str, label: str) -> None:
        """A link to another page that shows the same there, in a new tab too."""
        st.page_link(f"pages/{page}.py", label=label, query_params=self.query)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of such a link."""
        selection, sample = self.selection, self.source.sample
        wanted = {
            "picture": sample,
            "model": self.state.shown_model,
            "lang": self.state.shown_language,
            "stage": selection.stage,
            "block": selection.block,
            "head": selection.head,
            "token": selection.token and ",".join(map(str, selection.token)),
            "intervention": None if selection.intervention == "on" else selection.intervention,
            "level": selection.level or None,
            "part": None if selection.part == "all" else selection.part,
        }
        if sample is None:  # uploads are not part of links, nor are places on them
            del wanted["token"]
        return {name: str(value) for name, value in wanted.items() if value is not None}


def followed(state: AppState, names: Collection[str]) -> dict[str, str] | None:
    """Those of the link's parameters that a page has, where the browser went back or forward."""
    named = {name: st.query_params[name] for name in names if name in st.query_params}
    return named if state.leads_elsewhere(named) else None


def write_link(
    state: AppState, sample: str | None, link: Mapping[str, str], **besides: str
) -> None:
    """Write what a page shows, `link`, into the browser's address, with the sample, network and
    language that were chosen and with what stands `besides`, which is no part of going back.
    """
    state.wrote_link(dict(link))
    wanted = {"picture": sample, "model": state.shown_model, "lang": state.shown_language}
    whole = {**link, **besides, **{n: value for n, value in wanted.items() if value is not None}}
    if st.query_params.to_dict() != whole:
        st.query_params.from_dict(whole)


def warn_outside(place: DeltaGenerator, t: Translator, source: Source, config: Network) -> None:
    """Say in `place` where a picture shows none of the few classes that a network has."""
    if config.indices is None:
        return
    found = belongs(source, config.indices)
    if found.outside:
        place.warning(
            t(
                "explore.outside",
                name=config.name,
                count=config.classes,
                seen=class_labels(t.language)[found.likeliest.output],
                share=f"{100 * found.share:.0f}",
            )
        )


def take_shown(state: AppState) -> Shown:
    """What this visitor has chosen to look at."""
    source = state.source()
    return Shown(
        state, source, open_picture(source, state.config(state.model).input.size), state.selection
    )


def level_name(t: Translator, level: int, count: int) -> str:
    """A level of `count` in words, such as "Level 1 (local)": from 1, the last is global."""
    kind = "level_global" if level == count - 1 else "level_local" if level == 0 else "level"
    return t(f"view.{kind}", level=level + 1)


def structure(config: Network) -> dict[str, Any]:
    """The blocks of a network with the grids of their levels, from its description alone."""
    blocks, number = [], 0
    for stage, shape in enumerate(config.stages):
        size = config.map_size(stage, (config.input.size, config.input.size))
        for block, attention in enumerate(shape.attending):
            assert isinstance(attention, HMHSA)  # networks of other kinds cannot be chosen
            levels = []
            for level in attention.levels(size):
                levels.append({"grid": level.grid[0], "side": level.size[0], "number": number})
                number += 1
            blocks.append(
                {
                    "stage": stage,
                    "block": block,
                    "heads": attention.heads,
                    "side": size[0],
                    "levels": levels,
                }
            )
    return {"name": config.name, "input": config.input.size, "blocks": blocks}
