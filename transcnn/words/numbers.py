"""Numbers as a language writes them, by CLDR's rules (Babel)."""

import math

MISSING = "–"  # a number that is not known
MINUS = "−"


class Numbers:
    """Formats numbers for `tag`, a language by its BCP 47 tag."""

    def __init__(self, tag: str) -> None:
        from babel import Locale

        self._locale = Locale.parse(tag, sep="-")

    def number(self, value: float, figures: int = 4) -> str:
        """So many significant figures, such as 1,235 or −0.05; beyond a billion or below a
        ten-thousandth as 1.2E−5."""
        from babel.numbers import format_scientific

        if not math.isfinite(value):
            return MISSING
        size = math.floor(math.log10(abs(value))) if value else 0
        if -5 < size < 9:
            rounded = round(value, figures - 1 - size)
            return self._decimal(rounded, f"#,##0.{'#' * max(0, figures - 1 - size)}")
        pattern = f"0.{'#' * (figures - 1)}E0"
        return str(format_scientific(value, pattern, self._locale)).replace("-", MINUS)

    def fixed(self, value: float, digits: int, signed: bool = False) -> str:
        """So many digits after the point; `signed` also where it is positive."""
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return self._decimal(value, f"+{pattern};-{pattern}" if signed else pattern)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share from 0 to 1, such as "77.1 %"."""
        return MISSING if math.isnan(share) else f"{self.fixed(100 * share, digits)} %"

    def points(self, difference: float, digits: int = 1) -> str:
        """A difference of shares in percentage points, with its sign and without a unit."""
        return self.fixed(100 * difference, digits, signed=True)

    def p_value(self, p: float) -> str:
        """Three digits; "< 0.001" below."""
        return f"< {self.fixed(0.001, 3)}" if p < 0.001 else self.fixed(p, 3)

    def _decimal(self, value: float, pattern: str) -> str:
        from babel.numbers import format_decimal

        if math.isnan(value):
            return MISSING
        return str(format_decimal(value, pattern, self._locale)).replace("-", MINUS)
