"""Numbers, text, truth and nothing, read without coercion.

JSON's `true` is not a number, `"1"` is not one either, and 1.9 is not an integer. The
only change of class is the one that every type checker allows too: an integer where a
float, complex, Decimal or Fraction is declared, and only if no digit gets lost.
"""

import decimal
import fractions
import types
from collections.abc import Callable

from hbia_dsl.structuring.data_field import Read
from hbia_dsl.structuring.data_problem import refusal, refused


def read_int(value: object) -> object:
    """Read an integer; a bool is refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise refusal("int", value)


def read_float(value: object) -> object:
    """Read a float; an integer is accepted if a float can hold it exactly."""
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _exact_float(value)
    raise refusal("float", value)


def read_complex(value: object) -> object:
    """Read a complex number, from a number or from text such as `1+2j`."""
    if isinstance(value, complex):
        return value
    if isinstance(value, float | int) and not isinstance(value, bool):
        return complex(_exact_float(value) if isinstance(value, int) else value)
    return _from_text(value, complex, "complex as text or a number")


def read_decimal(value: object) -> object:
    """Read a Decimal, from text or an integer; a float has lost its digits already."""
    if isinstance(value, decimal.Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return decimal.Decimal(value)
    return _from_text(value, decimal.Decimal, "Decimal as text or int")


def read_fraction(value: object) -> object:
    """Read a Fraction, from text such as `1/3` or from an integer."""
    if isinstance(value, fractions.Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return fractions.Fraction(value)
    return _from_text(value, _fraction, "Fraction as text or int")


def read_bool(value: object) -> object:
    """Read a bool; neither 0 and 1 nor text is one."""
    if isinstance(value, bool):
        return value
    raise refusal("bool", value)


def read_str(value: object) -> object:
    """Read text; nothing else is turned into text."""
    if isinstance(value, str):
        return value
    raise refusal("str", value)


def read_none(value: object) -> object:
    """Read nothing: only None will do."""
    if value is None:
        return None
    raise refusal("None", value)


SCALARS: dict[object, Read] = {
    int: read_int,
    float: read_float,
    complex: read_complex,
    decimal.Decimal: read_decimal,
    fractions.Fraction: read_fraction,
    bool: read_bool,
    str: read_str,
    types.NoneType: read_none,
}
"""The reader of each scalar class."""


def _exact_float(value: int) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = float("nan")
    if number == value:
        return number
    message = "expected float, found int that no float holds exactly"
    raise refused(message, "float", "int")


def _fraction(text: str) -> fractions.Fraction:
    if "e" in text.casefold():  # a few letters would ask for a number of a million digits
        raise ValueError("an exponent")
    return fractions.Fraction(text)


def _from_text(value: object, make: Callable[[str], object], expected: str) -> object:
    if not isinstance(value, str):
        raise refusal(expected, value)
    try:
        return make(value)
    except (ValueError, ArithmeticError):
        raise refusal(expected, value, " that cannot be read") from None
