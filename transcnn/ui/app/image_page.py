"""What the pages of an image share: what is shown, as the browser gets it, and what it chose."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transcnn.figures.scale import DARK, LIGHT
from transcnn.labels import IMAGENET
from transcnn.model.config import HMHSA, Network
from transcnn.pictures.samples import known_samples
from transcnn.ui.app.images import ChosenImage, PreparedImage, prepare_image
from transcnn.ui.app.links import LinkPart, browser_link
from transcnn.ui.app.networks import belongs, trace_key
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.selection import Selection
from transcnn.ui.app.session import Session
from transcnn.ui.components.here import here_view
from transcnn.ui.components.packets.pack import answer_packet
from transcnn.ui.components.store import store
from transcnn.words.translator import Translator

if TYPE_CHECKING:
    from transcnn.classifier import PredictedClass

_HERE = "here"


@dataclass(frozen=True)
class ImagePage:
    """The image, network and selection that a page shows."""

    state: Session
    image: ChosenImage
    prepared: PreparedImage
    selection: Selection

    @property
    def trace(self) -> str:
        """What the trace is called in the browser."""
        return trace_key(self.prepared, self.state.model)

    def data(
        self, t: Translator, *tables: str, besides: tuple[LinkPart, ...] = ()
    ) -> dict[str, Any]:
        """The small values for a view; its words are those of "view" and of `tables`, `besides` are
        the parts of its link that are not shared with other pages.
        """
        state, selection = self.state, self.selection
        upload = self.image.sample is None
        return view_data(
            {name: word for table in ("view", *tables) for name, word in t.table(table).items()},
            structure(state.config(state.model)),
            self.prepared,
            state.model,
            asdict(selection),
            link=browser_link(state.subject, selection, *besides, upload=upload),
            alt=self.image.alt,
            error=None
            if state.upload_error is None
            else t("errors.previous_image", error=t.error(state.upload_error)),
        )

    def select(self, view: str) -> None:
        """Keep what the view in the session at `view` has chosen."""
        chosen: dict[str, Any] | None = st.session_state[view]["selected"]
        if chosen is None or chosen["trace"] != self.trace:  # another image is shown by now
            return
        head, token = chosen["head"], chosen["token"]
        self.state.put(
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

    def warn(self, box: DeltaGenerator, t: Translator) -> None:
        """Say in `box` where the image shows none of the classes that the network has."""
        warn_outside(box, t, self.image, self.state.config(self.state.model))

    @property
    def query(self) -> dict[str, str]:
        """The parameters with which another page shows the same, in a new tab too."""
        return self.state.query(self.selection)

    def link_to(self, page: str, label: str) -> None:
        """A link to another page that shows the same there."""
        st.page_link(page_file(page), label=label, query_params=self.query)


def is_outside(image: ChosenImage, config: Network) -> bool:
    """Whether an image shows none of the classes that a network has: of a sample this is known, of
    an upload it is judged where the classes are a few of ImageNet's.
    """
    if config.own_classes is not None:
        return False
    if image.sample is not None:
        return image.sample not in {sample.name for sample in known_samples(config.class_set)}
    return config.indices is not None and belongs(image, config.indices).outside


def warn_outside(box: DeltaGenerator, t: Translator, image: ChosenImage, config: Network) -> None:
    """Say in `box` where an image is outside the classes of a network."""
    if not is_outside(image, config):
        return
    if image.sample is not None or config.indices is None:
        box.warning(
            t(
                "explore.outside_sample",
                name=config.name,
                count=config.classes,
                title=image.title,
            )
        )
    else:
        found = belongs(image, config.indices)
        box.warning(
            t(
                "explore.outside",
                name=config.name,
                count=config.classes,
                seen=IMAGENET.said_in(t.language)[found.likeliest.output],
                share=f"{100 * found.share:.0f}",
            )
        )


def take_image_page(state: Session) -> ImagePage:
    """What this visitor has chosen to look at."""
    image = state.image
    size = state.config(state.model).input.size
    return ImagePage(state, image, prepare_image(image, size), state.selection)


def view_data(
    words: dict[str, Any],
    network: dict[str, Any],
    prepared: PreparedImage,
    model: str,
    selected: dict[str, Any],
    *,
    link: dict[str, Any] | None = None,
    alt: str = "",
    error: str | None = None,
) -> dict[str, Any]:
    """The small values that every view of an image has; without `link` the page writes its own."""
    return {
        "words": words,
        "ramps": {"light": LIGHT, "dark": DARK},
        "network": network,
        "photo": prepared.key,
        "trace": trace_key(prepared, model),
        "link": link or {},
        "alt": alt,
        "selected": selected,
        "error": error,
    }


def leave(state: Session) -> None:
    """Show the overview where it was asked for on this page."""
    if state.overview_asked:
        st.switch_page(page_file("overview"), query_params=state.query())


def show_here(
    state: Session,
    t: Translator,
    model: str,
    shown: tuple[int | None, int | None],
    go: Callable[[int, int], None],
) -> None:
    """The strip "You are here" on a page without a view of a trace: `shown` are the stage and the
    block of `model` in front, `go` gets those that are chosen."""
    config = state.config(model)
    prepared = prepare_image(state.image, config.input.size)

    def went() -> None:
        chosen: dict[str, Any] | None = st.session_state[_HERE]["go"]
        if chosen is not None:  # a trigger is None again in the next run
            go(int(chosen["stage"]), int(chosen["block"]))

    here_view(
        _HERE,
        view_data(t.table("view"), outline(config), prepared, model, _existing(config, shown)),
        on_go=went,
        on_leave=state.ask_for_overview,
    )
    leave(state)
    store("store_photo", prepared.photo)


def _existing(config: Network, shown: tuple[int | None, int | None]) -> dict[str, int | None]:
    """The stage and the block of a link, where the network has them."""
    stage, block = shown
    if stage is None or stage not in range(len(config.stages)):
        return {"stage": None, "block": None}
    there = block in range(len(config.stages[stage].attending))
    return {"stage": stage, "block": block if there else None}


def tell_answer(
    state: Session, t: Translator, prepared: PreparedImage, model: str, best: "PredictedClass"
) -> None:
    """Bring the likeliest class of the image by `model` to the strip."""
    name = state.config(model).class_set.said_in(t.language)[best.output]
    store("store_answer", answer_packet(trace_key(prepared, model), best, name))


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
    return outline(config) | {"blocks": blocks}


def outline(config: Network) -> dict[str, Any]:
    """What the strip "You are here" shows of a network, with attention of any kind."""
    return {
        "name": config.name,
        "input": config.input.size,
        "pooled": not config.has_levels,
        "blocks": [
            {"stage": stage, "block": block}
            for stage, shape in enumerate(config.stages)
            for block in range(len(shape.attending))
        ],
        "stages": [_boxes(config, stage) for stage in range(len(config.stages))],
    }


def _boxes(config: Network, stage: int) -> dict[str, Any]:
    """A stage with its boxes in order: how many levels attention has, 0 for a bottleneck."""
    boxes = []
    for block in config.stages[stage].blocks:
        attention = block.attention
        if isinstance(attention, HMHSA):
            boxes.append(len(attention.merges) + 1)
        elif attention is not None:  # pooled: its two steps, or one where nothing is pooled
            boxes.append(1 if attention.grid == 1 else 2)
        boxes.append(0)
    return {"side": config.map_size(stage, (config.input.size,) * 2)[0], "boxes": boxes}
