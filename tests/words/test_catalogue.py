"""The catalogue: the same keys in all languages, none unused, none missing, forms and placeholders
complete."""

import re
import string

import pytest

from tests.words.usage import browser_tables, calls, composed, said_in_browser, strings
from transcnn.labels import IMAGENET
from transcnn.words import DEFAULT, FOLDER, LANGUAGES
from transcnn.words.translator import Translator, translator

OTHERS = [code for code in LANGUAGES if code != DEFAULT]
TABLES = translator(DEFAULT)._tables
KEYS = {
    f"{table}.{name}": entry for table, names in TABLES.items() for name, entry in names.items()
}


def sentences(entry):
    """The forms of an entry, without what decides between them."""
    if isinstance(entry, str):
        return [entry]
    return [form for category, form in entry.items() if category != "by"]


def placeholders(entry):
    return {
        name
        for sentence in sentences(entry)
        for _, name, _, _ in string.Formatter().parse(sentence)
        if name
    }


def test_all_languages_have_the_same_tables_keys_and_files():
    files = {path.relative_to(FOLDER / DEFAULT) for path in (FOLDER / DEFAULT).rglob("*.*")}
    for code in OTHERS:
        tables = translator(code)._tables
        there = {path.relative_to(FOLDER / code) for path in (FOLDER / code).rglob("*.*")}

        assert {f"{t}.{name}" for t, names in tables.items() for name in names} == set(KEYS)
        assert {str(path) for path in files ^ there} <= {"classes.toml", "objects.toml"}


def test_all_languages_have_the_same_placeholders_and_emphases():
    wrong = [
        (code, key)
        for code in OTHERS
        for key, entry in KEYS.items()
        for said in [translator(code)._tables[key.split(".")[0]][key.split(".")[1]]]
        if placeholders(said) != placeholders(entry)
        or {s.count("*") for s in sentences(said)} != {s.count("*") for s in sentences(entry)}
    ]

    assert wrong == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_plural_entries_have_every_form_of_the_language(code):
    t = translator(code)
    needed = t._locale.plural_form.tags | {"other"}
    wrong = [
        f"{table}.{name}"
        for table, names in t._tables.items()
        for name, entry in names.items()
        if not isinstance(entry, str)
        and (
            set(entry) - {"by"} != needed
            or entry.get("by", "count") not in placeholders(entry["other"])
        )
    ]

    assert wrong == []


def test_every_key_in_the_code_is_in_the_catalogue():
    missing = [call.key for call in calls() if not any(re.fullmatch(call.key, key) for key in KEYS)]

    assert missing == []


def test_every_call_fills_the_placeholders_of_its_sentence():
    """Where key and placeholders are written out in the call."""
    unfilled = [
        call.key
        for call in calls()
        if call.fills is not None
        and (entry := KEYS.get(call.key.replace("\\", ""))) is not None
        and placeholders(entry) != call.fills
    ]

    assert unfilled == []


def test_no_sentence_is_unused():
    literal, patterns, browser = strings(), composed(), browser_tables()
    names = literal | {text.split(".")[0] for text in literal}  # those of files, too

    def is_said(key):
        table, name = key.split(".")
        if key in literal or (table in browser and said_in_browser(name)):
            return True
        parts = [pattern for pattern in patterns if re.fullmatch(pattern, key)]
        whole = rf"{table}\.\w+"  # its name comes from elsewhere
        return any(part != whole for part in parts) or (whole in parts and name in names)

    unused = [key for key in KEYS if not key.startswith("errors.") and not is_said(key)]

    assert unused == [], "\n".join(unused)


@pytest.mark.parametrize("name", ["tokens", "overview"])
def test_no_key_of_a_page_hides_one_of_the_view(name):
    """The browser gets both as one table."""
    assert not TABLES[name].keys() & TABLES["view"].keys()


def test_no_chinese_sentence_is_left_in_english():
    """A sentence without Chinese characters has no words of its own: names, numbers and
    placeholders alone."""
    names = r"{[^}]*}|logit|H-MHSA|px|PNG|SVG|CSV|Cliff's delta|TDB|IRB|softmax"
    left = [
        f"{table}.{name}"
        for table, entries in translator("zh")._tables.items()
        for name, entry in entries.items()
        for sentence in sentences(entry)
        for own in [re.sub(names, "", sentence)]
        if not re.search("[\u4e00-\u9fff]", own) and re.search("[A-Za-z]", own)
    ]

    assert left == []


def test_chinese_class_names_stand_beside_the_english_ones():
    english, chinese = IMAGENET.said_in("en"), IMAGENET.said_in("zh")

    assert (english[340], chinese[340]) == ("zebra", "斑马 zebra")
    assert len(set(chinese)) == len(english) == 1000
    for both, one in zip(chinese, english, strict=True):
        assert both.endswith(f" {one}") or both == one == "iPod"
        assert re.search("[\u4e00-\u9fff]", both) or both == "iPod"


def test_plural_forms_are_chosen_by_the_placeholder_that_decides():
    t = Translator("en")
    t._tables["test"] = {
        "count": {"one": "{count} image", "other": "{count} images"},
        "by": {"by": "tests", "one": "{tests} test of {of}", "other": "{tests} tests of {of}"},
    }

    assert [t("test.count", count=n) for n in (0, 1, 2)] == ["0 images", "1 image", "2 images"]
    assert t("test.by", tests=1, of=3) == "1 test of 3"
