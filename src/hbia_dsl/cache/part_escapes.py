"""Values that are not exactly of the declared class: subclasses, and what is behind `object`.

Which classes may be meant is never taken from stored bytes: either the tag is one of a
fixed table, or the name is looked for among the classes that are loaded already and derive
from the declared one.
"""

import collections
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import struct
import types
import uuid
import zoneinfo
from collections.abc import Mapping

import attrs

from hbia_dsl.cache.canonical_objects import refusal_of
from hbia_dsl.cache.foreign_kind import ForeignKind, foreign_kind, kind_of_tag
from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_part import Blobs, FindPart, as_text, escape, escaped
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable, Undigestable
from hbia_dsl.cache.value_schema import schema_of
from hbia_dsl.typeforms.type_display import display

TAGS: Mapping[str, type] = {
    "none": types.NoneType,
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "complex": complex,
    "bytes": bytes,
    "bytearray": bytearray,
    "decimal": decimal.Decimal,
    "fraction": fractions.Fraction,
    "date": dt.date,
    "datetime": dt.datetime,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "timezone": dt.timezone,
    "zoneinfo": zoneinfo.ZoneInfo,
    "uuid": uuid.UUID,
    "path-pure-posix": pathlib.PurePosixPath,
    "path-pure-windows": pathlib.PureWindowsPath,
    "path-posix": pathlib.PosixPath,
    "path-windows": pathlib.WindowsPath,
    "ip4": ipaddress.IPv4Address,
    "ip6": ipaddress.IPv6Address,
    "ip4-network": ipaddress.IPv4Network,
    "ip6-network": ipaddress.IPv6Network,
    "ip4-interface": ipaddress.IPv4Interface,
    "ip6-interface": ipaddress.IPv6Interface,
    "ellipsis": types.EllipsisType,
    "not-implemented": types.NotImplementedType,
    "range": range,
    "slice": slice,
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": dict,
    "deque": collections.deque,
    "ordered-dict": collections.OrderedDict,
    "default-dict": collections.defaultdict,
    "counter": collections.Counter,
    "proxy": types.MappingProxyType,
    "raw": RawBytes,
}
"""Classes that every process has, by the tags that stored values use; tags never change."""

TAG_OF: Mapping[type, str] = {cls: tag for tag, cls in TAGS.items()}

_PROMOTED: Mapping[type, tuple[type, ...]] = {
    bool: (float, complex),
    int: (float, complex),
    float: (complex,),
}
"""What a type checker lets stand for the numeric classes (PEP 484, the numeric tower)."""

_CLASS_TAG = "class"
_HEX_TAG = "hex"
_BITS_TAG = "bits"


@attrs.frozen(eq=False)
class Escapes:
    """How values are written whose class is not exactly the declared one."""

    find: FindPart

    def write(self, value: object, blobs: Blobs, bound: type | None, declared: object) -> object:
        """Return the escape of a value.

        Args:
            value: Any value.
            blobs: Takes the large buffers.
            bound: The declared class, from which classes of the user's own must derive; None
                if there is none.
            declared: The declared form, for messages.

        Raises:
            Uncacheable: The value could not be read again.
        """
        cls = type(value)
        if bound is not None and not _may_be(cls, bound):
            raise Uncacheable(refusal_reason(cls, bound, declared))
        if cls is int or cls is float:
            return _write_number(value)
        tag = TAG_OF.get(cls)
        if tag is not None:
            return escape(tag, self.find(cls).write(value, blobs))
        kind = foreign_kind(cls)
        if kind is not None:
            return escape(kind.tag, self._foreign(kind, value, blobs))
        is_enum = issubclass(cls, enum.Enum)
        if bound is None or bound is object or not (is_enum or refusal_of(cls) is None):
            raise Uncacheable(refusal_reason(cls, bound, declared))
        name = f"{cls.__module__}:{cls.__qualname__}"
        if _loaded(name, bound) is not cls:
            raise Uncacheable(f"`{display(cls)}` is not the only class of its name")
        return escape(_CLASS_TAG, name, schema_of(cls).hex(), self.find(cls).write(value, blobs))

    def _foreign(self, kind: ForeignKind, value: object, blobs: Blobs) -> object:
        try:
            parts = kind.take_apart(value)
        except Undigestable as error:
            raise Uncacheable(error.reason) from None
        return self.find(object).write(parts, blobs)

    def read(self, data: object, blobs: Blobs, bound: type | None) -> object:
        """Return the value of an escape; the caller checks that it is of the declared form.

        Args:
            data: Out of the JSON.
            blobs: Holds the large buffers.
            bound: As for `write`.

        Raises:
            CorruptValue: It is no escape, or one that means nothing here.
        """
        content = escaped(data)
        match content:
            case ["hex", str(digits)]:
                return int(digits, 16)
            case ["bits", str(digits)]:
                (number,) = struct.unpack("<d", bytes.fromhex(digits))
                return float(number)
            case ["class", str(name), str(schema), inner] if bound is not None:
                cls = _loaded(name, bound)
                if cls is None or schema_of(cls).hex() != schema:
                    raise CorruptValue("a class that is not loaded, or was another one")
                return self.find(cls).read(inner, blobs)
            case [str(tag), inner]:
                return self._read_tagged(tag, inner, blobs)
            case _:
                pass
        raise CorruptValue("data of another form")

    def _read_tagged(self, tag: str, inner: object, blobs: Blobs) -> object:
        cls = TAGS.get(tag)
        if cls is not None:
            return self.find(cls).read(inner, blobs)
        kind = kind_of_tag(as_text(tag))
        if kind is None:
            raise CorruptValue("a tag that nobody writes")
        return kind.put_together(self.find(object).read(inner, blobs))


def _write_number(value: object) -> object:
    """Return the escape of a number that JSON would lose."""
    if isinstance(value, int):
        return escape(_HEX_TAG, f"{value:x}")
    return escape(_BITS_TAG, struct.pack("<d", value).hex())


def _may_be(cls: type, bound: type) -> bool:
    if bound in _PROMOTED.get(cls, ()):
        return True
    try:
        return issubclass(cls, bound)
    except TypeError:  # a Protocol that cannot be asked
        return bound in cls.__mro__


def refusal_reason(cls: type, bound: type | None, declared: object) -> str:
    """Return why a value cannot be written under a declared form.

    Args:
        cls: The class of the value.
        bound: The declared class; None if the form is none.
        declared: The declared form.
    """
    is_known = issubclass(cls, enum.Enum) or cls in TAG_OF or foreign_kind(cls) is not None
    reason = None if is_known else refusal_of(cls)
    if reason is not None:
        return reason
    if bound is None:
        return f"a `{display(cls)}`, which the declared type does not name"
    return f"`{display(declared)}` does not say that it may be `{display(cls)}`"


def _loaded(name: str, bound: type) -> type | None:
    """Return the only loaded class of a name that derives from a class; None if there is none."""
    found = [
        cls for cls in _with_subclasses(bound) if f"{cls.__module__}:{cls.__qualname__}" == name
    ]
    return found[0] if len(found) == 1 else None


def _with_subclasses(bound: type) -> set[type]:
    found: set[type] = set()
    waiting = [bound]
    while waiting:
        cls = waiting.pop()
        if cls not in found:
            found.add(cls)
            waiting += type.__subclasses__(cls)
    return found
