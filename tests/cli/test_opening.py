"""`opening`: the choice of the image with which the app opens, printed or written."""

import json

from transcnn.analysis.overview import search as searching
from transcnn.pictures.changes import Change


def test_the_choice_is_printed_or_written_with_what_it_was_chosen_from(
    called, tmp_path, monkeypatch
):
    elephant = tuple(s for s in searching.samples() if s.name == "elephant")
    monkeypatch.setattr(searching, "samples", lambda: elephant)
    monkeypatch.setattr(searching, "CHANGES", (Change("cutmix", 0.4),))

    code, printed, _ = called("opening", "--threads", 1)
    written = tmp_path / "opening.json"
    called("opening", "--threads", 1, "--out", written)

    assert code == 0
    assert json.loads(printed) == json.loads(written.read_text(encoding="utf-8"))
    found = json.loads(printed)
    assert found["command"] == "python -m transcnn opening"
    [chosen] = [row for row in found["openings"] if row["model"] == "transcnn_lite0"]
    assert (chosen["sample"], chosen["change"]) == ("elephant", "cutmix:0.4")
    assert chosen["probability"]["on"] > 0.8 > 0.1 > chosen["probability"]["off"]
    lite0 = next(row for row in found["searched"] if row["model"] == "transcnn_lite0")
    assert (lite0["cases"], lite0["wrong_both"]) == (1, 1)
