"""Which cases of two kinds of things are tested every day, and which only by `make test-long`."""

import pytest


def in_turn(things, ways):
    """Parameters of a test: every (thing, way).

    Each thing is tested every day in one way, from thing to thing in the next one; its other ways
    are long.
    """
    found = []
    for number, thing in enumerate(things):
        for place, way in enumerate(ways):
            marks = () if place == number % len(ways) else pytest.mark.long
            name = "-".join((thing, *([way] if isinstance(way, str) else way)))
            found.append(pytest.param((thing, way), id=name, marks=marks))
    return found
