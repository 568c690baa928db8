"""How values of one form become data that JSON can hold, and values again.

JSON gives `null`, booleans, numbers, text, lists and mappings; most values are one of
these as they are. What the form does not say (a subclass, which member of a union, a
number that JSON loses) stands in an escape: `{"$": [tag, ...]}`. Large buffers are set
aside, and their number takes their place.
"""

from collections.abc import Callable

import attrs

from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable

ESCAPE = "$"
"""The only key of an escape. A mapping with just this key is written as an escape itself."""


@attrs.define(eq=False)
class Blobs:
    """Buffers beside the JSON, while one value is written or read."""

    held: list[RawBytes] = attrs.Factory(list)
    careful: bool = False
    """Whether numbers that JSON loses must be looked for; usually there are none."""

    def put(self, buffer: RawBytes) -> int:
        """Set a buffer aside and return its number."""
        self.held.append(buffer)
        return len(self.held) - 1

    def take(self, number: object) -> RawBytes:
        """Return a buffer.

        Args:
            number: Out of the JSON.

        Raises:
            CorruptValue: There is no such buffer.
        """
        if type(number) is not int or not 0 <= number < len(self.held):
            raise CorruptValue("a buffer is missing")
        return self.held[number]


WritePart = Callable[[object, Blobs], object]
"""Returns data for a value of the form; raises `Uncacheable`."""
ReadPart = Callable[[object, Blobs], object]
"""Returns a new value of the form; raises `CorruptValue`, or anything at all for wrong data."""


@attrs.frozen(eq=False)
class ValuePart:
    """How values of one form are written and read."""

    write: WritePart
    read: ReadPart
    kinds: Callable[[], frozenset[type]]
    """The classes of data that values may become, escapes left out; asked late, since a form
    may contain itself."""
    verbatim: frozenset[type] = frozenset()
    """Exact classes of values that are their own data; of an int or a float only if not
    `careful`."""


@attrs.frozen(eq=False)
class Spelling:
    """How values of exactly one class become data and are made of them."""

    write: WritePart
    read: ReadPart
    kinds: tuple[type, ...]
    """The classes of data that values become."""


FindPart = Callable[[object], ValuePart]
"""Returns the part of a form; it may contain the form that is being built."""


def kinds_of(*classes: type) -> Callable[[], frozenset[type]]:
    """Return a constant answer for `ValuePart.kinds`."""
    found = frozenset(classes)
    return lambda: found


def escape(tag: str, *content: object) -> dict[str, list[object]]:
    """Return an escape."""
    return {ESCAPE: [tag, *content]}


def escaped(data: object) -> list[object] | None:
    """Return tag and content of an escape; None if the data are none.

    Args:
        data: Out of the JSON.

    Raises:
        CorruptValue: It is an escape that nobody wrote.
    """
    if type(data) is not dict or len(data) != 1 or ESCAPE not in data:
        return None
    content = data[ESCAPE]
    if type(content) is not list or not content or type(content[0]) is not str:
        raise CorruptValue("an escape without a tag")
    return content


def as_list(data: object, count: int | None = None) -> list[object]:
    """Return data that must be a list.

    Args:
        data: Out of the JSON.
        count: How many items it must have.

    Raises:
        CorruptValue: It is something else.
    """
    if type(data) is not list or (count is not None and len(data) != count):
        raise CorruptValue("a list was expected")
    return data


def as_text(data: object) -> str:
    """Return data that must be text."""
    if type(data) is not str:
        raise CorruptValue("text was expected")
    return data


def as_int(data: object) -> int:
    """Return data that must be an integer."""
    if type(data) is not int:
        raise CorruptValue("an integer was expected")
    return data


def refuse(reason: str) -> ValuePart:
    """Return the part of a form of which no value can be written.

    Args:
        reason: Why, in one short sentence without a full stop.
    """

    def write(value: object, blobs: Blobs) -> object:
        del value, blobs
        raise Uncacheable(reason)

    def read(data: object, blobs: Blobs) -> object:
        del data, blobs
        raise CorruptValue(reason)

    return ValuePart(write, read, kinds_of())
