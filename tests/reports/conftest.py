"""A stored run with everything in it that a report can say."""

import pytest

from tests.runs.made import SETTINGS, item, measured
from transcnn.runs.measured import Broken
from transcnn.runs.store import begin

EVIL = '<b>&"x.jpg'


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """121 pictures of 61 photos, ten classes; a name that is HTML, notes, tags, a broken file."""
    folder = tmp_path_factory.mktemp("runs")
    items = [
        item(f"{i:03}.jpg", (i % 10,), f"photo {i // 2}", (f"tag{i % 2}",)) for i in range(120)
    ]
    evil = item(EVIL, (3, 4), EVIL, ("demonstration",))
    broken = item("<script>alert(1)</script>.jpg", (1,))
    store = begin(folder / "run.sqlite", SETTINGS, [*items, evil, broken])
    store.add([measured(i) for i in items])
    store.add([measured(evil, wrong=1, seed=3), Broken(broken.name, "Not <a> picture & broken.")])
    store.write_note(1, 'a note, with "quotes"\nand <lines>')
    store.write_tags(2, ["odd"])
    return store


@pytest.fixture(scope="session")
def right_run(tmp_path_factory):
    """Six pictures that are all right."""
    folder = tmp_path_factory.mktemp("right")
    items = [item(f"{i}.jpg", (i,)) for i in range(6)]
    store = begin(folder / "right.sqlite", SETTINGS, items)
    store.add([measured(i, wrong=0) for i in items])
    return store


@pytest.fixture(scope="session")
def empty_run(tmp_path_factory):
    """Begun, and nothing done yet."""
    return begin(tmp_path_factory.mktemp("empty") / "e.sqlite", SETTINGS, [item("a.jpg", (1,))])
