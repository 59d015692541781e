"""The image, network and target of the page, and the maps as far as they are there."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from transcnn.errors import NotBegun, TransCNNError
from transcnn.explain.names import METHODS
from transcnn.pictures import CENTRE
from transcnn.ui.app.images import ChosenImage, PreparedImage, prepare_image
from transcnn.ui.app.networks import classifier, is_public, predictions
from transcnn.ui.app.session import Session
from transcnn.ui.app.tasks import Queue, Task, computing
from transcnn.ui.pages.explanations.link import ExplainChoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from transcnn.classifier import PredictedClass
    from transcnn.explain.attribution import Attribution
    from transcnn.explain.method import Method, OnProgress
    from transcnn.explain.subject import Subject

_KEPT = 40  # results of a session
_queue = Queue()  # of all sessions


@dataclass(frozen=True, eq=False)
class Explained:
    """What is explained. `key` tells it from everything else: weights, image and target."""

    image: ChosenImage
    prepared: PreparedImage
    model: str  # as the caches call it
    subject: "Subject"
    top: "tuple[PredictedClass, ...]"  # the likeliest classes, the prediction first
    key: str


@dataclass(frozen=True, eq=False)
class Found:
    """What came of one method: a map, or why there is none, or the task that is under way."""

    name: str
    method: "Method"
    attribution: "Attribution | None" = None
    error: Exception | None = None
    task: Task | None = None


class ExplainTasks(dict[str, Task]):
    """What is computed for a visitor beside the page, or has been, by its key."""

    def begin(self, key: str, do: "Callable[[OnProgress], Any]") -> Task:
        """The task called `key`; begun if it is not there. Raises NotBegun."""
        if key not in self:
            task = Task(f"explain {key}", lambda task: do(task.report), queue=_queue)
            task.start()
            self[key] = task
            ended = [name for name, task in self.items() if not task.under_way]
            for name in ended[: max(0, len(self) - _KEPT)]:
                del self[name]
        return self[key]

    def end_others(self, wanted: tuple[str, ...]) -> None:
        """Cancel what is under way and not `wanted`, the beginnings of keys, and forget it: wanted
        again it begins anew. What is finished stays.
        """
        for key, task in list(self.items()):
            if task.under_way and not key.startswith(wanted):
                self.pop(key).cancel()


def explained_model(state: Session) -> str:
    """The network that is explained: the chosen one, or a custom model without levels."""
    custom_model = state.part(ExplainChoice).custom_model
    return custom_model if custom_model in state.custom_models else state.model


def explain_custom_model(state: Session, key: str | None) -> None:
    """Explain a custom model that cannot be the chosen model; None: the chosen model."""
    state.put(replace(state.part(ExplainChoice).for_other_network(), custom_model=key))


def take_explained(state: Session) -> Explained:
    """What this visitor wants explained; the default in place of classes that the network lacks."""
    from transcnn.explain.subject import Subject, Target

    model, image, choice = explained_model(state), state.image, state.part(ExplainChoice)
    network = classifier(model)
    prepared = prepare_image(image, network.config.input.size)
    top = predictions(prepared, model)
    classes = range(network.config.classes)
    of = top[0].output if choice.of is None or choice.of not in classes else choice.of
    versus = choice.versus if choice.versus in classes and choice.versus != of else None
    subject = Subject(network, prepared.pixels, Target(of, versus))
    key = f"{network.weights_sha256}/{model}/{prepared.key}/{of}/{versus}"
    return Explained(image, prepared, model, subject, top, key)


def find_maps(state: Session, explained: Explained) -> list[Found]:
    """The maps of all chosen methods: fast ones at once, slow ones begun if they are not there.

    Tasks for what is no longer wanted end.
    """
    found = [_find(state, explained, name) for name in state.part(ExplainChoice).methods]
    state.part(ExplainTasks).end_others(tuple(method_key(explained, one) for one in found))
    return found


def _find(state: Session, explained: Explained, name: str) -> Found:
    from transcnn.explain.methods import make_method

    given = dict(zip(("stage", "block", "level"), state.part(ExplainChoice).part, strict=False))
    method = make_method(name, **{k: v for k, v in given.items() if k in METHODS[name].options})
    key = _key(explained, method)
    if not METHODS[name].slow:
        shared = is_public(explained.image.sample, explained.model)
        explain = _explain_for_everybody if shared else _explain
        try:
            return Found(name, method, explain(key, method, explained.subject))
        except TransCNNError as error:
            return Found(name, method, error=error)
    try:
        task = state.part(ExplainTasks).begin(
            key, lambda on_progress: method.explain(explained.subject, on_progress)
        )
    except NotBegun as error:  # begun when the page is drawn again, as one has ended
        return Found(name, method, error=error)
    return Found(name, method, task.result, task.error, task)


@st.cache_resource(scope="session", max_entries=24, show_spinner=False)
def _explain(key: str, _method: "Method", _subject: "Subject") -> "Attribution":  # noqa: ARG001
    with computing:
        return _method.explain(_subject)


@st.cache_resource(max_entries=144, show_spinner=False)
def _explain_for_everybody(
    key: str,  # noqa: ARG001
    _method: "Method",
    _subject: "Subject",
) -> "Attribution":
    """As `_explain`, for what is nobody's own: samples by the networks that ship."""
    with computing:
        return _method.explain(_subject)


def method_key(explained: Explained, found: Found) -> str:
    """What the map of a method is called among the tasks."""
    return _key(explained, found.method)


def _key(explained: Explained, method: "Method") -> str:
    from transcnn.explain.method import settings_of

    return f"{explained.key}/{method.name}/{settings_of(method)}"


def command_of(state: Session, explained: Explained, found: Found) -> str:
    """The command that gives the same map; PICTURE stands for the file."""
    network, target = explained.subject.classifier, explained.subject.target
    picture = (
        f"assets/samples/{explained.image.sample}.jpg" if explained.image.sample else "PICTURE"
    )
    parts = ["python -m transcnn explain", picture]
    if explained.model in state.custom_models:
        parts.append(f"--model {network.config.name} --weights WEIGHTS")
    else:
        parts.append(f"--model {explained.model}")
    if explained.image.crop != CENTRE:
        parts.append(f"--crop {explained.image.crop}")
    parts.append(f"--class {network.names[target.of].index}")
    if target.versus is not None:
        parts.append(f"--versus {network.names[target.versus].index}")
    parts.append(f"--method {found.name}")
    settings = found.attribution.settings if found.attribution else {}
    parts += [f"--{key} {settings[key]}" for key in ("stage", "block", "level") if key in settings]
    return " ".join(parts)
