"""The figures of chapter 5, first half."""

from collections.abc import Mapping
from dataclasses import replace

from scipy.special import softmax

from transcnn.course import ch5_baselines as baselines
from transcnn.course.experiments import SEED
from transcnn.course.figures.common import Draws, last_level, own_scale
from transcnn.course.scene import Scene, Wide, last_level_attention
from transcnn.figures.cells import CellMap, Mark
from transcnn.figures.figure import Figure, Table
from transcnn.trace.trace import BlockTrace
from transcnn.words.translator import Translator


def _rows(
    scene: Scene,
    t: Translator,
    block: BlockTrace,
    cell: int,
    rows: Mapping[str, Wide],
    common: bool,
) -> list[Figure]:
    """Attention rows by their names, on the common scale or each stretched to its own range."""

    def one(name: str, row: Wide) -> CellMap:
        drawn = last_level(scene, t, block, name, row, [Mark(cell, "t")])
        return drawn if common else replace(drawn, scale=own_scale(t))

    return [one(name, row) for name, row in rows.items()]


def _peak(row: Wide) -> str:
    return f"{baselines.multiples(row).max():.3g}×"


def trained_or_random(
    scene: Scene, t: Translator, revealed: bool, common: bool | None = None
) -> list[Figure]:
    """5.1: a trained and a random row, and the edges of the image; then which is which."""
    block, cell = baselines.twins(scene) or (scene.block, scene.query_index(scene.block))
    sides = [
        (last_level_attention(block)[cell], "trained"),
        (baselines.random_board(scene, block)[cell], "random"),
    ]
    if baselines.trained_side(scene) == "b":
        sides.reverse()
    rows = {}
    for letter, (row, what) in zip("AB", sides, strict=True):
        named = f"{letter}: {t(f'course.is_{what}', seed=SEED)} · ≤ {_peak(row)}"
        rows[named if revealed else letter] = row
    rows[t("course.edges")] = baselines.edge_shares(scene, block)
    return _rows(scene, t, block, cell, rows, revealed if common is None else common)


def three(
    scene: Scene,
    t: Translator,
    revealed: bool,
    common: bool | None = None,
    chosen: int | None = None,
) -> list[Figure]:
    """5.2: three rows, one of them nearly uniform; then which is which. `chosen`: the one that the
    learner thinks the strongest."""
    block = scene.peaked_block or scene.block
    letters = baselines.board_letters(scene)
    rows = {}
    for number, (what, row) in enumerate(baselines.three_rows(scene).items()):
        named = f"{letters[what]}: {t(f'course.is_{what}', seed=SEED)} · ≤ {_peak(row)}"
        yours = f" · {t('course.chosen')}" if number == chosen else ""
        rows[(named if revealed else letters[what]) + yours] = row
    cell = scene.query_index(block)
    return _rows(scene, t, block, cell, rows, revealed if common is None else common)


def interventions(
    scene: Scene, t: Translator, revealed: bool, donor: str | None = None
) -> list[Figure]:
    """5.3: attention from another image over this one; then this image's own, and the prediction
    under each intervention. `donor` is the title of the other image."""
    block = scene.peaked_block or scene.block
    name = t("course.a_reading")
    if revealed:
        name = t("course.lent_unnamed") if donor is None else t("course.lent", donor=donor)
    shown: list[Figure] = [last_level(scene, t, block, name, baselines.lent_row(scene, block))]
    if not revealed:
        return shown
    runs = scene.experiments.switched
    lines = [
        [
            t(f"view.intervention_{intervention}"),
            scene.label(int(logits.argmax())),
            f"{100 * softmax(logits)[scene.top]:.1f} %",
            f"{logits[scene.top] - runs['on'][scene.top]:+.2f}".replace("-", "−"),
        ]
        for intervention, logits in runs.items()
    ]
    head = [
        t("course.switch"),
        t("course.first_class"),
        scene.label(scene.top),
        t("course.logit_change"),
    ]
    own = last_level(scene, t, block, t("course.own_reading"), scene.attention_row(block))
    return [*shown, own, Table(t("course.interventions"), lines, head)]


FIGURES: dict[str, Draws] = {
    "5.1": trained_or_random,
    "5.2": three,
    "5.3": interventions,
}
