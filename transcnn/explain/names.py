"""The tables of explanation methods, scores and baselines. No torch here.

The command line's choices, help and errors, the Explanations page, its links, figures and reports
derive from these tables. A new method is its own file, an entry here, its words in each language
(`method_NAME`, `says_NAME` and `limit_NAME` in explanations.toml) and a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transcnn.explain import kinds
from transcnn.explain.kinds import Kind


@dataclass(frozen=True)
class MethodInfo:
    """What is known of an explanation method before it is loaded.

    `path` is its class as "module.Class" below transcnn.explain. `options` are those of its
    settings that commands and links can set. `runs`: how often its defaults run the network on an
    image of 224 x 224. `over_images` are the settings with which `faithfulness` measures it over
    many images; None where that command leaves it out unless asked.
    """

    name: str
    path: str
    kind: Kind
    options: tuple[str, ...] = ()
    runs: int = 1
    over_images: Mapping[str, int] | None = None

    @property
    def slow(self) -> bool:
        """Whether it takes seconds: the page computes it in the background."""
        return self.runs > 1

    @property
    def explains_a_class(self) -> bool:
        """Whether the map depends on the class; attention is the same for every class."""
        return self.kind != kinds.TIMES_UNIFORM


@dataclass(frozen=True)
class ScoreInfo:
    """A faithfulness score; those that do not `vote` have no part in the verdict."""

    name: str
    lower_is_better: bool
    votes: bool = True


_BLOCK = ("stage", "block")
_LEVEL = (*_BLOCK, "level")

METHODS = {
    method.name: method
    for method in (
        # 16 steps are enough over many images: the completeness errors average out.
        MethodInfo(
            "integrated_gradients",
            "integrated_gradients.IntegratedGradients",
            kinds.LOGIT_CONTRIBUTIONS,
            runs=50,
            over_images={"steps": 16},
        ),
        MethodInfo("occlusion", "occlusion.Occlusion", kinds.LOGIT_DROPS, runs=170, over_images={}),
        MethodInfo(
            "grad_cam",
            "grad_cam.GradCam",
            kinds.FEATURE_CONTRIBUTIONS,
            ("stage",),
            over_images={},
        ),
        MethodInfo("saliency", "saliency.Saliency", kinds.GRADIENTS, over_images={}),
        MethodInfo("smooth_grad", "smooth_grad.SmoothGrad", kinds.GRADIENTS, runs=16),
        MethodInfo(
            "gradient_attention",
            "gradient_attention.GradientAttention",
            kinds.WEIGHT_EFFECTS,
            _LEVEL,
            over_images={},
        ),
        MethodInfo("attention", "attention.Attention", kinds.TIMES_UNIFORM, (*_LEVEL, "token")),
        MethodInfo(
            "rollout",
            "rollout.Rollout",
            kinds.TIMES_UNIFORM,
            (*_BLOCK, "token"),
            over_images={},
        ),
        MethodInfo(
            "rollout_across",
            "rollout.RolloutAcross",
            kinds.TIMES_UNIFORM,
            (*_BLOCK, "token"),
        ),
    )
}
"""By name, in the order in which choices are shown."""

SCORES = {
    score.name: score
    for score in (
        ScoreInfo("deletion", lower_is_better=True),
        ScoreInfo("insertion", lower_is_better=False),
        ScoreInfo("infidelity", lower_is_better=True),
        ScoreInfo("pairwise", lower_is_better=False),
        ScoreInfo("sensitivity", lower_is_better=True, votes=False),
    )
}
VOTES = tuple(name for name, score in SCORES.items() if score.votes)

BASELINES = ("random", "centre", "edges", "blurred", "weights")
"""Maps without the network, or without what it has learned; see `baselines.py`."""


def methods_with(option: str) -> tuple[str, ...]:
    """The names of the methods that have `option`."""
    return tuple(name for name, method in METHODS.items() if option in method.options)
