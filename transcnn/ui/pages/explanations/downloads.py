"""The files that a person can take along: what is on the page, and nothing that is not."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transcnn.explain.faithfulness import Faithfulness
from transcnn.explain.fill import FILLS
from transcnn.explain.names import BASELINES
from transcnn.explain.sanity import Randomised
from transcnn.figures.explained import colour_scale, drawn_values, fact_sentences, value_bar
from transcnn.pictures import CENTRE
from transcnn.reports.explanations import Chapter, Explanations, Graph, Rows, render
from transcnn.ui.pages.explanations import trust
from transcnn.ui.pages.explanations.data import Explained, Found
from transcnn.ui.pages.explanations.maps import (
    agreement_rows,
    strongest,
    unit_words,
)
from transcnn.words.translator import Translator


def html(
    t: Translator,
    explained: Explained,
    shown: Sequence[Found],
    commands: Sequence[str],
    results: Mapping[str, Any],
) -> str:
    """The page as one file: maps with the commands that give them again, and what came of works
    by their keys."""
    network, target = explained.subject.classifier, explained.subject.target
    labels = network.config.class_set.said_in(t.language)
    number = float(explained.subject.values(explained.subject.pixels[None])[0])
    facts = [
        ["", ""],
        [t("sidebar.model"), explained.model],
        ["sha256", network.weights_sha256],
        [t("explanations.class"), labels[target.of]],
        *([[t("explanations.versus"), labels[target.versus]]] if target.versus is not None else []),
        [t("explanations.number"), f"{number:.3f}"],
        [t("sidebar.picture"), f"{explained.image.title}, sha256 {_sha256(explained)}"],
    ]
    agreement = None
    if len(shown) > 1:
        agreement = (t("explanations.agreement"), agreement_rows(t, shown)[0])
    return render(
        Explanations(
            t.language,
            t("explanations.title"),
            [t("explanations.lede")],
            explained.prepared.pixels,
            explained.image.alt,
            facts,
            [
                _chapter(t, explained, one, command, results)
                for one, command in zip(shown, commands, strict=True)
            ],
            agreement,
            t("maps.tables"),
            [t("explanations.limit")],
        )
    )


def _chapter(
    t: Translator, explained: Explained, found: Found, command: str, results: Mapping[str, Any]
) -> Chapter:
    one = found.attribution
    assert one is not None
    values = drawn_values(one, len(explained.prepared.pixels))
    bar = value_bar(one.kind)
    says = [
        t(f"explanations.says_{found.name}"),
        t(f"explanations.limit_{found.name}"),
        f"{strongest(t, one.kind, values)} ({unit_words(t, one.kind)})",
        *fact_sentences(t, one, digits=3),
    ]
    tables: list[tuple[str, Rows]] = []
    graphs: list[Graph] = []
    scored: Faithfulness | None = results.get(trust.scores_key(explained, found))
    if scored is not None:
        says += [
            trust.verdict_says(t, scored),
            *trust.reading(t, scored),
            *trust.weaknesses(t),
        ]
        tables.append((t("explanations.scores"), trust.score_rows(t, scored)))
        graphs = _graphs(t, scored)
    randomised: Sequence[Randomised] | None = results.get(trust.sanity_key(explained, found))
    if randomised is not None:
        tables.append((t("explanations.sanity"), trust.sanity_rows(t, randomised)))
    columns = [t("maps.position"), *(str(c + 1) for c in range(values.shape[1]))]
    numbers = [[str(r + 1), *(f"{v:.3g}" for v in row)] for r, row in enumerate(values)]
    return Chapter(
        t(f"explanations.method_{found.name}"),
        says,
        colour_scale(one.kind).colours(values),
        np.asarray(bar.colours),
        bar.ticks,
        [columns, *numbers],
        tables,
        graphs,
        command,
    )


def _graphs(t: Translator, result: Faithfulness) -> list[Graph]:
    """Deletion and insertion with both fills."""
    graphs = []
    for name in ("deletion", "insertion"):
        for fill in FILLS:
            entrants = {"own": result.own, **{c: result.baselines[c] for c in BASELINES}}
            curves = [
                (
                    t("explanations.this_map" if who == "own" else f"explanations.baseline_{who}"),
                    trust.LINES[who][0],
                    list(zip(curve.at.tolist(), curve.values.tolist(), strict=True)),
                )
                for who, curve in ((w, scored.curves[name, fill]) for w, scored in entrants.items())
            ]
            chance = result.baselines["random"]
            band = chance.bands[name, fill]
            at = chance.curves[name, fill].at
            graphs.append(
                Graph(
                    f"{t(f'explanations.score_{name}')}, {t(f'explanations.fill_{fill}')}",
                    curves,
                    list(zip(at.tolist(), *band.tolist(), strict=True)),
                )
            )
    return graphs


def _sha256(explained: Explained) -> str:
    """Of the file, and where its crop is if somebody moved it."""
    image = explained.image
    digest = hashlib.sha256(image.data).hexdigest()
    return digest if image.crop == CENTRE else f"{digest}, --crop {image.crop}"
