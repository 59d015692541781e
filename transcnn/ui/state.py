"""What this visitor has chosen: the only place that knows session keys and link parameters.

A link holds what another person needs to see the same: sample, model, stage, block, head, token,
switch and level, with indices from 0. Uploads are not part of links. The view in the browser writes
the link: only there a choice can replace an entry of the history instead of adding one. Here links
are read, and never trusted: what does not exist falls back to the default.
"""

import functools
import hashlib
from dataclasses import dataclass, replace

import streamlit as st

from transcnn.checkpoints.catalogue import shipped_names
from transcnn.errors import PictureError
from transcnn.model.config import HMHSA, Network
from transcnn.model.variants import network
from transcnn.pictures import decode
from transcnn.pictures.samples import samples

FIRST_SAMPLE = "zebra"
SWITCH_NAMES = ("on", "uniform", "identity", "swapped", "off")  # in the order of the page


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
    switch: str = "on"
    level: int = 0


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
    def sample(self) -> str | None:
        """The sample that is shown; None while an upload is."""
        return None if self._session["shows_upload"] else self._session["sample"]

    @property
    def selection(self) -> Selection:
        selection: Selection = self._session["selection"]
        return selection

    @property
    def upload_error(self) -> PictureError | None:
        """Why the last upload could not be used."""
        error: PictureError | None = self._session["upload_error"]
        return error

    def source(self, language: str) -> Source:
        """The picture that is shown."""
        if self._session["shows_upload"]:
            upload: Source = self._session["upload"]
            return upload
        return _sample_source(self._session["sample"], language)

    def next_source(self, language: str) -> Source:
        """The picture that lends its attention where the shown one's is swapped.

        The next of the samples and the upload in the order of their names, as in `evaluate`; an
        upload comes last, so the first sample follows it.
        """
        names = sorted(s.name for s in samples())
        if self.sample is None:
            return _sample_source(names[0], language)
        return _sample_source(names[(names.index(self.sample) + 1) % len(names)], language)

    # Choosing

    def show_sample(self, name: str) -> None:
        self._session.pop("upload", None)  # nothing leads back to it
        self._session.update(sample=name, shows_upload=False, upload_error=None, chosen=True)
        self._forget_token()

    def show_upload(self, title: str, alt: str, data: bytes) -> None:
        """Show an uploaded file; if it is no picture, the last one stays and the error is kept."""
        try:
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

    def show_model(self, name: str) -> None:
        self._session.update(model=name, selection=Selection())

    def select(self, selection: Selection) -> None:
        self._session["selection"] = _existing(selection, network(self.model))

    def _forget_token(self) -> None:
        old = self.selection
        self._session["selection"] = replace(old, token=None)

    def _read_link(self) -> None:
        link = st.query_params
        known = [s.name for s in samples()]
        sample, model = link.get("picture", FIRST_SAMPLE), link.get("model", shipped_names()[0])
        self._session.update(
            sample=sample if sample in known else FIRST_SAMPLE,
            model=model if model in shipped_names() else shipped_names()[0],
            shows_upload=False,
            upload_error=None,
        )
        token = tuple(_number(part) for part in link.get("token", "").split(","))
        chosen = Selection(
            _number(link.get("stage", "0")),
            _number(link.get("block", "0")),
            _number(link["head"]) if "head" in link else None,
            (token[0], token[1]) if len(token) == 2 else None,
            link.get("switch", "on"),
            _number(link.get("level", "0")),
        )
        self._session["selection"] = _existing(chosen, network(self.model))


@functools.cache  # read and hashed once, not at every run of the page
def _sample_source(name: str, language: str) -> Source:
    sample = next(s for s in samples() if s.name == name)
    data = sample.path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Source(sample.name, sample.title[language], sample.alt[language], data, digest)


def _number(text: str) -> int:
    """A whole number of a link; -1, which exists nowhere, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 6 else -1


def _existing(selection: Selection, model: Network) -> Selection:
    """The selection, with the default in place of whatever `model` does not have."""
    stages = range(len(model.stages))
    if selection.stage not in stages:
        return Selection()
    switch = selection.switch if selection.switch in SWITCH_NAMES else "on"
    attending = model.stages[selection.stage].attending
    block = selection.block if selection.block in range(len(attending)) else 0
    attention = attending[block]
    assert isinstance(attention, HMHSA)  # networks of other kinds do not ship
    head = selection.head if selection.head in range(attention.heads) else None
    level = selection.level if selection.level in range(len(attention.merges) + 1) else 0
    size = model.map_size(selection.stage, (model.input.size, model.input.size))
    token = selection.token
    if token is not None and not all(0 <= t < side for t, side in zip(token, size, strict=True)):
        token = None
    return Selection(selection.stage, block, head, token, switch, level)
