"""Every sentence that a person reads, one folder a language.

    languages.py    which languages there are: a third one is a folder here and one line there
    translator.py   sentences by key, placeholders filled, plural forms chosen
    numbers.py      numbers, percentages, percentage points and p-values of a language

    <language>/language.toml    what differs besides sentences: HTML tag, how classes are named
    <language>/classes.toml     ImageNet's classes by WNID, where a language has names for them
    <language>/objects.toml     COCO's categories by their English names, likewise
    <language>/*.toml       sentences of one page, component or report: key = "sentence"
    <language>/lessons/     the course's steps; notes/ the teacher's notes; about.md the About page
    <language>/glossary.toml, before_after.toml     terms, and the items of pre- and post-test

A sentence may have placeholders, `{m}`, and emphasis, `*like this*`, set in bold in the browser.
"""

from transcnn.words.languages import (
    DEFAULT,
    FOLDER,
    LANGUAGES,
    class_names_in,
    language,
    object_names_in,
)

__all__ = ["DEFAULT", "FOLDER", "LANGUAGES", "class_names_in", "language", "object_names_in"]
