"""The figures of chapter 4 about the rest of the network."""

import numpy as np

from transcnn.course import ch4_network as other_half
from transcnn.course.scene import Scene, Wide
from transcnn.figures.scale import OCTAVES
from transcnn.labels import names_of
from transcnn.reports.handout.ch1_attention import Figures
from transcnn.reports.handout.drawing import Bars, Board, Figure, Numbers
from transcnn.reports.wording import Wording


def _whole(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    boxes = other_half.boxes(scene)
    if not revealed:
        lines = [[t(f"handout_box_{b.kind}"), "×".join(map(str, b.out))] for b in boxes]
        head = (t("handout_part_of_it"), t("handout_shape"))
        middle = (len(lines) + 1) // 2  # two short tables in place of a long one
        halves = (lines[:middle], lines[middle:])
        return [Numbers(t("handout_boxes"), half, head) for half in halves]
    total = sum(box.macs for box in boxes)
    shares: dict[str, float] = {}
    for box in boxes:
        name = t(f"handout_box_{box.kind}")
        shares[name] = shares.get(name, 0.0) + 100 * box.macs / total
    three = {
        t(f"handout_box_{name}"): float(box.macs)
        for name, box in other_half.three_boxes(scene).items()
    }
    return [
        Bars(t("handout_box_shares", total=f"{total:,}"), shares, " %"),
        Bars(t("handout_box_three"), three),
    ]


def signed_board(name: str, votes: Wide, top: float, unit: float, photo: str = "photo") -> Board:
    """Votes from -`top` to `top`, written in hundredths of `unit`."""
    rows, columns = votes.shape
    return Board(
        name,
        rows,
        columns,
        [float(2.0 ** (OCTAVES * np.clip(v / top, -1, 1))) for v in votes.ravel()],
        texts=[str(round(100 * v / unit)).replace("-", "−") for v in votes.ravel()],  # no -0
        photo=photo,
    )


_PLACES = ("first", "runner_up")


def _votes(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    config = scene.classifier.config
    names = names_of(config.classes, config.indices)
    sides = other_half.first_two(scene)
    if other_half.first_side(scene) == "b":
        sides = sides[::-1]
    named = [[names[c].said_in(t.language)] for c in other_half.first_two(scene)]
    rows = [[t(f"handout_{place}"), *name] for place, name in zip(_PLACES, named, strict=True)]
    found: list[Figure] = [] if revealed else [Numbers(t("handout_first_two"), rows)]
    for letter, c in zip("AB", sides, strict=True):
        votes = scene.contributions.votes(c)
        if revealed:
            name = t("handout_votes", letter=letter, name=names[c].said_in(t.language))
            found.append(signed_board(name, votes, top=1.0, unit=1.0))
        else:  # each on a scale of its own: sums would tell
            strongest = float(np.abs(votes).max())
            name = t("handout_strongest", letter=letter)
            found.append(signed_board(name, votes, strongest, strongest))
    if revealed:
        first, second = (scene.contributions.votes(c) for c in other_half.first_two(scene))
        found.append(signed_board(t("handout_difference"), first - second, top=1.0, unit=1.0))
    return found


FIGURES: dict[str, Figures] = {"4.4": _whole, "4.5": _votes}
