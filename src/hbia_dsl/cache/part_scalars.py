"""Parts of forms whose values hold no others: numbers, text, bytes, dates, paths."""

import base64
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
from collections.abc import Callable, Mapping

from hbia_dsl.cache.canonical_scalars import LARGEST_INT
from hbia_dsl.cache.canonical_text import LARGE_BYTES
from hbia_dsl.cache.part_escapes import Escapes
from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_part import (
    Blobs,
    Spelling,
    ValuePart,
    as_int,
    as_list,
    as_text,
    escaped,
    kinds_of,
)
from hbia_dsl.cache.value_refusal import CorruptValue


def scalar_part(cls: type, escapes: Escapes) -> ValuePart | None:
    """Return the part of a class whose values hold no others, or None.

    Args:
        cls: The declared class.
        escapes: How values of other classes are written.
    """
    if cls in _NATIVE:
        return _native_part(cls, escapes)
    concrete = _CONCRETE.get(cls, cls)
    if concrete is dt.datetime:
        spelling: Spelling | None = _zoned(escapes, dt.datetime.fromisoformat)
    elif concrete is dt.time:
        spelling = _zoned(escapes, dt.time.fromisoformat)
    else:
        spelling = _SPELLINGS.get(concrete)
    return None if spelling is None else _spelled_part(cls, concrete, spelling, escapes)


_NATIVE: Mapping[type, frozenset[type]] = {
    types.NoneType: frozenset((types.NoneType,)),
    bool: frozenset((bool,)),
    int: frozenset((int, bool)),
    float: frozenset((float, int, bool)),
    str: frozenset((str,)),
}
"""Classes whose values JSON gives as they are, and the classes that may stand for them."""

_CONCRETE: Mapping[type, type] = {
    pathlib.Path: type(pathlib.Path()),
    pathlib.PurePath: type(pathlib.PurePath()),
}


def _native_part(cls: type, escapes: Escapes) -> ValuePart:
    natural = _NATIVE[cls]
    numbers = natural & {int, float}

    def write(value: object, blobs: Blobs) -> object:
        kind = type(value)
        if kind in natural and not (blobs.careful and kind in numbers and _is_lost(value)):
            return value
        return escapes.write(value, blobs, cls, cls)

    def read(data: object, blobs: Blobs) -> object:
        if type(data) in natural:
            return data
        value = escapes.read(data, blobs, cls)
        if isinstance(value, (*natural, cls)):
            return value
        raise CorruptValue("a value of another class")

    return ValuePart(write, read, kinds_of(*natural), natural)


def _is_lost(value: object) -> bool:
    """Whether JSON would not give a number back."""
    if isinstance(value, int):
        return not -LARGEST_INT <= value < LARGEST_INT
    return value != value or value in (float("inf"), float("-inf"))  # noqa: PLR0124 - NaN is not itself


def _spelled_part(declared: type, cls: type, spelling: Spelling, escapes: Escapes) -> ValuePart:
    def write(value: object, blobs: Blobs) -> object:
        if type(value) is cls:
            return spelling.write(value, blobs)
        return escapes.write(value, blobs, declared, declared)

    def read(data: object, blobs: Blobs) -> object:
        is_escape = escaped(data) is not None
        value = escapes.read(data, blobs, declared) if is_escape else spelling.read(data, blobs)
        # `complex` may be a float or an int to a type checker, `date` a datetime.
        if isinstance(value, declared) or (declared is complex and isinstance(value, float | int)):
            return value
        raise CorruptValue("a value of another class")

    return ValuePart(write, read, kinds_of(*spelling.kinds))


def _by_text(make: Callable[[str], object], text: Callable[[object], str] = str) -> Spelling:
    def write(value: object, blobs: Blobs) -> object:
        del blobs
        return text(value)

    def read(data: object, blobs: Blobs) -> object:
        del blobs
        return make(as_text(data))

    return Spelling(write, read, (str,))


def _constant(value: object) -> Spelling:
    def write(found: object, blobs: Blobs) -> object:
        del found, blobs
        return 0

    def read(data: object, blobs: Blobs) -> object:
        del blobs
        as_int(data)
        return value

    return Spelling(write, read, (int,))


def _memory_spelling(
    raw: Callable[[object], RawBytes], make: Callable[[RawBytes], object]
) -> Spelling:
    """Return the spelling of bytes of a kind: text if they are few, else a buffer set aside.

    Args:
        raw: Returns the memory of a value.
        make: Makes a value of memory.
    """

    def write(value: object, blobs: Blobs) -> object:
        memory = raw(value)
        if memory.size < LARGE_BYTES:
            return base64.b64encode(memory.view).decode("ascii")
        return blobs.put(memory)

    def read(data: object, blobs: Blobs) -> object:
        if isinstance(data, str):
            return make(RawBytes(base64.b64decode(data, validate=True), 0))
        return make(blobs.take(data))

    return Spelling(write, read, (str, int))


def _raw_of_bytes(value: object) -> RawBytes:
    return RawBytes(typing.cast(bytes, value), id(value))


def _raw_of_bytearray(value: object) -> RawBytes:
    return RawBytes(memoryview(typing.cast(bytearray, value)), id(value))


def _itself(value: object) -> RawBytes:
    return typing.cast(RawBytes, value)


def _make_bytes(raw: RawBytes) -> bytes:
    return bytes(raw.view)  # the same object if it is one: bytes cannot change


def _make_bytearray(raw: RawBytes) -> bytearray:
    return bytearray(raw.view)


def _fraction(text: str) -> fractions.Fraction:
    over, _, under = text.partition("/")
    return fractions.Fraction(int(over, 16), int(under, 16))


def _fraction_text(value: object) -> str:
    fraction = typing.cast(fractions.Fraction, value)
    return f"{fraction.numerator:x}/{fraction.denominator:x}"


def _complex(text: str) -> complex:
    real, imaginary = struct.unpack("<dd", bytes.fromhex(text))
    return complex(real, imaginary)


def _complex_text(value: object) -> str:
    number = typing.cast(complex, value)
    return struct.pack("<dd", number.real, number.imag).hex()


def _uuid(text: str) -> uuid.UUID:
    return uuid.UUID(hex=text[:32], is_safe=uuid.SafeUUID[text[32:]])


def _uuid_text(value: object) -> str:
    identifier = typing.cast(uuid.UUID, value)
    return f"{identifier.hex}{identifier.is_safe.name}"


def _iso_text(value: object) -> str:
    return typing.cast(dt.date, value).isoformat()


def _write_timedelta(value: object, blobs: Blobs) -> object:
    del blobs
    length = typing.cast(dt.timedelta, value)
    return [length.days, length.seconds, length.microseconds]


def _read_timedelta(data: object, blobs: Blobs) -> object:
    del blobs
    days, seconds, microseconds = map(as_int, as_list(data, 3))
    return dt.timedelta(days, seconds, microseconds)


def _write_timezone(value: object, blobs: Blobs) -> object:
    zone = typing.cast(dt.timezone, value)
    offset, name = zone.utcoffset(None), zone.tzname(None)
    has_own_name = name != dt.timezone(offset).tzname(None)
    return [_write_timedelta(offset, blobs), name if has_own_name else None]


def _read_timezone(data: object, blobs: Blobs) -> object:
    offset_data, name = as_list(data, 2)
    offset = typing.cast(dt.timedelta, _read_timedelta(offset_data, blobs))
    return dt.timezone(offset) if name is None else dt.timezone(offset, as_text(name))


def _zoned(escapes: Escapes, parse: Callable[[str], dt.datetime | dt.time]) -> Spelling:
    """Return the spelling of a moment: ISO text, and besides it what that text leaves out."""

    def write(value: object, blobs: Blobs) -> object:
        moment = typing.cast("dt.datetime | dt.time", value)
        zone = moment.tzinfo
        if zone is None and not moment.fold:
            return moment.isoformat()
        text = moment.replace(tzinfo=None).isoformat()
        shown = None if zone is None else escapes.write(zone, blobs, None, dt.tzinfo)
        return [text, moment.fold, shown]

    def read(data: object, blobs: Blobs) -> object:
        if isinstance(data, str):
            return parse(data)
        text, fold, shown = as_list(data, 3)
        zone = None if shown is None else escapes.read(shown, blobs, None)
        if zone is not None and not isinstance(zone, dt.tzinfo):
            raise CorruptValue("a time zone was expected")
        return parse(as_text(text)).replace(fold=as_int(fold), tzinfo=zone)

    return Spelling(write, read, (str, list))


_PATHS: tuple[type, ...] = (
    pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath, pathlib.WindowsPath,
)  # fmt: skip
_ADDRESSES: tuple[type, ...] = (
    ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network,
    ipaddress.IPv4Interface, ipaddress.IPv6Interface,
)  # fmt: skip

_SPELLINGS: Mapping[type, Spelling] = {
    bytes: _memory_spelling(_raw_of_bytes, _make_bytes),
    bytearray: _memory_spelling(_raw_of_bytearray, _make_bytearray),
    RawBytes: _memory_spelling(_itself, _itself),
    complex: _by_text(_complex, _complex_text),
    decimal.Decimal: _by_text(decimal.Decimal),
    fractions.Fraction: _by_text(_fraction, _fraction_text),
    uuid.UUID: _by_text(_uuid, _uuid_text),
    dt.date: _by_text(dt.date.fromisoformat, _iso_text),
    dt.timedelta: Spelling(_write_timedelta, _read_timedelta, (list,)),
    dt.timezone: Spelling(_write_timezone, _read_timezone, (list,)),
    zoneinfo.ZoneInfo: _by_text(zoneinfo.ZoneInfo),
    types.EllipsisType: _constant(...),
    types.NotImplementedType: _constant(NotImplemented),
    **{cls: _by_text(cls) for cls in (*_PATHS, *_ADDRESSES)},
}
