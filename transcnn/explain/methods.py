"""The methods by the names that commands, links and files use."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from transcnn.errors import ChoiceError
from transcnn.explain.attention import Attention
from transcnn.explain.grad_cam import GradCam
from transcnn.explain.gradient_attention import GradientAttention
from transcnn.explain.integrated_gradients import IntegratedGradients
from transcnn.explain.method import Method
from transcnn.explain.occlusion import Occlusion
from transcnn.explain.rollout import Rollout, RolloutAcross
from transcnn.explain.saliency import Saliency
from transcnn.explain.smooth_grad import SmoothGrad

METHODS: dict[str, Callable[..., Method]] = {
    method.name: method
    for method in (
        IntegratedGradients,
        Occlusion,
        GradCam,
        Saliency,
        SmoothGrad,
        GradientAttention,
        Attention,
        Rollout,
        RolloutAcross,
    )
}


def make_method(name: str, **settings: Any) -> Method:
    """The method called `name` with these settings; one that is None is not given.

    Raises ChoiceError for a method that does not exist and for a setting that it does not have.
    """
    if name not in METHODS:
        raise ChoiceError(field="method", value=name, allowed=", ".join(METHODS))
    given = {key: value for key, value in settings.items() if value is not None}
    for key, value in given.items():
        having = [method for method in METHODS if key in settings_names(method)]
        if name not in having:
            raise ChoiceError(
                field=key, value=value, allowed=f"with the methods {', '.join(having) or 'none'}"
            )
    return METHODS[name](**given)


def settings_names(name: str) -> tuple[str, ...]:
    """The settings that the method called `name` has."""
    return tuple(field.name for field in fields(METHODS[name]))  # type: ignore[arg-type]
