"""A filter is one line of text: written and read back it is the same, and it means what it says."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.runs.made import random_table, table_of
from transcnn.analysis.errors.filters import Filter, between, bounds, parse_filter
from transcnn.analysis.errors.table import CASES
from transcnn.errors import ChoiceError

KEYS = st.from_regex(r"[a-z][a-z_0-9]{0,12}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
TERMS = st.dictionaries(KEYS, VALUES, max_size=5)


@given(TERMS)
@example({"text": "two\rlines"})
def test_written_and_read_back_a_filter_is_the_same(terms):
    meant = Filter(tuple(terms.items()))

    assert parse_filter(str(meant)) == meant


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_one_sentence(text):
    try:
        found = parse_filter(text)
    except ChoiceError:
        return
    assert parse_filter(str(found)) == found


def test_terms_are_set_replaced_and_taken_away():
    meant = parse_filter("right:no text:'two words'")

    assert meant.get("text") == "two words"
    assert meant.get("tag") is None
    assert str(meant.with_term("tag", "blur")) == "right:no text:'two words' tag:blur"
    assert str(meant.with_term("right", "yes")) == "text:'two words' right:yes"
    assert str(meant.with_term("text", None)) == "right:no"
    assert str(meant) == "right:no text:'two words'", "a filter does not change"


@pytest.fixture
def table():
    """Four pictures, everything about them known."""
    return table_of(
        [3, (3, 4), 5, 6],
        [3, 4, 3, 3],
        [0.9, 0.5, 0.7, 0.2],
        features={"brightness": [10, 62, 200, np.nan], "similarity": [-0.5, 0.25, 0.5, 1]},
        off=([3, 3, 3, 5], [0.9, 0.1, 0.15, 0.4]),
        tags=[["blur"], ["blur", "dark"], [], ["blurred"]],
        notes=["", "A Zoo?", "", ""],
        names=["zoo/a.jpg", "b.jpg", "c.jpg", "zoo two.jpg"],
        sinks=((), ((3, 0, 1),), (), ((3, 1, 0), (3, 1, 2))),
    )


CHOSEN = {
    "": "0123",
    "label:3": "0",
    "label:4": "1",  # its answer is one of its right classes
    "label:3|5": "02",
    "answer:3": "023",
    "answer:4|3": "0123",
    "answer:999": "",
    "right:yes": "01",
    "right:no": "23",
    "confidence:0.5..": "012",
    "confidence:..0.5": "13",
    "confidence:0.5..0.7": "12",
    "confidence:..": "0123",
    "brightness:..62": "01",
    "brightness:62..": "12",
    "brightness:..": "012",  # nan is no number
    "similarity:-0.5..0.3": "01",
    "gained_off:0.1..": "1",
    "tag:blur": "01",
    "tag:dark": "1",
    "tag:none": "",
    "text:zoo": "013",  # of the name and of the note
    "text:'zoo t'": "3",
    "text:ZOO/A": "0",
    "changed:off": "13",
    "changed:uniform": "",
    "right_off:yes": "01",
    "right_off:no right:yes": "",
    "right_uniform:yes": "01",
    "bin:9": "0",
    "bin:5": "1",
    "bin:2": "3",
    "bin:0": "",
    "bin:77": "",
    "sink:yes": "13",
    "sink:no": "02",
    "right:no changed:off": "3",
    "answer:3 right:no confidence:0.5..": "2",
}


@pytest.mark.parametrize("text", CHOSEN, ids=lambda text: text or "nothing")
def test_every_key_means_what_it_says(table, text):
    chosen = parse_filter(text).chosen(table)

    assert "".join(map(str, np.flatnonzero(chosen))) == CHOSEN[text]
    assert chosen.dtype == np.bool_


@given(st.integers(0, 500), st.sampled_from(CASES[1:]), st.floats(0, 1), st.floats(0, 1))
def test_terms_together_are_what_a_loop_finds(seed, case, low, high):
    table = random_table(40, seed, photos=8)
    text = f"right:no changed:{case} confidence:{low}..{high} label:1|2|3 tag:b sink:no"

    found = parse_filter(text).chosen(table)

    for i in range(len(table)):
        assert found[i] == (
            table.cases["on"].classes[i, 0] not in table.labels[i]
            and table.cases[case].classes[i, 0] != table.cases["on"].classes[i, 0]
            and low <= table.confidence[i] <= high
            and table.labels[i][0] in (1, 2, 3)
            and "b" in table.tags[i]
            and not table.sinks[i]
        )


MISTAKES = {
    "label": "filter is 'label'; allowed: terms like label:340.",
    "label:": "filter is 'label:'; allowed: terms like label:340.",
    "text:'open": """filter is "text:'open"; allowed: closed quotes.""",
    "label:zebra": "label is 'zebra'; allowed: whole numbers from 0.",
    "label:3|": "label is ''; allowed: whole numbers from 0.",
    "answer:-1": "answer is '-1'; allowed: whole numbers from 0.",
    "bin:low": "bin is 'low'; allowed: whole numbers from 0.",
    "right_off:maybe": "right_off is 'maybe'; allowed: yes, no.",
    "right_on:yes": "filter is 'right_on'; allowed: label, answer, right, right_off, ",
    "right:maybe": "right is 'maybe'; allowed: yes, no.",
    "sink:3": "sink is '3'; allowed: yes, no.",
    "changed:on": "changed is 'on'; allowed: off, uniform, edge, most_read, random.",
    "confidence:0.5": "range is '0.5'; allowed: low..high, either may be left out.",
    "confidence:a..b": "range is 'a..b'; allowed: low..high, either may be left out.",
    "confidence:nan..1": "range is 'nan..1'; allowed: low..high, either may be left out.",
    "colour:3..4": "filter is 'colour'; allowed: label, answer, right, right_off, ",
    ":x": "filter is ''; allowed: label, ",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_one_sentence_with_what_is_allowed(table, text):
    with pytest.raises(ChoiceError) as caught:
        parse_filter(text).chosen(table)

    assert str(caught.value).startswith(MISTAKES[text])
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("key", ["label", "answer", "bin"])
@pytest.mark.parametrize("digits", [20, 5000])
def test_a_number_of_many_digits_is_nobodys_or_refused(table, key, digits):
    """As a link may have it."""
    try:
        chosen = parse_filter(f"{key}:{'9' * digits}").chosen(table)
    except ChoiceError:
        return
    assert not chosen.any()


@given(
    st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False)),
    st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False)),
)
def test_a_range_that_is_written_can_be_read(low, high):
    found = bounds(between(low, high))

    for end, read, missing in ((low, found[0], -np.inf), (high, found[1], np.inf)):
        assert read == (missing if end is None else pytest.approx(end, rel=1e-5))
