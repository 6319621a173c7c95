"""How numbers are written: with a unit, and with no more digits than their interval supports."""

import math

MINUS = "\u2212"
MANY_PAIRS = 10_000  # beyond it the number of pairs is not worth a number
NOTHING = {"en": "not known", "zh": "未知"}
# from this size on (levels, differences), divide by that, say this before the unit
MONEY = {
    "en": ((.9995e9, .9995e9, 1e9, "bn"), (1e5, 1e4, 1e6, "M"), (0, 0, 1, "")),
    "zh": ((.9995e8, .9995e8, 1e8, "亿"), (1e4, 1e4, 1e4, "万"), (0, 0, 1, "")),
}
COUNTS = {"en": ((1e6, 1e6, 1e6, "M"), (0, 0, 1, "")), "zh": ((1e5, 1e5, 1e4, "万"), (0, 0, 1, ""))}
POINTS = {"en": "pp", "zh": "个百分点"}
UNITS_ZH = {
    "CNY": "元",
    "minutes": "分钟",
    "days": "天",
    "merchants": "户",
    "clients": "户",
    "loans": "笔",
    "purchases": "笔",
    "applications": "笔",
    "users": "户",
    "customers": "户",
    "registrations": "人",
    "visits": "次",
    "exposures": "次",
    "clicks": "次",
    "messages": "条",
    "invitations": "份",
    "complaints": "件",
    "providers": "家",
    "fen": "分",
    "pairs": "对",
}


def is_known(value) -> bool:
    """False for None, NaN and infinity."""
    return value is not None and isinstance(value, int | float) and math.isfinite(value)


def by_chance(tested: int) -> str:
    """How many of so many 95% intervals leave 0 out by luck alone."""
    return f"{.05 * tested:.0f}" if tested >= 40 else f"{.05 * tested:.2g}"


def plain_unit(unit: str) -> str:
    """What a sum over days is counted in: "CNY a day" gives "CNY"."""
    return unit.removesuffix(" a day")


def decimals_for(half_width: float, most: int = 6) -> int:
    """Decimals at which a half-width shows two significant digits; negative before the point.

    15.9 gives 0, 1.59 gives 1, 159 gives -1.
    """
    if not is_known(half_width) or half_width <= 0:
        return 0
    return min(most, 1 - math.floor(math.log10(half_width) + 1e-9))


def figures_for(value: float, significant: int) -> int:
    """Decimals that give `value` so many significant digits, at least enough to show whole units."""
    if not is_known(value) or value == 0:
        return 0
    decimals = significant - 1 - math.floor(math.log10(abs(value)) + 1e-9)
    return decimals - 1 if abs(round(value, decimals)) >= 10.0 ** (significant - decimals) else decimals  # 99.99 becomes 100


def digits(value: float, decimals: int, sign: bool = False) -> str:
    """1234.5 as "1,234.5"; a true minus; no "-0"."""
    if value == 0:
        return "0"
    rounded = round(value, decimals)
    text = f"{abs(rounded):,.{max(decimals, 0)}f}"
    is_zero = not any(c in "123456789" for c in text)
    if is_zero:
        return text
    return (MINUS if rounded < 0 else "+" if sign else "") + text


class Writer:
    """Writes numbers in one language."""

    def __init__(self, lang: str = "en"):
        self.lang = lang

    def scale(self, unit: str, size: float, is_difference: bool = False) -> tuple[float, str, str]:
        """Divisor, prefix and unit in which an amount of this size is written: (1e6, "M", "CNY")."""
        unit = plain_unit(unit)
        if unit == "share":
            return .01, "", POINTS[self.lang] if is_difference else "%"
        table = (MONEY if unit == "CNY" else COUNTS)[self.lang]
        divisor, prefix = next(
            (divisor, prefix) for level, difference, divisor, prefix in table if abs(size) >= (difference if is_difference else level)
        )
        return divisor, prefix, self.unit(unit)

    def unit(self, unit: str) -> str:
        """The unit's name in this language."""
        unit = plain_unit(unit)
        return UNITS_ZH.get(unit, unit) if self.lang == "zh" else unit

    def level(self, value, unit: str, significant: int = 4, size: float | None = None, short: bool = False) -> str:
        """A value by itself; `size` fixes the scale of a whole row, `short` leaves the unit out (but not % and M)."""
        if not is_known(value):
            return NOTHING[self.lang]
        divisor, prefix, name = self.scale(unit, value if size is None else size)
        scaled = value / divisor
        decimals = min(figures_for(scaled if size is None else size / divisor, significant), 4)
        if divisor == 1 and name not in ("CNY", "元"):
            decimals = min(decimals, 0 if abs(scaled) >= 1 else 2)
        return self.joined(digits(scaled, decimals), prefix, "" if short and name != "%" else name)

    def joined(self, text: str, *names: str) -> str:
        """Number and unit, as the language writes them; they stay on one line."""
        if self.lang == "zh":
            return text + "".join(names)
        return "\N{NO-BREAK SPACE}".join(each for each in (text, *names) if each and each != "%") + ("%" if "%" in names else "")

    def difference(self, difference, low, high, unit: str, short: bool = False) -> tuple[str, str]:
        """A difference and its interval, both with the digits the interval supports: ("−2 M CNY", "−17 to +14")."""
        if not is_known(difference):
            return NOTHING[self.lang], NOTHING[self.lang]
        ends = [end for end in (low, high) if is_known(end)]
        divisor, prefix, name = self.scale(unit, max(abs(each) for each in (difference, *ends)), is_difference=True)
        half = (high - low) / 2 / divisor if len(ends) == 2 else 0
        decimals = decimals_for(half) if half > 0 else max(0, min(figures_for(difference / divisor, 3), 6))
        text = digits(difference / divisor, decimals, sign=True)
        between = (
            self.between(digits(low / divisor, decimals, True), digits(high / divisor, decimals, True))
            if len(ends) == 2
            else NOTHING[self.lang]
        )
        return self.joined(text, prefix, "" if short and name != POINTS[self.lang] else name), between

    def between(self, low: str, high: str) -> str:
        """Two ends of an interval."""
        return f"{low} to {high}" if self.lang == "en" else f"{low} 至 {high}"

    def share(self, value, decimals: int = 0, sign: bool = False) -> str:
        """.254 as "25%"."""
        return digits(100 * value, decimals, sign) + "%" if is_known(value) else NOTHING[self.lang]

    def minutes(self, value) -> str:
        """Minutes; infinite means the pool lasted."""
        if value is not None and value == math.inf:
            return {"en": "pool lasts", "zh": "未售罄"}[self.lang]
        return self.level(value, "minutes")

    def minutes_between(self, low, high) -> str:
        """A range of minutes, the unit once."""
        if low != math.inf and high != math.inf:
            return self.joined(self.between(digits(low, 0), digits(high, 0)), self.unit("minutes"))
        return self.between(self.minutes(low), self.minutes(high))

    def pairs(self, number, short: bool = False) -> str:
        """A number of pairs that would be needed, two significant digits; `short`: the number alone."""
        if short:
            return (
                digits(float(number), min(figures_for(float(number), 2), 0))
                if is_known(number) and number <= MANY_PAIRS
                else f"> {MANY_PAIRS:,}"
            )
        if not is_known(number) or number > MANY_PAIRS:
            return {"en": f"more than {MANY_PAIRS:,} pairs", "zh": f"{MANY_PAIRS:,} 对以上"}[self.lang]
        return self.level(float(number), "pairs", significant=2)
