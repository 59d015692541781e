"""`learning-gains`: simulated answers are marked, mistakes are one sentence."""

import json

from tests.cli.process import transcnn
from transcnn.course.learned import as_csv, simulate


def test_simulated_answers_are_marked_in_the_file_and_in_the_output(tmp_path):
    file = tmp_path / "a.csv"

    done = transcnn("learning-gains", file, "--simulate", 20, "--seed", 3)

    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_text(encoding="utf-8") == as_csv(simulate(20, 3))
    assert done.stdout.startswith("SIMULATED ANSWERS (simulated, seed 3)")
    again = transcnn("learning-gains", file)
    assert again.stdout == done.stdout, "the mark is the file's, not the command's"


def test_answers_of_several_files_are_pooled(tmp_path, called):
    rows = simulate(9, 1)
    for name, part in (("a.csv", rows[:60]), ("b.csv", rows[60:])):
        (tmp_path / name).write_text(as_csv(part), encoding="utf-8")

    code, out, _ = called("learning-gains", tmp_path / "a.csv", tmp_path / "b.csv", "--json")

    found = json.loads(out)
    assert (code, found["learners"], found["simulated"]) == (0, 9, True)


def test_a_mistake_is_one_sentence(tmp_path, called):
    there, broken = tmp_path / "there.csv", tmp_path / "broken.csv"
    there.write_text("people's answers", encoding="utf-8")
    broken.write_bytes(b"\xff\xfe\x00")
    for arguments, said in (
        ([there, "--simulate", 5], "one file that does not exist"),
        ([there, broken, "--simulate", 5], "one file that does not exist"),
        ([tmp_path / "new.csv", "--simulate", 0], "simulate is 0; allowed: 1 to"),
        ([there], "allowed: learner, time, item, answer, source"),
        ([broken], "it is not a CSV file in UTF-8."),
        ([tmp_path / "none.csv"], "No such file or directory."),
    ):
        code, _, error = called("learning-gains", *arguments)
        assert code == 2, said
        assert said in error
        assert len(error.strip().splitlines()) == 1
    assert there.read_text(encoding="utf-8") == "people's answers"
    assert not (tmp_path / "new.csv").exists()
