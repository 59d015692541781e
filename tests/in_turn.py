"""Which cases of two kinds of things are tested every day, and which only by `make test-long`."""

import itertools

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
            name = "-".join(map(str, (thing, *([way] if isinstance(way, str) else way))))
            found.append(pytest.param((thing, way), id=name, marks=marks))
    return found


def turns(argument, ways):
    """A decorator for tests of a file that hold in several ways, a dictionary by name.

    Each test has all ways; every day it is run in one, from test to test in the next one.
    """
    used = itertools.count()

    def decorate(test):
        today = next(used) % len(ways)
        params = [
            pytest.param(way, id=name, marks=() if place == today else pytest.mark.long)
            for place, (name, way) in enumerate(ways.items())
        ]
        return pytest.mark.parametrize(argument, params)(test)

    return decorate
