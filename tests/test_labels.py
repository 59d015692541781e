"""The 1000 classes: in their order, each with a name of its own, found however it is written."""

from collections import Counter

import pytest

from transcnn.labels import class_names, find_class
from transcnn.words import class_names_in


def test_there_are_1000_classes_in_the_order_of_their_wnids():
    names = class_names()

    assert [name.index for name in names] == list(range(1000))
    assert [name.wnid for name in names] == sorted({name.wnid for name in names})


def test_well_known_classes_have_their_well_known_indices():
    known = {0: "tench", 207: "golden retriever", 281: "tabby cat", 340: "zebra", 999: "toilet"}

    for index, word in known.items():
        assert word.split()[0] in class_names()[index].label.lower()
    assert class_names()[0].wnid == "n01440764"
    assert class_names()[999].wnid == "n15075141"


def test_no_two_classes_share_a_label():
    counts = Counter(name.label.lower() for name in class_names())

    assert [label for label, count in counts.items() if count > 1] == []


def test_every_label_has_words_and_no_space_around_them():
    for name in class_names():
        for text in (name.label, *name.synonyms):
            assert text
            assert text == " ".join(text.split())
        assert name.label not in name.synonyms


@pytest.mark.parametrize("write", [str, str.upper, str.title, lambda text: f"  {text} "])
def test_every_class_is_found_by_wnid_index_label_and_in_chinese(write):
    for name in class_names():
        assert find_class(write(name.wnid)) is name
        assert find_class(write(str(name.index))) is name
        assert find_class(write(name.label)) is name
        assert find_class(write(class_names_in("zh")[name.wnid])) is name


@pytest.mark.parametrize("join", ["_", "-", "  "])
def test_words_of_a_label_may_be_joined_otherwise(join):
    for name in class_names():
        assert find_class(name.label.replace(" ", join)) is name


def test_every_synonym_finds_a_class_that_has_it():
    plain = str.maketrans("-_", "  ")

    for name in class_names():
        for synonym in name.synonyms:
            found = find_class(synonym)
            words = [text.lower().translate(plain) for text in (found.label, *found.synonyms)]
            assert synonym.lower().translate(plain) in words


def test_a_synonym_of_one_class_alone_finds_that_class():
    for text, label in [("cock", "rooster"), ("Carcharodon carcharias", "great white shark")]:
        assert find_class(text).label == label


@pytest.mark.parametrize("text", ["", " ", "unicorn", "1000", "-1", "n00000000", "n0144076", "3.0"])
def test_what_names_no_class_finds_none(text):
    assert find_class(text) is None
