"""The catalogue of words: complete, without leftovers, its gaps filled by somebody."""

import re
import string
from pathlib import Path

import pytest

from transcnn import errors
from transcnn.labels import class_labels
from transcnn.words import FOLDER, LANGUAGES
from transcnn.words.translator import translator

UI = Path(errors.__file__).parent / "ui"
SAY = translator("en")
CHINESE = translator("zh")
TABLES = translator("en")._tables
PYTHON = "\n".join(p.read_text(encoding="utf-8") for p in sorted(UI.rglob("*.py")))
BROWSER = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((UI / "components").rglob("*.*"))
    if path.suffix in (".js", ".html")
)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def error_classes() -> list[type[errors.TransCNNError]]:
    def below(kind):
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    abstract = {
        *(errors.PictureError, errors.DownloadError, errors.ArchiveError, errors.RunError),
        errors.ClassError,
    }
    return [kind for kind in below(errors.TransCNNError) if kind not in abstract]


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence_that_its_details_fill(kind):
    assert placeholders(SAY.table("errors")[kind.__name__]) <= placeholders(kind.sentence)


@pytest.mark.parametrize("name", SAY.table("view"))
def test_every_word_of_the_view_is_used_by_the_browser(name):
    stems = {
        "ordinal": "ordinal_",
        "lede": "lede_",
        "head": "_head",
        "note": "_note",
        "switch": "switch_",
        "means": "means_",
        "verdict": "verdict_",
        "part": "part_",
    }
    composed = any(part in name for part in stems.values())
    assert composed or re.search(rf'["`.]{name}["`;),\s]', BROWSER), f"nobody says {name}"


@pytest.mark.parametrize("name", SAY.table("maps"))
def test_every_word_of_the_maps_is_said_by_them(name):
    assert f"words.{name}" in BROWSER, f"nobody says {name}"


@pytest.mark.parametrize("name", SAY.table("tokens"))
def test_every_word_of_the_tokens_page_is_said_by_it(name):
    composed = re.match(r"(says|limit|by)_(channels|norms)$|colour_[123]$", name)
    said = re.search(rf'["`.]{name}["`;),\s]', BROWSER) or f'"tokens.{name}"' in PYTHON
    assert composed or said, f"nobody says {name}"


def test_no_word_of_the_tokens_page_stands_for_one_of_the_view():
    """The browser gets both as one table."""
    assert not SAY.table("tokens").keys() & SAY.table("view").keys()


@pytest.mark.parametrize("key", sorted(set(re.findall(r"""say\(["']([a-z_.]+)["']""", PYTHON))))
def test_every_word_that_python_says_is_in_the_catalogue(key):
    table, name = key.split(".")
    assert name in SAY.table(table)


@pytest.mark.parametrize(
    "table",
    [
        "pages",
        "sidebar",
        "models",
        "about",
        "explore",
        "cost",
        "compare",
        "downloads",
        "error_analysis",
        "course",
        "classroom",
    ],
)
def test_no_word_of_python_is_a_leftover(table):
    for name in SAY.table(table):
        said = re.search(rf"""["']{table}\.{name}["']""", PYTHON)
        composed = f'f"{table}.{{' in PYTHON
        assert said or composed, f"{table}.{name}"


def test_every_language_has_the_same_tables_and_words():
    for language in LANGUAGES:
        tables = translator(language)._tables
        assert {name: set(table) for name, table in tables.items()} == {
            name: set(table) for name, table in TABLES.items()
        }
        assert (FOLDER / language / "about.md").is_file()


@pytest.mark.parametrize("table", TABLES)
def test_chinese_sentences_have_the_placeholders_of_the_english_ones_and_as_many_stars(table):
    for name, sentence in TABLES[table].items():
        said = CHINESE.table(table)[name]
        assert placeholders(said) == placeholders(sentence), f"{table}.{name}"
        assert said.count("*") == sentence.count("*"), f"{table}.{name}"


@pytest.mark.parametrize("table", TABLES)
def test_no_sentence_is_left_in_english(table):
    """A sentence without Chinese signs has none of its own words: names, numbers and gaps alone."""
    for name, sentence in CHINESE.table(table).items():
        own = re.sub(r"{[^}]*}|logit|H-MHSA|px|PNG|SVG|CSV", "", sentence)
        assert re.search("[\u4e00-\u9fff]", own) or not re.search("[A-Za-z]", own), name


def test_classes_have_their_chinese_names_with_the_english_beside_them():
    english, chinese = class_labels("en"), class_labels("zh")
    assert (english[340], chinese[340]) == ("zebra", "斑马 zebra")
    assert len(set(chinese)) == len(english) == 1000
    for both, one in zip(chinese, english, strict=True):
        assert both.endswith(f" {one}") or both == one == "iPod"
        assert re.search("[\u4e00-\u9fff]", both) or both == "iPod"
