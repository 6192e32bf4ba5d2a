"""Exact numbers on a ledger line: rounding, cutting into shares, and how they are written."""

from decimal import Decimal
from fractions import Fraction

from zhitong.ranking.scoring.rules import Rounding


def rounded(value: Fraction, rounding: Rounding) -> Fraction:
    """Round to the set's places; done on integers, so that no precision of a context can interfere."""
    scale = 10**rounding.places
    whole, rest = divmod(abs(value.numerator) * scale, value.denominator)
    double = 2 * rest
    up = {
        "half_up": double >= value.denominator,
        "half_even": double > value.denominator or (double == value.denominator and whole % 2 == 1),
        "down": False,
        "up": rest > 0,
    }[rounding.mode]
    magnitude = Fraction(whole + up, scale)
    return -magnitude if value < 0 else magnitude


def cut(amount: Fraction, parts: tuple[Fraction, ...], rounding: Rounding) -> list[Fraction]:
    """What each part of `amount` is after rounding.

    Where the parts make a whole and the set says so, the first part takes what rounding lost, and the parts add up
    to the rounded amount.
    """
    shares = [rounded(amount * part, rounding) for part in parts]
    if rounding.rest_to_first and sum(parts) == 1:
        shares[0] += rounded(amount, rounding) - sum(shares)
    return shares


def exact_decimal(value: Fraction) -> Decimal:
    """A fraction with a power of ten below as a plain decimal: 7.5, 10, never 1E+1."""
    return Decimal(plain(value))


def plain(value: Fraction | Decimal) -> str:
    """As written on paper: 7.5, 10, -3, or 1/3 where no short decimal is exact."""
    exact = Fraction(value)
    if exact.denominator == 1:
        return str(exact.numerator)
    places = _places(exact.denominator)
    if places is None:
        return f"{exact.numerator}/{exact.denominator}"
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    return ("-" if exact < 0 else "") + f"{digits[:-places]}.{digits[-places:]}"


def _places(denominator: int) -> int | None:
    """How many decimal places write a fraction with this denominator exactly; None for endless ones."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None
