"""Tables and stored runs without a network: answers that are written down, or drawn at random."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from transcnn.analysis.attention_statistics import AttentionStatistics
from transcnn.analysis.errors.table import CASES, TOP, CaseColumns, Table
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measured import CasePrediction, Measured
from transcnn.runs.store import Settings, begin

CLASSES = 10  # of transcnn_nano
OWN = json.dumps([f"class {i}" for i in range(10)])
SETTINGS = Settings("transcnn_nano", "0" * 64, "crop", "digest", OWN)


def table_of(labels, answers, confidence=None, sources=None, features=None, **columns):
    """A table of pictures with these right classes (or sets of them) and these answers.

    `columns` may give `received`, `sinks`, `tags`, `notes`, `names`, and for a case its answers,
    or (answers, probabilities of the right classes); other cases answer as "on" does.
    """
    n = len(labels)
    labels = tuple(of if isinstance(of, tuple) else (of,) for of in labels)
    confidence = np.array([0.5] * n if confidence is None else confidence, float)
    cases = {name: columns.get(name, answers) for name in CASES}
    names = columns.get("names", [f"{i}.jpg" for i in range(n)])
    received = np.array(columns.get("received", np.ones((n, 4))), float)
    side = round(received.shape[1] ** 0.5)
    return Table(
        model="transcnn_nano",
        grid=(side, received.shape[1] // side),
        ids=np.arange(1, n + 1),
        names=np.array(names, dtype=object),
        labels=labels,
        sources=np.array(names if sources is None else sources, dtype=object),
        cases={name: _case(labels, given, confidence) for name, given in cases.items()},
        features={k: np.array(v, float) for k, v in (features or {}).items()},
        received=received,
        sinks=columns.get("sinks", ((),) * n),
        tags=tuple(map(frozenset, columns.get("tags", [()] * n))),
        notes=tuple(columns.get("notes", [""] * n)),
    )


def _case(labels, given, confidence):
    answers, gives = given if isinstance(given, tuple) else (given, None)
    right = [answer in of for answer, of in zip(answers, labels, strict=True)]
    if gives is None:
        gives = np.where(right, confidence, (1 - confidence) / 2)
    others = [[a, *[c for c in range(100) if c != a][: TOP - 1]] for a in answers]
    classes = np.array(others, dtype=np.int64).reshape(-1, TOP)
    rest = np.repeat((1 - confidence)[:, None] / (TOP - 1), TOP - 1, 1)
    return CaseColumns(
        classes,
        np.concatenate([confidence[:, None], rest], 1),
        np.array(gives, float),
        np.where(right, 0, 1).astype(np.int64),
    )


def random_table(n, seed, wrong=0.3, photos=None, features=6, classes=CLASSES):
    """Answers, features and readings that have nothing to do with each other."""
    r = np.random.default_rng(seed)
    labels = r.integers(0, classes, n)
    answers = np.where(r.random(n) < wrong, (labels + r.integers(1, classes, n)) % classes, labels)
    off = np.where(r.random(n) < 0.2, (answers + 1) % classes, answers)
    return table_of(
        labels.tolist(),
        answers.tolist(),
        r.uniform(0.2, 1, n),
        [f"photo {i}" for i in r.integers(0, photos, n)] if photos else None,
        {f"f{i}": r.normal(size=n) for i in range(features)},
        off=off.tolist(),
        received=r.uniform(0.2, 3, (n, 9)),
        sinks=tuple(((3, 0, 4),) if r.random() < 0.2 else () for _ in range(n)),
        tags=[["a"] if r.random() < 0.5 else ["b", "c"] for _ in range(n)],
        notes=["seen" if r.random() < 0.1 else "" for _ in range(n)],
    )


def jpeg(colour):
    file = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(file, "JPEG")
    return file.getvalue()


def item(name, labels, source=None, tags=()):
    return LabelledPicture(name, Path("pictures") / name, labels, source or name, tags)


def measured(item, seed=0, wrong=0.3, classes=CLASSES):
    """Something that a network could have said of `item`: the right class, most of the time."""
    r = np.random.default_rng([seed, *item.name.encode(errors="surrogateescape")])

    def answer():
        logits = r.normal(size=classes)
        logits[r.integers(classes) if r.random() < wrong else item.labels[0]] += 4
        shares = np.exp(logits) / np.exp(logits).sum()
        order = np.argsort(-shares)
        ranks = [int(np.flatnonzero(order == label)[0]) for label in item.labels]
        top = tuple((int(i), float(shares[i])) for i in order[:TOP])
        return CasePrediction(top, float(shares[list(item.labels)].sum()), min(ranks))

    habits = AttentionStatistics(
        {"entropy": float(r.uniform()), "sinks": 1.0},
        (2, 3),
        tuple(float(np.float32(v)) for v in r.uniform(0.5, 1.5, 6)),
        ((3, 0, 4),),
    )
    return Measured(
        item.name,
        "ab" * 32,
        (640, 480),
        jpeg((int(r.integers(256)), 0, 0)),
        {name: answer() for name in CASES},
        {"brightness": float(r.uniform(0, 255)), **habits.numbers},
        habits,
    )


def made_run(path, count=60, settings=SETTINGS, names="{}.jpg", tags=()):
    """A run of `count` pictures at `path`, all of them answered."""
    items = [item(names.format(i), (i % CLASSES,), f"photo {i // 2}", tags) for i in range(count)]
    store = begin(path, settings, items)
    store.add([measured(i) for i in items])
    return store


def assert_same(store, other, only=None):
    """Both runs say the same of the same pictures (of `only` these names), to the digits that the
    other pictures of a batch do not change."""
    ours, theirs = store.table(), other.table()
    names = sorted(ours.names) if only is None else sorted(only)
    assert sorted(name for name in theirs.names if only is None or name in only) == names
    places = [[list(table.names).index(name) for name in names] for table in (ours, theirs)]
    ours, theirs = (t.take(np.array(p, int)) for t, p in zip((ours, theirs), places, strict=True))
    assert ours.labels == theirs.labels
    assert ours.sources.tolist() == theirs.sources.tolist()
    for case, a in ours.cases.items():
        b = theirs.cases[case]
        np.testing.assert_array_equal(a.classes[:, 0], b.classes[:, 0])
        np.testing.assert_array_equal(a.true_rank, b.true_rank)
        np.testing.assert_allclose(a.true_probability, b.true_probability, atol=1e-3)
        np.testing.assert_allclose(a.probabilities, b.probabilities, atol=1e-3)
    np.testing.assert_allclose(ours.received, theirs.received, rtol=1e-2, atol=1e-2)
    assert ours.features.keys() == theirs.features.keys()
    for name, values in ours.features.items():
        if only is None or name != "similarity":  # which follows from the other pictures
            np.testing.assert_allclose(values, theirs.features[name], rtol=1e-2, atol=1e-2)
