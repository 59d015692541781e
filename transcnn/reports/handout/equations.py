"""Equations on paper: MathML, which browsers set without a script and without fonts of ours."""

import re

from latex2mathml.converter import convert


def as_mathml(equation: str) -> list[str]:
    r"""The lines of a step's equation; \asker{t} and \seen{u} are the letters on the picture."""
    plain = re.sub(r"\\(?:asker|seen)\{(\w)\}", r"\\mathbf{\1}", equation)
    plain = plain.replace(r"\ln", r"\,\ln\,")  # in MathML a name keeps no distance by itself
    gathered = re.fullmatch(r"\s*\\begin\{gathered\}(.*)\\end\{gathered\}\s*", plain, re.DOTALL)
    lines = gathered[1].split(r"\\") if gathered else [plain]
    return [convert(line.strip(), display="block") for line in lines]
