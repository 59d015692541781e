"""The figures of chapter 5, first half."""

from dataclasses import replace

from scipy.special import softmax

from transcnn.course import ch5_baselines as controls
from transcnn.course.experiments import SEED
from transcnn.course.scene import Scene, Wide, last_level_attention
from transcnn.figures.scale import OCTAVES
from transcnn.reports.handout.ch1_attention import Figures, last_board
from transcnn.reports.handout.drawing import Board, Figure, Numbers
from transcnn.reports.wording import Wording


def _stretched(drawn: Board, row: Wide) -> Board:
    """The board on a scale of its own: from its smallest to its largest value, in percent."""
    shares = controls.stretch(row)
    return replace(
        drawn,
        multiples=[float(2.0 ** (OCTAVES * (2 * share - 1))) for share in shares],
        texts=[f"{100 * share:.0f}" for share in shares],
    )


def _trained_or_random(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block, cell = controls.twins(scene) or (scene.block, scene.query_index(scene.block))
    rows = [
        (last_level_attention(block)[cell], "handout_trained"),
        (controls.random_board(scene, block)[cell], "handout_random"),
    ]
    if controls.trained_side(scene) == "b":
        rows.reverse()
    found: list[Figure] = []
    for letter, (row, what) in zip("AB", rows, strict=True):
        name = f"{letter}: {t(what, seed=SEED)}" if revealed else t("handout_own", name=letter)
        drawn = last_board(scene, block, name, row, ((cell, "t"),))
        found.append(drawn if revealed else _stretched(drawn, row))
    edges = controls.edge_shares(scene, block)
    name = t("handout_own", name=t("handout_edges"))
    found.append(_stretched(last_board(scene, block, name, edges, ()), edges))
    return found


def _three(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.peaked_block or scene.block
    letters = controls.board_letters(scene)
    found: list[Figure] = []
    for what, row in controls.three_rows(scene).items():
        letter = letters[what]
        on_progress = f"{letter}: {t(f'handout_{what}', seed=SEED)}"
        name = on_progress if revealed else t("handout_own", name=letter)
        drawn = last_board(scene, block, name, row)
        found.append(drawn if revealed else _stretched(drawn, row))
    return found


def _interventions(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.peaked_block or scene.block
    other_attention = controls.lent_row(scene, block)
    if not revealed:
        return [last_board(scene, block, t("handout_a_reading"), other_attention)]
    runs = scene.experiments.switched
    lines = [
        [
            name,
            scene.label(int(logits.argmax())),
            f"{100 * softmax(logits)[scene.top]:.1f} %",
            f"{logits[scene.top] - runs['on'][scene.top]:+.2f}".replace("-", "−"),
        ]
        for name, logits in runs.items()
    ]
    first = scene.label(scene.top)
    head = (t("handout_switch"), t("handout_answer"), first, t("handout_logit"))
    return [
        last_board(scene, block, t("handout_lent"), other_attention),
        last_board(scene, block, t("handout_reading"), scene.attention_row(block)),
        Numbers(t("handout_switches"), lines, head),
    ]


FIGURES: dict[str, Figures] = {
    "5.1": _trained_or_random,
    "5.2": _three,
    "5.3": _interventions,
}
