"""Whether an exported figure speaks Chinese."""

import re
from xml.etree import ElementTree

from transcnn.figures import sheet


def says_chinese(figure: sheet.Sheet) -> None:
    """Every text of the figure has Chinese characters, or no words at all; names stay."""
    drawing = ElementTree.fromstring(sheet.svg(figure))
    texts = [text.text or "" for text in drawing.findall(".//{*}text")]
    for text in texts:
        words = re.sub(r"transcnn_\w+|H-MHSA|token|[×x]", "", text)
        assert re.search("[\u4e00-\u9fff]", words) or not re.search("[A-Za-z]", words), text
    assert re.search("[\u4e00-\u9fff]", figure.title)
    assert sheet.png(figure).startswith(b"\x89PNG")
