"""What this visitor has chosen: the only place that knows session keys and link parameters.

A link holds what another person needs to see the same: sample, model, stage, block, head, token,
switch and level, with indices from 0. Uploads are not part of links. The view in the browser writes
the link: only there a choice can replace an entry of the history instead of adding one. Here links
are read, and never trusted: what does not exist falls back to the default.
"""

import functools
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from transcnn.checkpoints.catalogue import (
    TRAINED,
    is_shipped,
    shipped,
    shipped_names,
    split_snapshot,
)
from transcnn.errors import PictureError, TransCNNError
from transcnn.model.config import HMHSA, Network
from transcnn.model.interventions import INTERVENTIONS
from transcnn.model.variants import network
from transcnn.pictures import decode
from transcnn.pictures.samples import find_sample, samples
from transcnn.ui.app.custom_models import CustomModel, Origin
from transcnn.ui.app.fetching import Fetching
from transcnn.ui.app.work import Work
from transcnn.ui.pages.compare.link import KEPT, CompareChoice, read_compare
from transcnn.ui.pages.course.link import CourseChoice, read_course
from transcnn.ui.pages.course.progress import Progress
from transcnn.ui.pages.course.role import FollowedSlide, Role, read_role
from transcnn.ui.pages.errors.link import Choice, read_choice
from transcnn.ui.pages.explanations.link import ExplainChoice, read_explain
from transcnn.words import DEFAULT, LANGUAGES

# A large picture takes hundreds of megabytes to open: one at a time, for all visitors together.
opening = threading.Lock()

FIRST_SAMPLE = "zebra"
MOST_CUSTOM_MODELS = 3  # networks held at once besides those that ship, up to 250 MB each


@dataclass(frozen=True)
class Source:
    """A picture to look at: the bytes of its file and what it is called."""

    sample: str | None  # None for an upload
    title: str
    alt: str
    data: bytes
    digest: str  # sha256 of the bytes


@dataclass(frozen=True)
class Selection:
    """Which part of a trace is in front. `head` None: the mean of all; `token` None: the first.

    `token` is a place of the block's level-0 map also where another `level` is in front: there it
    stands for the merged token that holds it.
    """

    stage: int = 0
    block: int = 0
    head: int | None = None
    token: tuple[int, int] | None = None
    intervention: str = "on"
    level: int = 0
    part: str = "all"  # of the H-MHSAs that a switch acts on: see `PARTS`

    def link(self) -> dict[str, str]:
        """Stage, block, head and token as parameters of a link, without the usual."""
        token = None if self.token is None else f"{self.token[0]},{self.token[1]}"
        named = {"stage": self.stage, "block": self.block, "head": self.head, "token": token}
        usual = {"stage": 0, "block": 0, "head": None, "token": None}
        return {name: str(value) for name, value in named.items() if value != usual[name]}

    @property
    def where(self) -> dict[str, int]:
        """The part that a switch acts on, as arguments of `transcnn.trace.Where`."""
        found = {}
        if self.part != "all":
            found["stage"] = self.stage
        if self.part not in ("all", "stage"):
            found["block"] = self.block
        if self.part.startswith("level"):
            found["level"] = int(self.part.removeprefix("level"))
        if self.part == "head" and self.head is not None:
            found["head"] = self.head
        return found


# All H-MHSAs, those of the chosen stage, or the chosen block, or a level or the chosen head of it.
PARTS = ("all", "stage", "block", "level0", "level1", "level2", "head")
FILLS = ("patches", "gray")
_SHARE = 0.4


@dataclass(frozen=True)
class Hidden:
    """Which cells of the picture are hidden, and with what.

    `cells` None: those that the fixed tests hide of this picture at `share`.
    """

    share: float = _SHARE
    cells: frozenset[int] | None = None  # of the board, row by row
    fill: str = "patches"


class AppState:
    """Typed access to the session; a new session starts from its link."""

    def __init__(self) -> None:
        self._session = st.session_state
        if "sample" not in self._session:
            self._read_link()

    # What is chosen

    @property
    def model(self) -> str:
        return str(self._session["model"])

    @property
    def training(self) -> tuple[str, tuple[str, ...]]:
        """The share of its training that the chosen model has behind it, and all that there are;
        none where no snapshots ship."""
        name, share = split_snapshot(self.model)
        known = tuple(shipped(name).snapshots) if name in shipped_names() else ()
        return share, (*known, TRAINED) if known else ()

    @property
    def grown_with_attention(self) -> list[str]:
        """Other networks that ship and learned everything with H-MHSA, from nothing."""
        return [
            name
            for name in shipped_names()
            if shipped(name).snapshots and name != split_snapshot(self.model)[0]
        ]

    @property
    def custom_model(self) -> CustomModel | None:
        """The guest that is the chosen model; None for one that ships."""
        return self.custom_models.get(self.model)

    @property
    def custom_models(self) -> dict[str, CustomModel]:
        """The networks that this visitor brought, by key, the oldest first."""
        custom_models: dict[str, CustomModel] = self._session["custom_models"]
        return custom_models

    def config(self, model: str) -> Network:
        """What a model is made of, one that ships, a snapshot of one, or a guest."""
        if model in self.custom_models:
            return self.custom_models[model].config
        return network(split_snapshot(model)[0])

    @property
    def first_model(self) -> str:
        """The model that a visitor begins with."""
        return shipped_names()[0]

    @property
    def models_at_hand(self) -> list[str]:
        """What ships, and the guests of this visitor whose attention is H-MHSA."""
        return [
            *shipped_names(),
            *(k for k, custom_model in self.custom_models.items() if custom_model.has_levels),
        ]

    @property
    def answers_here(self) -> bool:
        """Whether there are guests that only the Models page shows with the chosen picture."""
        return any(not custom_model.has_levels for custom_model in self.custom_models.values())

    @property
    def weights_errors(self) -> dict[Origin, TransCNNError]:
        """Why the last weight file could not be used, by the part of the page that it came by."""
        errors: dict[Origin, TransCNNError] = self._session["weights_errors"]
        return errors

    @property
    def fetching(self) -> Fetching | None:
        """The download that is under way, or came to an end that nobody has seen yet."""
        fetching: Fetching | None = self._session["fetching"]
        return fetching

    @property
    def shown_model(self) -> str | None:
        """The model as links name it: None where there is no other, and for guests."""
        return self.model if len(shipped_names()) > 1 and self.custom_model is None else None

    @property
    def sample(self) -> str | None:
        """The sample that is shown; None while an upload is."""
        return None if self._session["shows_upload"] else self._session["sample"]

    @property
    def selection(self) -> Selection:
        selection: Selection = self._session["selection"]
        return selection

    @property
    def hidden(self) -> Hidden:
        hidden: Hidden = self._session["hidden"]
        return hidden

    @property
    def board(self) -> Choice:
        """What is chosen on the error board."""
        choice: Choice = self._session["board"]
        return choice

    @property
    def compare(self) -> CompareChoice:
        """Which two are compared."""
        choice: CompareChoice = self._session["compare"]
        return choice

    @property
    def explain(self) -> ExplainChoice:
        """What is explained, and by which methods."""
        choice: ExplainChoice = self._session["explain"]
        return choice

    @property
    def explained_model(self) -> str:
        """The network that is explained: the chosen one, or a guest that only answers."""
        custom_model: str | None = self._session["explained_custom_model"]
        return custom_model if custom_model in self.custom_models else self.model

    @property
    def works(self) -> dict[str, Work]:
        """What is computed for this visitor beside the pages, or has been, by its key."""
        works: dict[str, Work] = self._session["works"]
        return works

    @property
    def kept(self) -> Source | None:
        """The picture that was exchanged with the first of two that are compared."""
        kept: Source | None = self._session["kept"]
        return kept

    @property
    def course(self) -> CourseChoice:
        """Where the visitor is in the course."""
        choice: CourseChoice = self._session["course"]
        return choice

    @property
    def progress(self) -> Progress:
        """What the visitor has answered in the course."""
        progress: Progress = self._session["progress"]
        return progress

    @property
    def role(self) -> Role:
        """Where the visitor sits in the course: alone, in a class, in front of it."""
        role: Role = self._session["role"]
        return role

    @property
    def followed(self) -> FollowedSlide:
        """How far the visitor has gone with a class."""
        followed: FollowedSlide = self._session["followed"]
        return followed

    @property
    def own_runs(self) -> list[str]:
        """The runs of uploads that this visitor has begun or came to by a link."""
        runs: list[str] = self._session["own_runs"]
        return runs

    @property
    def upload_error(self) -> PictureError | None:
        """Why the last upload could not be used."""
        error: PictureError | None = self._session["upload_error"]
        return error

    @property
    def shown_language(self) -> str | None:
        """The language as links name it: None for the usual one."""
        return None if self.language == DEFAULT else self.language

    @property
    def language(self) -> str:
        return str(self._session["language"])

    def source(self) -> Source:
        """The picture that is shown."""
        if self._session["shows_upload"]:
            upload: Source = self._session["upload"]
            return upload
        return _sample_source(self._session["sample"], self.language)

    def sample_source(self, name: str) -> Source:
        """One of the samples."""
        return _sample_source(name, self.language)

    def next_source(self) -> Source:
        """The picture that lends its attention where the shown one's is swapped.

        The next of the samples and the upload in the order of their names, as in `evaluate`; an
        upload comes last, so the first sample follows it.
        """
        names = sorted(s.name for s in samples())
        if self.sample is None:
            return _sample_source(names[0], self.language)
        return _sample_source(names[(names.index(self.sample) + 1) % len(names)], self.language)

    # Choosing

    def show_sample(self, name: str) -> None:
        self._session.pop("upload", None)  # nothing leads back to it
        self._session.update(sample=name, shows_upload=False, upload_error=None, chosen=True)
        self._forget_token()

    def show_upload(self, title: str, alt: str, data: bytes) -> None:
        """Show an uploaded file; if it is no picture, the last one stays and the error is kept."""
        try:
            with opening:
                digest = decode(data).digest
        except PictureError as error:
            self.refuse_upload(error)
            return
        self._session["upload"] = Source(None, title, alt, data, digest)
        self._session.update(shows_upload=True, upload_error=None, chosen=True)
        self._forget_token()

    def refuse_upload(self, error: PictureError) -> None:
        """Keep why an upload cannot be shown; the last picture stays."""
        self._session.update(upload_error=error, chosen=True)

    def take_picture_choice(self) -> bool:
        """True once after a picture was chosen, on whatever page."""
        return bool(self._session.pop("chosen", False))

    def dismiss_error(self) -> None:
        self._session["upload_error"] = None

    def speak(self, language: str) -> None:
        self._session["language"] = language

    def show_model(self, name: str) -> None:
        hidden = Hidden(self.hidden.share, None, self.hidden.fill)  # another model, another board
        course = self.course.forget_picture()  # another input size, other classes
        self._session.update(model=name, selection=Selection(), hidden=hidden, course=course)
        self.explain_custom_model(None)  # other classes, other blocks

    def show_training(self, share: str) -> None:
        """Show the chosen model as it was after a share of its training; all else stays."""
        name = split_snapshot(self.model)[0]
        self._session["model"] = name if share == TRAINED else f"{name}@{share}"

    def welcome(self, custom_model: CustomModel) -> None:
        """Keep a guest; the oldest ones that are not in use go where there are too many."""
        self.custom_models.pop(custom_model.key, None)
        self.custom_models[custom_model.key] = custom_model
        others = [key for key in self.custom_models if key not in (custom_model.key, self.model)]
        for key in others[: max(0, len(self.custom_models) - MOST_CUSTOM_MODELS)]:
            del self.custom_models[key]
        self.forget_error(custom_model.origin)

    def forget_error(self, origin: Origin) -> None:
        self.weights_errors.pop(origin, None)

    def dismiss_custom_model(self, key: str) -> None:
        """Forget a guest; where it was the chosen model, the first that ships is."""
        if self.model == key:
            self.show_model(shipped_names()[0])
        self.custom_models.pop(key, None)

    def fetch(self, name: str) -> None:
        """Begin to download the authors' weights of the network `name`."""
        self.end_fetching()
        self.forget_error("authors")
        fetching = self._session["fetching"] = Fetching(name)
        fetching.start()

    def end_fetching(self) -> None:
        """Cancel the download that is under way, or forget the one that has ended."""
        if self.fetching is not None:
            self.fetching.cancel()
        self._session["fetching"] = None

    def select(self, selection: Selection) -> None:
        self._session["selection"] = _existing(selection, self.config(self.model))

    def hide(self, hidden: Hidden) -> None:
        self._session["hidden"] = hidden

    def choose(self, choice: Choice) -> None:
        """Choose on the error board."""
        self._session["board"] = choice

    def compare_with(self, choice: CompareChoice) -> None:
        """Choose what is compared."""
        self._session["compare"] = choice
        if choice.picture != KEPT:
            self._session["kept"] = None  # nothing leads back to it

    def explain_by(self, choice: ExplainChoice) -> None:
        """Choose what is explained, and how."""
        self._session["explain"] = choice

    def explain_custom_model(self, key: str | None) -> None:
        """Explain a guest that cannot be the chosen model; None: the chosen model."""
        old = self.explain
        self._session["explained_custom_model"] = key
        self._session["explain"] = replace(old, of=None, versus=None, part=())

    def exchange_pictures(self, second: Source) -> None:
        """Let the second of two pictures be the first, and the first the second."""
        first = self.source()
        if second.sample is not None:
            self.show_sample(second.sample)
        else:
            self._session["upload"] = second
            self._session.update(shows_upload=True, upload_error=None)
        self._session.pop("chosen", None)  # it is looked at where it was chosen
        self._session["kept"] = first if first.sample is None else None
        self._session["compare"] = replace(self.compare, picture=first.sample or KEPT)

    def exchange_models(self) -> None:
        """Let the second of two networks be the first, and the first the second."""
        first, chosen = self.model, self.selection
        self.show_model(self.compare.model)
        self._session["compare"] = replace(self.compare, model=first)
        self.select(chosen)

    def take_step(self, choice: CourseChoice) -> None:
        """Go to a place in the course."""
        self._session["course"] = choice

    def take_role(self, role: Role) -> None:
        """Sit down elsewhere in the course."""
        self._session.update(role=role, followed=FollowedSlide())

    def enter(self, page: str) -> None:
        """Note that a run of `page` begins."""
        self._session["entered"] = self._session.get("page") != page
        self._session["page"] = page

    def wrote_link(self, link: dict[str, str]) -> None:
        """Note the parameters of its own that the page has written."""
        self._session.setdefault("links", {})[self._session["page"]] = link

    def leads_elsewhere(self, link: dict[str, str]) -> bool:
        """Whether the page's parameters are not those that it wrote last: somebody went back or
        forward, or came by a link. The sidebar leads to a page without parameters, as it was left.
        """
        written = self._session.setdefault("links", {}).get(self._session["page"])
        return link != written and (bool(link) or not self._session["entered"])

    def _forget_token(self) -> None:
        old = self.selection
        self._session["selection"] = replace(old, token=None)
        self._session["course"] = self.course.forget_picture()

    def _read_link(self) -> None:
        link = st.query_params
        known = [s.name for s in samples()]
        sample, model = link.get("picture", FIRST_SAMPLE), link.get("model", shipped_names()[0])
        self._session.update(
            sample=sample if sample in known else FIRST_SAMPLE,
            model=model if is_shipped(model) else shipped_names()[0],
            shows_upload=False,
            upload_error=None,
            custom_models={},
            weights_errors={},
            fetching=None,
            board=read_choice(link),
            compare=read_compare(link),
            kept=None,
            explain=read_explain(link),
            explained_custom_model=None,
            works={},
            progress=Progress(),
            role=read_role(link),
            followed=FollowedSlide(),
            own_runs=[],
            language=link.get("lang") if link.get("lang") in LANGUAGES else DEFAULT,
        )
        config = self.config(self.model)
        self._session["course"] = read_course(link, config.input.size)
        self._session["selection"] = _existing(read_selection(link), config)
        self._session["hidden"] = read_hidden(
            link.get("share", ""), link.get("hide"), link.get("fill", ""), board_cells(config)
        )


@functools.cache  # read and hashed once, not at every run of the page
def _sample_source(name: str, language: str) -> Source:
    sample = find_sample(name)
    assert sample is not None  # names are checked where they come in
    data = sample.path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Source(sample.name, sample.title[language], sample.alt[language], data, digest)


def board_cells(config: Network) -> int:
    """How many cells the board of a network has: the places of its last stage's map."""
    rows, columns = config.map_size(len(config.stages) - 1, (config.input.size,) * 2)
    return rows * columns


def read_hidden(share: str, cells: str | None, fill: str, count: int) -> Hidden:
    """What a link says: the share in percent, the cells as the bits of a hexadecimal number."""
    percent = _number(share)
    known = percent / 100 if 0 <= percent <= 100 else _SHARE
    chosen = None
    if cells and len(cells) <= count and set(cells) <= set("0123456789abcdef"):
        bits = int(cells, 16)
        if bits < 2**count:
            chosen = frozenset(k for k in range(count) if bits >> k & 1)
    return Hidden(known, chosen, fill if fill in FILLS else FILLS[0])


def read_selection(link: Mapping[str, str]) -> Selection:
    """The selection that a link names; whether it exists, only a network knows."""
    token = tuple(_number(part) for part in link.get("token", "").split(","))
    return Selection(
        _number(link.get("stage", "0")),
        _number(link.get("block", "0")),
        _number(link["head"]) if "head" in link else None,
        (token[0], token[1]) if len(token) == 2 else None,
        link.get("intervention", link.get("switch", "on")),
        _number(link.get("level", "0")),
        link.get("part", "all"),
    )


def _number(text: str) -> int:
    """A whole number of a link; -1, which exists nowhere, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1


def _existing(selection: Selection, model: Network) -> Selection:
    """The selection, with the default in place of whatever `model` does not have."""
    stages = range(len(model.stages))
    if selection.stage not in stages:
        return Selection()
    intervention = selection.intervention if selection.intervention in INTERVENTIONS else "on"
    attending = model.stages[selection.stage].attending
    block = selection.block if selection.block in range(len(attending)) else 0
    attention = attending[block]
    assert isinstance(attention, HMHSA)  # networks of other kinds cannot be chosen
    head = selection.head if selection.head in range(attention.heads) else None
    level = selection.level if selection.level in range(len(attention.merges) + 1) else 0
    size = model.map_size(selection.stage, (model.input.size, model.input.size))
    token = selection.token
    if token is not None and not all(0 <= t < side for t, side in zip(token, size, strict=True)):
        token = None
    part = selection.part if selection.part in PARTS else "all"
    levels = len(attention.merges) + 1
    missing_level = part.startswith("level") and int(part.removeprefix("level")) >= levels
    if missing_level or (part == "head" and head is None):
        part = "block"
    return Selection(selection.stage, block, head, token, intervention, level, part)
