"""`handout`: a chapter as a file, and mistakes in one sentence."""

from tests.cli.process import transcnn


def test_a_process_writes_the_chapter(zebra, tmp_path):
    out = tmp_path / "h.html"

    done = transcnn("handout", zebra, "--chapter", 2, "--language", "zh", "--out", out)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{out}: chapter 2 about zebra.jpg\n"
    assert '<html lang="zh-CN">' in out.read_text(encoding="utf-8")


def test_a_mistake_is_one_sentence_and_writes_nothing(zebra, spoilt, tmp_path, called):
    out = tmp_path / "h.html"
    for arguments, said in (
        ([zebra, "--out", tmp_path / "h.pdf"], "allowed: names that end in .html."),
        ([zebra, "--out", tmp_path / "no" / "h.html"], "no: there is no such folder."),
        ([zebra, "--chapter", 9, "--out", out], "chapter is 9; allowed: 1, 2, 3"),
        ([zebra, "--language", "xx", "--out", out], "'xx' is not one of 'en', 'zh'"),
        ([spoilt, "--out", out], "not an image"),
        ([tmp_path / "none.jpg", "--out", out], "No such file or directory."),
    ):
        code, _, error = called("handout", *arguments)
        assert code == 2
        assert said in error
        assert len(error.strip().splitlines()) == 1
    assert not out.exists()
