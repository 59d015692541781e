"""The tests before and after: two parallel forms, complete in both languages."""

import re

import pytest

from transcnn.course.before_after import (
    BY_NAME,
    FORMS,
    ITEMS,
    TIMES,
    form_at,
    items_of,
    load_items,
    read_items,
)
from transcnn.errors import ChoiceError
from transcnn.words import FOLDER, LANGUAGES

TEXT = (FOLDER / "en" / "before_after.toml").read_text(encoding="utf-8")


def test_the_forms_are_parallel_three_surface_and_three_deep():
    for form in FORMS:
        items = items_of(form)
        assert [item.number for item in items] == [1, 2, 3, 4, 5, 6]
        assert [item.depth for item in items] == ["surface"] * 3 + ["deep"] * 3
    assert all(item.key in item.options and len(item.options) == 3 for item in ITEMS)


def test_keys_of_item_4_are_those_of_pairs_counted_one_by_one():
    def pairs(side, grid):
        """Pairs inside grids, and pairs of grids."""
        cells = [(y // grid, x // grid) for y in range(side) for x in range(side)]
        inside = sum(cells.count(cell) ** 2 for cell in set(cells))
        return inside, len(set(cells)) ** 2

    small, grown, wider = pairs(8, 4), pairs(16, 4), pairs(16, 8)
    assert [b / a for a, b in zip(small, grown, strict=True)] == [4, 16]
    assert [b / a for a, b in zip(grown, wider, strict=True)] == [4, 1 / 16]
    for language in LANGUAGES:
        words = load_items(language)
        assert re.findall(r"\d+", words["A4"].options[BY_NAME["A4"].key]) == ["4", "16"]
        shown = words["B4"].options[BY_NAME["B4"].key].replace("level 1", "").replace("第 1 级", "")
        assert re.findall(r"\d+", shown) == ["4", "1", "16"]


def test_keys_that_are_sums_are_right_in_both_languages():
    for language in LANGUAGES:
        words = load_items(language)
        assert words["B2"].options[BY_NAME["B2"].key] == f"1/{4 * 4}"
        grid = (4, 0, 0, 0)
        assert words["B3"].options[BY_NAME["B3"].key] == str(max(grid) + sum(grid) // len(grid))


def test_options_are_shuffled_by_form_and_item():
    firsts = {item.shown.index(item.key) for item in ITEMS}
    assert firsts == {0, 1, 2}, "the key is at every place somewhere"
    assert all(sorted(item.shown) == sorted(item.options) for item in ITEMS)


def test_half_of_the_learners_begin_with_either_form_and_all_get_both():
    learners = [f"{n:08x}" for n in range(400)]
    assert all({form_at(one, time) for time in TIMES} == set(FORMS) for one in learners)
    assert 160 < sum(form_at(one, "before") == "A" for one in learners) < 240


def test_no_item_is_left_in_english():
    for name, words in load_items("zh").items():
        assert re.search("[\u4e00-\u9fff]", words.asks), name


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[B6]", "[B7]", "before_after/en.toml"),
        ('object = "', 'thing = "', "A1.options"),
        ('no = "no"', 'no = ""', "A5"),
        ("{grown}", "{larger}", "A4"),
        ("[A1]", "[A1", "TOML"),
    ],
)
def test_a_slip_in_an_item_is_refused_with_its_place(old, new, named):
    assert old in TEXT
    with pytest.raises(ChoiceError, match=re.escape(named)):
        read_items("en", TEXT.replace(old, new, 1))
