"""`bench`: every case in the table, that beside a busy process too."""

import re
import subprocess

from transcnn.benchmark import busy_process


def test_the_table_has_every_case_and_the_sentences_their_ratios(called):
    code, out, err = called("bench", "--model", "transcnn_nano", "--rounds", 2)

    assert (code, err) == (0, "")
    rows = re.findall(r"^\| (.+) \| ([\d.]+) \| .* \| ([\d.]+) \|$", out, re.MULTILINE)
    times = {name: float(ms) for name, ms, _ in rows}
    assert len(times) == 6
    alone, busy = (times[f"predict, bytes to top-5{more}"] for more in PREDICT)
    ratio = float(re.search(r"Beside one busy process, predict takes ([\d.]+) times", out)[1])
    assert abs(ratio - busy / alone) < 0.02 + 0.02 * ratio


PREDICT = ("", ", beside one busy process")


def test_the_busy_process_is_busy_and_ends(monkeypatch):
    begun = []
    begin = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a: begun.append(begin(*a)) or begun[-1])

    with busy_process():
        assert begun[0].poll() is None

    assert begun[0].poll() is not None
