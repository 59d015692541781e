"""The figures of chapter 4 about the rest of the network."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transcnn.analysis.cost.network import NetworkPart
from transcnn.course import ch4_network as whole
from transcnn.course.figures.common import Draws, vote_map, vote_scale
from transcnn.course.scene import Scene
from transcnn.figures.cells import CellMap
from transcnn.figures.figure import Bars, Figure, Table
from transcnn.words.translator import Translator


def box_kind(box: NetworkPart) -> str:
    """What a box is called: a downsampling of one branch is no TDB."""
    return "halving" if box.kind == "down" and len(box.inside) == 1 else box.kind


def box_shape(shape: tuple[int, int, int]) -> str:
    """Channels, rows, columns."""
    return "×".join(map(str, shape))


def box_shares(t: Translator, boxes: Sequence[NetworkPart]) -> Bars:
    """Percent of all multiply-adds by kind of box."""
    macs = {box_kind(box): 0 for box in boxes}
    for box in boxes:
        macs[box_kind(box)] += box.macs
    total = sum(macs.values())
    shares = {t(f"course.box_{kind}"): 100 * of / total for kind, of in macs.items()}
    return Bars(t("course.box_shares", total=f"{total:,}"), shares, " %")


def network(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """4.4: the network box by box; then what its kinds of boxes cost."""
    boxes = whole.boxes(scene)
    if revealed:
        three = {
            t(f"course.box_{box_kind(box)}"): float(box.macs)
            for box in whole.three_boxes(scene).values()
        }
        return [box_shares(t, boxes), Bars(t("course.box_three"), three)]
    lines = [[t(f"course.box_{box_kind(b)}"), box_shape(b.out)] for b in boxes]
    head = (t("course.box_column"), t("course.shape"))
    middle = (len(lines) + 1) // 2  # two short tables in place of a long one
    name = t("course.boxes", side=scene.trace.crop.size)
    return [Table(name, lines[:middle], head), Table(name, lines[middle:], head)]


def contributions(
    scene: Scene, t: Translator, revealed: bool, classes: tuple[int, int] | None = None
) -> list[Figure]:
    """4.5: the contributions to two classes, each in percent of its strongest; then in hundredths
    of a logit, and their difference. `classes`: others than the first two."""
    first_two = whole.first_two(scene)
    turn = -1 if whole.first_side(scene) == "b" else 1
    if not revealed:
        names = zip(("first_class", "second_class"), map(scene.label, first_two), strict=True)
        rows = [[t(f"course.{place}"), name] for place, name in names]
        sides = zip("AB", first_two[::turn], strict=True)
        shown = [_in_percent(scene, t, side, c) for side, c in sides]
        return [*shown, Table(t("course.first_two"), rows)]
    k, j = first_two if classes is None else classes
    votes = {c: scene.contributions.of_class(c) for c in (k, j)}
    letters = list(zip("kj", (k, j), strict=True))[::turn]
    maps = [
        vote_map(scene, t, f"{side} · {letter}: {scene.label(c)}", votes[c])
        for side, (letter, c) in zip("AB", letters, strict=True)
    ]
    difference = f"{scene.label(k)} − {scene.label(j)}"
    return [*maps, vote_map(scene, t, difference, votes[k] - votes[j])]


def _in_percent(scene: Scene, t: Translator, name: str, place: int) -> CellMap:
    """On a scale of its own: amounts would tell which class it is."""
    votes = scene.contributions.of_class(place)
    drawn = vote_map(scene, t, name, votes / np.abs(votes).max())
    return replace(drawn, scale=vote_scale(t, t("course.of_the_strongest")), texts={})


FIGURES: dict[str, Draws] = {"4.4": network, "4.5": contributions}
