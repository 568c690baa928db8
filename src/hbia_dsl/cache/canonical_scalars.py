"""Canonical texts of values that hold no others: numbers, text, dates, paths, singletons."""

import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import struct
import types
import typing
import uuid
import zoneinfo

from hbia_dsl.cache.canonical_text import CanonicalText, Write, class_text
from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_refusal import Undigestable

LARGEST_INT = 2**63
"""From here on integers are written in hexadecimal, which takes no longer than reading them."""


def int_text(value: int) -> str:
    """Return the text of an integer of any size."""
    if -LARGEST_INT <= value < LARGEST_INT:
        return f"i{value};"
    return f"x{value:x};"


def float_text(value: float) -> str:
    """Return the text of a float: its bits, so that -0.0 is not 0.0 and NaN is itself."""
    return f"f{struct.pack('<d', value).hex()}"


def quoted(text: str) -> str:
    """Return text with its length before it."""
    return f"{len(text)}:{text}"


def write_str(value: object, text: CanonicalText, depth: int) -> None:
    """Append a str."""
    del depth
    plain = typing.cast(str, value)
    text.append(f"s{len(plain)}:{plain}")


def write_int(value: object, text: CanonicalText, depth: int) -> None:
    """Append an int."""
    del depth
    text.append(int_text(typing.cast(int, value)))


def write_float(value: object, text: CanonicalText, depth: int) -> None:
    """Append a float."""
    del depth
    text.append(float_text(typing.cast(float, value)))


def _write_bool(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    text.append("T" if value else "F")


def write_complex(value: object, text: CanonicalText, depth: int) -> None:
    """Append a complex number."""
    del depth
    number = typing.cast(complex, value)
    text.append(f"c{struct.pack('<dd', number.real, number.imag).hex()}")


def write_bytes(value: object, text: CanonicalText, depth: int) -> None:
    """Append bytes."""
    del depth
    text.append("b")
    text.write_buffer(RawBytes(typing.cast(bytes, value), id(value)))


def _write_bytearray(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    text.append("y")
    text.write_buffer(RawBytes(memoryview(typing.cast(bytearray, value)), id(value)))


def _write_raw(value: object, text: CanonicalText, depth: int) -> None:
    """Append memory that is a part of something else, such as the data of an array."""
    del depth
    text.append("@")
    text.write_buffer(typing.cast(RawBytes, value))


def _write_decimal(value: object, text: CanonicalText, depth: int) -> None:
    """Append a Decimal; `1.0` and `1.00` are two, because they print differently."""
    del depth
    text.append(f"m{quoted(str(value))}")


def _write_fraction(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    fraction = typing.cast(fractions.Fraction, value)
    text.append(f"q{int_text(fraction.numerator)}{int_text(fraction.denominator)}")


def _write_date(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    text.append(f"d{typing.cast(dt.date, value).isoformat()}")


def _write_datetime(value: object, text: CanonicalText, depth: int) -> None:
    moment = typing.cast(dt.datetime, value)
    text.append(f"D{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}{moment.fold}")
    _write_zone(moment.tzinfo, text, depth)


def _write_time(value: object, text: CanonicalText, depth: int) -> None:
    moment = typing.cast(dt.time, value)
    text.append(f"t{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}{moment.fold}")
    _write_zone(moment.tzinfo, text, depth)


def _write_zone(zone: dt.tzinfo | None, text: CanonicalText, depth: int) -> None:
    try:
        text.write(zone, depth)
    except Undigestable as error:
        raise error.under(".tzinfo") from None


def _write_timezone(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    zone = typing.cast(dt.timezone, value)
    text.append(f"z{quoted(repr(zone.utcoffset(None)))}{quoted(zone.tzname(None))}")


def _write_zoneinfo(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    key: str | None = typing.cast(zoneinfo.ZoneInfo, value).key
    if key is None:
        raise Undigestable("a time zone without a key")
    text.append(f"Z{quoted(key)}")


def _write_timedelta(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    length = typing.cast(dt.timedelta, value)
    text.append(f"e{length.days},{length.seconds},{length.microseconds};")


def _write_uuid(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    identifier = typing.cast(uuid.UUID, value)
    text.append(f"u{identifier.hex}{identifier.is_safe.name};")


def _write_spelled(value: object, text: CanonicalText, depth: int) -> None:
    """Append a value whose text says all of it: a path, an address."""
    del depth
    text.append(f"p{class_text(type(value))}{quoted(str(value))}")


def _fixed(tag: str) -> Write:
    """Return the writer of a class with one value."""

    def write(value: object, text: CanonicalText, depth: int) -> None:
        del value, depth
        text.append(tag)

    return write


_SPELLED: tuple[type, ...] = (
    pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath, pathlib.WindowsPath,
    ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network,
    ipaddress.IPv4Interface, ipaddress.IPv6Interface,
)  # fmt: skip

SCALAR_WRITERS: dict[type, Write] = {
    str: write_str,
    int: write_int,
    float: write_float,
    bool: _write_bool,
    types.NoneType: _fixed("N"),
    types.EllipsisType: _fixed("."),
    types.NotImplementedType: _fixed("!"),
    complex: write_complex,
    bytes: write_bytes,
    bytearray: _write_bytearray,
    RawBytes: _write_raw,
    decimal.Decimal: _write_decimal,
    fractions.Fraction: _write_fraction,
    dt.date: _write_date,
    dt.datetime: _write_datetime,
    dt.time: _write_time,
    dt.timezone: _write_timezone,
    zoneinfo.ZoneInfo: _write_zoneinfo,
    dt.timedelta: _write_timedelta,
    uuid.UUID: _write_uuid,
    **dict.fromkeys(_SPELLED, _write_spelled),
}
"""By exact class: a subclass may hold more, and is looked at elsewhere."""
