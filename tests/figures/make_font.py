"""Make the font of exported PNG figures: python -m tests.figures.make_font NotoSansCJK-Regular.ttc

The font is the subset of Noto Sans CJK SC (OFL 1.1; Debian's fonts-noto-cjk has it) that figures
need in all languages. Run it again when tests/figures/test_font.py names missing characters. Needs
fontTools.
"""

import re
import sys

from transcnn.figures.drawing import FONT
from transcnn.pictures.samples import samples
from transcnn.words import LANGUAGES, class_names_in, object_names_in
from transcnn.words.translator import translator

SPARE = r"(explanations|view|tokens|occlusion|compare)\."
USED = (  # keys that figures say
    r"figures\.|explanations\.(method|limit|fact|unit|fill)_|view\.(limit|level)|tokens\.(panel|table_sum)"
)
LATIN = (
    "".join(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))))
    + "–—‘’“”…≤≥≈√−→"
)


def needed() -> set[str]:
    """All characters that a figure can contain, besides those of uploaded files' names."""
    found = set(LATIN)
    for code in LANGUAGES:
        found.update(*(sample.title[code] for sample in samples()))
        found.update(*class_names_in(code).values(), *object_names_in(code).values())
        found.update(*_sentences(code, USED))
    return found - {"\n"}


def _sentences(code: str, keys: str) -> list[str]:
    """The sentences whose keys begin with the regular expression `keys`."""
    return [
        str(entry)
        for table, names in translator(code)._tables.items()
        for name, entry in names.items()
        if re.match(keys, f"{table}.{name}")
    ]


def main(source: str) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    fonts = {font["name"].getDebugName(1): font for font in TTCollection(source).fonts}
    font = fonts["Noto Sans CJK SC"]
    font.recalcTimestamp = False
    options = subset.Options(
        hinting=False,
        notdef_outline=True,
        layout_features=[],
        name_IDs=[0, 1, 2, 6, 13, 14],
        name_languages=[0x409],
    )
    options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = subset.Subsetter(options)
    spare = [text for code in LANGUAGES for text in _sentences(code, SPARE)]
    subsetter.populate(text="".join([*needed(), *spare]))  # so that few edits need a new font
    subsetter.subset(font)
    font.save(FONT)


if __name__ == "__main__":
    main(sys.argv[1])
