"""What one visitor has chosen: one typed value in the session of Streamlit.

Image, network, language and the visitor's custom models are fields here. What a page keeps besides
is a part of its own, found by its type: `session.part(CompareChoice)`. Parts of a link begin with
what the link says that the session was opened with. Pages are not known here.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import streamlit as st

from transcnn.analysis.overview.opening import openings
from transcnn.checkpoints.catalogue import (
    TRAINED,
    shipped,
    shipped_names,
    split_snapshot,
)
from transcnn.errors import PictureError
from transcnn.model.config import Network
from transcnn.model.variants import network
from transcnn.pictures import CENTRE
from transcnn.pictures.samples import known_samples, samples
from transcnn.ui.app.custom_models import CustomModel
from transcnn.ui.app.images import ChosenImage, prepare_image, sample_image
from transcnn.ui.app.links import LinkPart, decode, encode, names
from transcnn.ui.app.selection import Selection, Subject
from transcnn.words import DEFAULT

MOST_CUSTOM_MODELS = 3  # networks held at once besides those that ship, up to 250 MB each
_OUTSIDE = "zebra"  # where no sample shows a class of the network
_KEY = "session"

Kind = TypeVar("Kind")


def sample_for(config: Network, preferred: str | None = None) -> str:
    """A sample that shows a class of the network: the preferred one if it does, else that of the
    measured opening, else the first. The preferred one, or any, where none does."""
    known = [sample.name for sample in known_samples(config.class_set)]
    opening = openings().get(config.name)
    for name in (preferred, opening and opening.sample):
        if name in known:
            return str(name)
    return known[0] if known else preferred or _OUTSIDE


@dataclass
class Session:
    """Everything that is kept of a visitor, apart from the values of widgets."""

    opened_with: dict[str, str]  # the link's parameters
    sample: str
    model: str
    language: str
    crop: int = CENTRE  # of the image that is shown, in percent
    upload: ChosenImage | None = None  # shown in place of the sample
    upload_error: PictureError | None = None  # why the last upload could not be used
    image_chosen: bool = False  # since a page was last drawn
    custom_models: dict[str, CustomModel] = field(default_factory=dict)  # by key, the oldest first
    lent: dict[str, Callable[[], bool]] = field(default_factory=dict)  # of them, whether still
    page: str | None = None
    entered: bool = False  # whether the page is another than in the run before
    # Kept, since the run that hears of it may be interrupted before it gets to go there.
    overview_asked: bool = False  # on this page
    written: dict[str, dict[str, str]] = field(default_factory=dict)  # links, by page
    parts: dict[type[Any], Any] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)  # of image and network, since it was opened
    id: str = field(default_factory=lambda: secrets.token_hex(8))  # tells sessions of a tab apart
    lost_upload: str | None = None  # the title of one that the tab had in a session before

    @staticmethod
    def get() -> "Session":
        """The session of this visitor; a new one starts from its link."""
        if _KEY not in st.session_state:
            link = st.query_params.to_dict()
            subject = decode(Subject, link)
            model = subject.model or shipped_names()[0]
            st.session_state[_KEY] = Session(
                link,
                subject.sample or sample_for(network(split_snapshot(model)[0])),
                model,
                subject.language or DEFAULT,
                subject.crop,
            )
        return cast(Session, st.session_state[_KEY])

    # Parts of the pages

    def part(self, kind: type[Kind]) -> Kind:
        """The part of a page, by its type.

        Always the same one: a run that was given up goes on beside the next one for a moment, and
        what the one keeps, the other must find.
        """
        if kind not in self.parts:
            self.parts.setdefault(kind, self._first(kind))
        return cast(Kind, self.parts[kind])

    def _first(self, kind: type[Kind]) -> Kind:
        if not issubclass(kind, LinkPart):
            return kind()
        found = decode(kind, self.opened_with)
        if "network" in self.changed:
            found = found.for_other_network()
        if "image" in self.changed:
            found = found.for_other_image()
        return found.existing(self.config(self.model))

    def put(self, part: object) -> None:
        """Replace the part of this type."""
        if isinstance(part, LinkPart):
            part = part.existing(self.config(self.model))
        self.parts[type(part)] = part

    @property
    def selection(self) -> Selection:
        """The part of a trace that is in front."""
        return self.part(Selection)

    # The network

    def config(self, model: str) -> Network:
        """The description of a model: one that ships, a snapshot of one, or a custom one."""
        if model in self.custom_models:
            return self.custom_models[model].config
        return network(split_snapshot(model)[0])

    @property
    def custom_model(self) -> CustomModel | None:
        """The chosen model, where it is a custom one."""
        return self.custom_models.get(self.model)

    @property
    def models_at_hand(self) -> list[str]:
        """The models that ship, and the custom ones whose attention is H-MHSA."""
        return [*shipped_names(), *(k for k, one in self.custom_models.items() if one.has_levels)]

    @property
    def training(self) -> tuple[str, tuple[str, ...]]:
        """How much of its training the chosen model has had, as a share, and all shares that there
        are; none where there are no snapshots."""
        name, share = split_snapshot(self.model)
        known = shipped(name).shares if name in shipped_names() else ()
        return share, (*known, TRAINED) if known else ()

    @property
    def trained_with_attention(self) -> list[str]:
        """Other models that ship and were trained with H-MHSA from scratch."""
        return [
            name
            for name in shipped_names()
            if shipped(name).snapshots and name != split_snapshot(self.model)[0]
        ]

    def show_model(self, name: str) -> None:
        """Choose a model; where it does not know what the sample shows, one that it knows is shown
        in place of that."""
        self.model = name
        self._change("network")
        if self.upload is None:
            sample = sample_for(self.config(name), self.sample)
            if sample != self.sample:
                self.sample, self.crop = sample, CENTRE
                self._change("image")

    def show_training(self, share: str) -> None:
        """Choose a snapshot of the chosen model's training; all else stays."""
        name = split_snapshot(self.model)[0]
        self.model = name if share == TRAINED else f"{name}@{share}"

    def add_custom_model(self, custom_model: CustomModel) -> None:
        """Keep a custom model; the oldest ones not in use go where there are too many."""
        self.custom_models.pop(custom_model.key, None)
        self.lent.pop(custom_model.key, None)
        self.custom_models[custom_model.key] = custom_model
        others = [key for key in self.custom_models if key not in (custom_model.key, self.model)]
        for key in others[: max(0, len(self.custom_models) - MOST_CUSTOM_MODELS)]:
            del self.custom_models[key]

    def borrow_custom_model(self, custom_model: CustomModel, still: Callable[[], bool]) -> None:
        """Keep a custom model of somebody else's, as long as `still` says so."""
        self.add_custom_model(custom_model)
        self.lent[custom_model.key] = still

    def return_custom_models(self) -> None:
        """Drop the custom models of others that are not to be had any more."""
        for key in [key for key, still in self.lent.items() if not still()]:
            del self.lent[key]
            self.forget_custom_model(key)

    def forget_custom_model(self, key: str) -> None:
        """Drop a custom model; where it was the chosen one, the first that ships is."""
        if self.model == key:
            self.show_model(shipped_names()[0])
        self.custom_models.pop(key, None)

    # The image

    @property
    def shown_sample(self) -> str | None:
        """The sample that is shown; None while an upload is."""
        return None if self.upload is not None else self.sample

    @property
    def image(self) -> ChosenImage:
        """The image that is shown."""
        return self.upload or sample_image(self.sample, self.language, self.crop)

    def sample_image(self, name: str) -> ChosenImage:
        """One of the samples."""
        return sample_image(name, self.language)

    @property
    def donor_image(self) -> ChosenImage:
        """The image whose attention is used where that of the shown one is swapped.

        The next of the samples and the upload in the order of their names, as in `evaluate`; an
        upload comes last, so the first sample follows it.
        """
        order = sorted(s.name for s in samples())
        if self.upload is not None:
            return self.sample_image(order[0])
        return self.sample_image(order[(order.index(self.sample) + 1) % len(order)])

    def show_sample(self, name: str) -> None:
        """Choose a sample."""
        self.sample, self.crop, self.upload, self.upload_error = name, CENTRE, None, None
        self.image_chosen = True
        self._change("image")

    def show_upload(self, title: str, alt: str, data: bytes) -> None:
        """Show an uploaded file; if it is no image, the last one stays and the error is kept."""
        try:
            self.show_image(ChosenImage(None, title, alt, data))
        except PictureError as error:
            self.refuse_upload(error)

    def show_image(self, upload: ChosenImage) -> None:
        """Show an upload, decoded now and once. Raises PictureError if it is no image."""
        prepare_image(upload, self.config(self.model).input.size)
        self.upload, self.upload_error, self.image_chosen = upload, None, True
        self.crop = upload.crop
        self._change("image")

    def move_crop(self, percent: int) -> None:
        """Move the square that the network sees along the longer side of the image."""
        self.crop = percent
        if self.upload is not None:
            self.upload = replace(self.upload, crop=percent)
        self._change("image")

    def refuse_upload(self, error: PictureError) -> None:
        """Keep why an upload cannot be shown; the last image stays."""
        self.upload_error, self.image_chosen = error, True

    def take_image_chosen(self) -> bool:
        """True once after an image was chosen, on whatever page."""
        chosen, self.image_chosen = self.image_chosen, False
        return chosen

    def dismiss_error(self) -> None:
        """Close the message about an upload."""
        self.upload_error = None

    def _change(self, what: str) -> None:
        """Tell all parts that there is another image or another network."""
        self.changed.add(what)
        for part in list(self.parts.values()):
            if isinstance(part, LinkPart):
                of = part.for_other_image() if what == "image" else part.for_other_network()
                self.put(of)

    # The link

    @property
    def subject(self) -> Subject:
        """Image, network and language as links name them."""
        return Subject(
            self.shown_sample,
            self.model if len(shipped_names()) > 1 and self.custom_model is None else None,
            None if self.language == DEFAULT else self.language,
            self.crop,
        )

    def query(self, *parts: LinkPart) -> dict[str, str]:
        """The parameters of a link to what is shown."""
        return encode(self.subject, *parts, upload=self.upload is not None)

    def enter(self, page: str) -> None:
        """Note that a run of `page` begins."""
        self.entered = self.page != page
        self.page = page
        if self.entered:
            self.overview_asked = False  # what was asked for on another page is over

    def ask_for_overview(self) -> None:
        """Note that the overview was asked for; the page goes there as soon as it can."""
        self.overview_asked = True

    def follow_link(self, *kinds: type[LinkPart]) -> None:
        """Take over what the address says where somebody went back or forward, or came by a link:
        where it is not what the page wrote last. The sidebar leads to a page without parameters, as
        it was left.
        """
        link = _parameters(names(kinds))
        if link != self.written.get(self._page) and (link or not self.entered):
            for kind in kinds:
                self.put(decode(kind, link, self.part(kind)))
        self.written[self._page] = link  # also if the page starts anew before it writes

    def write_link(
        self, *parts: LinkPart, besides: tuple[LinkPart, ...] = (), subject: bool = True
    ) -> None:
        """Write what a page shows into the address, after image, network and language; what stands
        `besides` is no part of going back. Without `subject` of these the language alone.
        """
        link = encode(*parts, upload=self.upload is not None)
        self.written[self._page] = link
        common = self.subject if subject else Subject(language=self.subject.language)
        whole = encode(common) | link | encode(*besides)
        if st.query_params.to_dict() != whole:
            st.query_params.from_dict(whole)

    @property
    def _page(self) -> str:
        return self.page or ""


def _parameters(wanted: Collection[str]) -> dict[str, str]:
    return {name: st.query_params[name] for name in wanted if name in st.query_params}
