"""Equations on paper: MathML, which browsers set without a script and without fonts of ours."""

import re

from latex2mathml.converter import convert

_BELOW = re.compile(r"\\begin\{(gathered|aligned|alignedat)\}(?:\{\d\})?(.*)\\end\{\1\}", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(begin|end)\{\w+\}")


def as_mathml(equation: str) -> list[str]:
    r"""The lines of a step's equation; \query{t} and \key{u} are the letters on the picture."""
    plain = re.sub(r"\\(?:query|key)\{(\w)\}", r"\\mathbf{\1}", equation)
    plain = plain.replace(r"\ln", r"\,\ln\,")  # in MathML a name keeps no distance by itself
    return [convert(line, display="block") for line in _lines(plain.strip()) if line]


def _lines(equation: str) -> list[str]:
    """What an environment sets below each other, without marks of where columns begin; what an
    environment inside of it holds stays together.
    """
    below = _BELOW.fullmatch(equation)
    if below is None:
        return [equation]
    lines, depth = [""], 0
    for part in re.split(r"(\\\\|&|\\hline|\\(?:begin|end)\{\w+\})", below[2]):
        if part == r"\\" and depth == 0:
            lines.append("")
        elif depth or part not in ("&", r"\hline"):
            lines[-1] += part
        if found := _ENVIRONMENT.fullmatch(part):
            depth += 1 if found[1] == "begin" else -1
    return [one for line in lines for one in _lines(line.strip())]
