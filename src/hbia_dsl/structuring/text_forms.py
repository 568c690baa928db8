"""Classes that data spell as text: dates, identifiers, paths, bytes, addresses.

Each has one way to be read and one to be written, and reading what was written gives
the same value. A value that already is of the class passes, because YAML makes dates
and bytes by itself.
"""

import base64
import datetime as dt
import ipaddress
import pathlib
import re
import typing
import uuid
from collections.abc import Callable

import attrs

from hbia_dsl.structuring.data_field import Read
from hbia_dsl.structuring.data_problem import refusal

_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=.)((?P<weeks>\d+)W)?((?P<days>\d+)D)?"
    r"(T(?=.)((?P<hours>\d+)H)?((?P<minutes>\d+)M)?((?P<seconds>\d+)([.,](?P<fraction>\d{1,6}))?S)?)?",
    re.ASCII,
)
"""ISO 8601 durations of fixed length; years and months have none and are refused."""


@attrs.frozen
class TextForm:
    """How one class is spelled as text."""

    cls: type
    spelling: str
    """What the text is, for messages."""
    parse: Callable[[str], object]
    """Text to value; raises ValueError."""
    write: Callable[[object], str] = str
    """Value to text."""

    def reader(self, cls: type) -> Read:
        """Return a reader.

        Args:
            cls: The declared class: this one, or a base of it.
        """
        expected = f"{cls.__name__} as {self.spelling}"
        is_date = cls is dt.date  # a datetime is one to Python, but has lost nothing yet

        def read(value: object) -> object:
            if isinstance(value, cls) and not (is_date and isinstance(value, dt.datetime)):
                return value
            if not isinstance(value, str):
                raise refusal(expected, value)
            try:
                return self.parse(value)
            except (ValueError, OverflowError):
                raise refusal(expected, value, " that cannot be read") from None

        return read


def _datetime(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return moment
    raise ValueError("a date without a time")


def _timedelta(text: str) -> dt.timedelta:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("no duration")
    units = ("weeks", "days", "hours", "minutes", "seconds")
    length = dt.timedelta(**{unit: int(match[unit] or 0) for unit in units})
    length += dt.timedelta(microseconds=int((match["fraction"] or "").ljust(6, "0")))
    return -length if match["sign"] == "-" else length


def _duration_text(value: object) -> str:
    length = typing.cast(dt.timedelta, value)
    sign = "-" if length < dt.timedelta() else ""
    length = abs(length)
    fraction = f".{length.microseconds:06}" if length.microseconds else ""
    return f"{sign}P{length.days}DT{length.seconds}{fraction}S"


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _base64_text(value: object) -> str:
    return base64.b64encode(typing.cast(bytes, value)).decode("ascii")


def _iso_text(value: object) -> str:
    return typing.cast(dt.date, value).isoformat()


TEXT_FORMS = (
    TextForm(dt.datetime, "ISO 8601 text", _datetime, _iso_text),
    TextForm(dt.date, "ISO 8601 text", dt.date.fromisoformat, _iso_text),
    TextForm(dt.time, "ISO 8601 text", dt.time.fromisoformat, _iso_text),
    TextForm(dt.timedelta, "ISO 8601 text", _timedelta, _duration_text),
    TextForm(uuid.UUID, "text", uuid.UUID),
    TextForm(bytes, "base64 text", _bytes, _base64_text),
    TextForm(bytearray, "base64 text", lambda text: bytearray(_bytes(text)), _base64_text),
    TextForm(ipaddress.IPv4Address, "text", ipaddress.IPv4Address),
    TextForm(ipaddress.IPv6Address, "text", ipaddress.IPv6Address),
    TextForm(ipaddress.IPv4Network, "text", ipaddress.IPv4Network),
    TextForm(ipaddress.IPv6Network, "text", ipaddress.IPv6Network),
    TextForm(ipaddress.IPv4Interface, "text", ipaddress.IPv4Interface),
    TextForm(ipaddress.IPv6Interface, "text", ipaddress.IPv6Interface),
)
"""Classes with one spelling; paths come besides, because there are several classes of them."""


def text_reader(cls: type) -> Read | None:
    """Return the reader of a class that data spell as text, or None.

    Args:
        cls: The declared class.
    """
    for form in TEXT_FORMS:
        if form.cls is cls:
            return form.reader(cls)
    if issubclass(cls, pathlib.PurePath):
        return TextForm(cls, "text", cls).reader(cls)
    return None
