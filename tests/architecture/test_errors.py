"""Every error is one sentence of the catalogue, drawn in one tree."""

import inspect
import re
import string

from transcnn import errors
from transcnn.words import DEFAULT
from transcnn.words.translator import translator

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, errors.TransCNNError)
}
LEAVES = {name: c for name, c in CLASSES.items() if not c.__subclasses__()}


def drawn_tree():
    """Each error's name and its parent's, as the module's docstring draws them."""
    parents, path = {}, []
    for line in errors.__doc__.splitlines():
        found = re.match(r" {4}([│ ]*(?:[├└]── )?)(\w+Error|\w+)(?: {2,}\S|$)", line)
        if found:
            depth = len(found[1]) // 4
            path = [*path[:depth], found[2]]
            parents[found[2]] = path[depth - 1] if depth else None
    return parents


def test_the_drawn_tree_is_the_tree_of_classes():
    expected = {name: c.__bases__[0].__name__ for name, c in CLASSES.items()}
    expected["TransCNNError"] = None

    assert drawn_tree() == expected


SENTENCES = translator(DEFAULT).table("errors")


def placeholders(error):
    sentence = SENTENCES[error.__name__]
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_every_error_that_is_raised_has_a_sentence_and_every_sentence_an_error():
    inner = {"CheckpointError", "FolderError", "NoClass", "UnknownLabel"}
    more = inner | {"previous_image", "own_weights"}

    assert set(SENTENCES) == set(LEAVES) | more


def test_every_error_is_one_sentence_with_the_placeholders_that_it_documents(subtests):
    for name, error in LEAVES.items():
        with subtests.test(name):
            documented = re.search(r"Details: ([^.]*)\.", error.__doc__)[1]
            names = {part.strip() for part in re.sub(r"\([^)]*\)", "", documented).split(",")}

            assert names == placeholders(error)
            assert SENTENCES[name].endswith(".")


def test_an_error_says_its_sentence_and_keeps_what_fills_it(subtests):
    for name, error in LEAVES.items():
        with subtests.test(name):
            details = {field: f"<{field}>" for field in placeholders(error)}

            raised = error(**details)

            assert raised.details == details
            assert all(value in str(raised) for value in details.values())
            assert str(raised).endswith(".")


def test_values_that_are_not_allowed_are_value_errors():
    assert issubclass(errors.ChoiceError, ValueError)
    assert issubclass(errors.PictureError, ValueError)
