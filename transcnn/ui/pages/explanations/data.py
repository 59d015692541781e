"""The picture, network and target of the page, and the maps as far as they are there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from transcnn.checkpoints.catalogue import TRAINED, shipped, split_snapshot
from transcnn.errors import TransCNNError
from transcnn.explain.names import METHODS
from transcnn.ui.app.cache import Opened, answers, classifier, open_picture, running
from transcnn.ui.app.session import AppState, Source
from transcnn.ui.app.work import Work, begin, end_others

if TYPE_CHECKING:
    from transcnn.explain.attribution import Attribution
    from transcnn.explain.method import Method
    from transcnn.explain.subject import Subject


@dataclass(frozen=True, eq=False)
class Asked:
    """What is explained. `key` tells it from everything else: weights, picture and target."""

    source: Source
    opened: Opened
    model: str  # as the caches call it
    subject: "Subject"
    likeliest: tuple[int, ...]  # the places of the likeliest classes, the answer first
    key: str


@dataclass(frozen=True, eq=False)
class Found:
    """What came of one method: a map, or why there is none, or the work that is under way."""

    name: str
    method: "Method"
    attribution: "Attribution | None" = None
    error: Exception | None = None
    work: Work | None = None


def take_asked(state: AppState) -> Asked:
    """What this visitor asks about; the usual in place of classes that the network lacks."""
    from transcnn.explain.subject import Subject, Target

    model, source, choice = state.explained_model, state.source(), state.explain
    network = classifier(model)
    opened = open_picture(source, network.config.input.size)
    top = answers(opened, model)
    classes = range(network.config.classes)
    of = top[0].output if choice.of is None or choice.of not in classes else choice.of
    versus = choice.versus if choice.versus in classes and choice.versus != of else None
    subject = Subject(network, opened.pixels, Target(of, versus))
    key = f"{network.weights_sha256}/{model}/{opened.key}/{of}/{versus}"
    return Asked(source, opened, model, subject, tuple(answer.output for answer in top), key)


def find_maps(state: AppState, asked: Asked) -> list[Found]:
    """The maps of all chosen methods: fast ones at once, slow ones begun if they are not there.

    Work for what is no longer asked ends.
    """
    found = [_find(state, asked, name) for name in state.explain.methods]
    end_others(state.works, tuple(method_key(asked, one) for one in found))
    return found


def _find(state: AppState, asked: Asked, name: str) -> Found:
    from transcnn.explain.methods import make_method

    given = dict(zip(("stage", "block", "level"), state.explain.part, strict=False))
    method = make_method(name, **{k: v for k, v in given.items() if k in METHODS[name].options})
    key = _key(asked, method)
    if not METHODS[name].slow:
        try:
            return Found(name, method, _explain(key, method, asked.subject))
        except TransCNNError as error:
            return Found(name, method, error=error)
    work = begin(state.works, key, lambda on_progress: method.explain(asked.subject, on_progress))
    return Found(name, method, work.result, work.error, work)


@st.cache_resource(scope="session", max_entries=24, show_spinner=False)
def _explain(key: str, _method: "Method", _subject: "Subject") -> "Attribution":  # noqa: ARG001
    with running:
        return _method.explain(_subject)


def method_key(asked: Asked, found: Found) -> str:
    """What the map of a method is called among a session's works."""
    return _key(asked, found.method)


def _key(asked: Asked, method: "Method") -> str:
    from transcnn.explain.method import settings_of

    return f"{asked.key}/{method.name}/{settings_of(method)}"


def command_of(state: AppState, asked: Asked, found: Found) -> str:
    """The command that gives the same map; PICTURE stands for the file."""
    network, target = asked.subject.classifier, asked.subject.target
    name, share = split_snapshot(asked.model)
    picture = f"assets/samples/{asked.source.sample}.jpg" if asked.source.sample else "PICTURE"
    parts = ["python -m transcnn explain", picture, f"--model {network.config.name}"]
    if asked.model in state.custom_models:
        parts.append("--weights WEIGHTS")
    elif share != TRAINED:
        path = shipped(name).snapshot(share)
        parts.append(f"--weights assets/weights/snapshots/{name}/{path.name}")
    parts.append(f"--class {network.names[target.of].index}")
    if target.versus is not None:
        parts.append(f"--versus {network.names[target.versus].index}")
    parts.append(f"--method {found.name}")
    settings = found.attribution.settings if found.attribution else {}
    parts += [f"--{key} {settings[key]}" for key in ("stage", "block", "level") if key in settings]
    return " ".join(parts)
