"""The files that a person can take along: what is on the page, and nothing that is not."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transcnn.explain.baselines import CONTROLS
from transcnn.explain.faithfulness import Faithfulness
from transcnn.explain.fill import FILLS
from transcnn.explain.sanity import Forgotten
from transcnn.figures.explained import drawn_values, value_bar, value_colours
from transcnn.labels import class_labels
from transcnn.reports.explanations import Chapter, Explanations, Graph, Rows, render
from transcnn.ui.pages.explanations import trust
from transcnn.ui.pages.explanations.data import Asked, Found
from transcnn.ui.pages.explanations.maps import agreement_rows, strongest, unit_words
from transcnn.words.translator import Words


def html(
    say: Words,
    asked: Asked,
    shown: Sequence[Found],
    commands: Sequence[str],
    results: Mapping[str, Any],
) -> str:
    """The page as one file: maps with the commands that give them again, and what came of works
    by their keys."""
    network, target = asked.subject.classifier, asked.subject.target
    labels = class_labels(say.language, network.config.classes, network.config.indices)
    number = float(asked.subject.values(asked.subject.pixels[None])[0])
    facts = [
        ["", ""],
        [say("sidebar.model"), asked.model],
        ["sha256", network.weights_sha256],
        [say("explanations.class"), labels[target.of]],
        *(
            [[say("explanations.versus"), labels[target.versus]]]
            if target.versus is not None
            else []
        ),
        [say("explanations.number"), f"{number:.3f}"],
        [say("sidebar.picture"), f"{asked.source.title}, sha256 {asked.source.digest}"],
    ]
    agreement = None
    if len(shown) > 1:
        agreement = (say("explanations.agreement"), agreement_rows(say, shown)[0])
    return render(
        Explanations(
            say.language,
            say("explanations.title"),
            [say("explanations.lede")],
            asked.opened.pixels,
            asked.source.alt,
            facts,
            [
                _chapter(say, asked, one, command, results)
                for one, command in zip(shown, commands, strict=True)
            ],
            agreement,
            say("maps.tables"),
            [say("explanations.limit")],
        )
    )


def _chapter(
    say: Words, asked: Asked, found: Found, command: str, results: Mapping[str, Any]
) -> Chapter:
    one = found.attribution
    assert one is not None
    values = drawn_values(one, len(asked.opened.pixels))
    bar = value_bar(one.kind)
    says = [
        say(f"explanations.says_{found.name}"),
        say(f"explanations.limit_{found.name}"),
        f"{strongest(say, one.kind, values)} ({unit_words(say, one.kind)})",
        *(f"{say(f'explanations.fact_{name}')}: {value:.3f}" for name, value in one.facts.items()),
    ]
    tables: list[tuple[str, Rows]] = []
    graphs: list[Graph] = []
    scored: Faithfulness | None = results.get(trust.scores_key(asked, found))
    if scored is not None:
        says += [
            trust.verdict_says(say, scored),
            *trust.reading(say, scored),
            *trust.weaknesses(say),
        ]
        tables.append((say("explanations.scores"), trust.score_rows(say, scored)))
        graphs = _graphs(say, scored)
    forgotten: Sequence[Forgotten] | None = results.get(trust.sanity_key(asked, found))
    if forgotten is not None:
        tables.append((say("explanations.sanity"), trust.sanity_rows(say, forgotten)))
    columns = [say("maps.place"), *(str(c + 1) for c in range(values.shape[1]))]
    numbers = [[str(r + 1), *(f"{v:.3g}" for v in row)] for r, row in enumerate(values)]
    return Chapter(
        say(f"explanations.method_{found.name}"),
        says,
        value_colours(one.kind, values),
        np.asarray(bar.colours),
        bar.ticks,
        [columns, *numbers],
        tables,
        graphs,
        command,
    )


def _graphs(say: Words, result: Faithfulness) -> list[Graph]:
    """Deletion and insertion with both fills."""
    graphs = []
    for name in ("deletion", "insertion"):
        for fill in FILLS:
            entrants = {"own": result.own, **{c: result.controls[c] for c in CONTROLS}}
            curves = [
                (
                    say("explanations.this_map" if who == "own" else f"explanations.control_{who}"),
                    trust.LINES[who][0],
                    list(zip(curve.at.tolist(), curve.values.tolist(), strict=True)),
                )
                for who, curve in ((w, scored.curves[name, fill]) for w, scored in entrants.items())
            ]
            chance = result.controls["random"]
            band = chance.bands[name, fill]
            at = chance.curves[name, fill].at
            graphs.append(
                Graph(
                    f"{say(f'explanations.score_{name}')}, {say(f'explanations.fill_{fill}')}",
                    curves,
                    list(zip(at.tolist(), *band.tolist(), strict=True)),
                )
            )
    return graphs
