"""Canonical texts of built-in containers.

Order counts wherever a handler can see it, so in a dict too: `{"a": 1, "b": 2}` and
`{"b": 2, "a": 1}` are equal and yet may give different results. It does not count in a
set, whose order is no property of its value.
"""

import collections
import struct
import types
import typing
from collections.abc import Iterable, Mapping, Sequence

from hbia_dsl.cache.canonical_scalars import LARGEST_INT, int_text
from hbia_dsl.cache.canonical_text import CanonicalText, Write, class_text, open_part
from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_refusal import Undigestable

_SHORTEST_RUN = 8
"""Sequences of numbers of one class that are at least so long are written in one go."""
DEFAULT_FACTORIES: tuple[type, ...] = (
    list, dict, set, frozenset, tuple, int, float, complex, bool, str, bytes, bytearray,
    collections.deque, collections.Counter, collections.OrderedDict,
)  # fmt: skip
"""What a defaultdict may make: classes that every process knows."""


def write_items(items: Sequence[object], text: CanonicalText, depth: int) -> None:
    """Append the items of a sequence, and how many they are.

    Args:
        items: A list or a tuple.
        text: The text so far.
        depth: How deep the sequence lies.
    """
    inner = open_part(text, depth)
    count = len(items)
    if count >= _SHORTEST_RUN and _write_run(items, text):
        return
    put, writers = text.append, text.writers
    put(f"{count}:")
    item: object = None
    try:
        for item in items:
            if type(item) is str:
                put(f"s{len(item)}:{item}")
            elif type(item) is int and -LARGEST_INT <= item < LARGEST_INT:
                put(f"i{item};")
            else:
                writers[type(item)](item, text, inner)
    except Undigestable as error:
        raise error.under_key(_position(item, items)) from None


def _write_run(items: Sequence[object], text: CanonicalText) -> bool:
    """Append numbers of one class in one go, or say that they are none."""
    first = type(items[0])
    if first is int:
        code = "q"
    elif first is float:
        code = "d"
    else:
        return False
    if len(set(map(type, items))) != 1:
        return False
    try:
        packed = struct.pack(f"<{len(items)}{code}", *items)
    except struct.error:  # an integer of more than 64 bits
        return False
    text.append(f"{code}{len(items)}:")
    text.write_buffer(RawBytes(packed, id(packed)))
    return True


def _position(item: object, items: Iterable[object]) -> int:
    """Return the first place of an object; it is where an earlier one would have failed."""
    return next((n for n, other in enumerate(items) if other is item), 0)


def write_entries(mapping: Mapping[object, object], text: CanonicalText, depth: int) -> None:
    """Append the entries of a mapping in its order, and how many they are.

    Args:
        mapping: A mapping that gives each entry once.
        text: The text so far.
        depth: How deep the mapping lies.
    """
    inner = open_part(text, depth)
    put, writers = text.append, text.writers
    put(f"{len(mapping)}:")
    key: object = None
    try:
        for key, value in mapping.items():
            if type(key) is str:
                if type(value) is str:  # one piece of text for both, in the most common case
                    put(f"s{len(key)}:{key}s{len(value)}:{value}")
                    continue
                put(f"s{len(key)}:{key}")
            else:
                writers[type(key)](key, text, inner)
            if type(value) is str:
                put(f"s{len(value)}:{value}")
            elif type(value) is int and -LARGEST_INT <= value < LARGEST_INT:
                put(f"i{value};")
            else:
                writers[type(value)](value, text, inner)
    except Undigestable as error:
        raise error.under_key(key) from None


def write_members(members: Iterable[object], text: CanonicalText, depth: int) -> None:
    """Append the members of a set: their texts, sorted.

    Args:
        members: The members, in any order.
        text: The text so far.
        depth: How deep the set lies.
    """
    inner = open_part(text, depth)
    begin = len(text)
    texts: list[str] = []
    # The members go the ordinary way, so that what they add to the text is counted. Large
    # buffers must be in the texts, or sorting would part them.
    kept, text.buffers = text.buffers, None
    try:
        for member in members:
            start = len(text)
            text.write(member, inner)
            texts.append("".join(text[start:]))
    except Undigestable as error:
        raise error.under("{}") from None
    finally:
        text.buffers = kept
    added = len(text) - begin
    texts.sort()
    whole = f"{len(texts)}:{''.join(texts)}"
    text[begin:] = [whole, *[""] * (added - 1)]


def _items_writer(tag: str) -> Write:
    def write(value: object, text: CanonicalText, depth: int) -> None:
        text.append(tag)
        write_items(typing.cast(Sequence[object], value), text, depth)

    return write


def _entries_writer(tag: str) -> Write:
    def write(value: object, text: CanonicalText, depth: int) -> None:
        text.append(tag)
        write_entries(typing.cast(Mapping[object, object], value), text, depth)

    return write


def _members_writer(tag: str) -> Write:
    def write(value: object, text: CanonicalText, depth: int) -> None:
        text.append(tag)
        write_members(typing.cast(Iterable[object], value), text, depth)

    return write


def _write_deque(value: object, text: CanonicalText, depth: int) -> None:
    queue = typing.cast("collections.deque[object]", value)
    text.append(f"k{'' if queue.maxlen is None else queue.maxlen};")
    write_items(tuple(queue), text, depth)


def _write_defaultdict(value: object, text: CanonicalText, depth: int) -> None:
    mapping = typing.cast("collections.defaultdict[object, object]", value)
    factory = mapping.default_factory
    if factory is None:
        text.append("w0:")
    elif factory in DEFAULT_FACTORIES:
        text.append(f"w{class_text(factory)}")
    else:
        raise Undigestable("a default that is made by code", ".default_factory")
    write_entries(mapping, text, depth)


def _write_range(value: object, text: CanonicalText, depth: int) -> None:
    del depth
    numbers = typing.cast(range, value)
    parts = (numbers.start, numbers.stop, numbers.step)
    text.append(f"r{''.join(map(int_text, parts))}")


def _write_slice(value: object, text: CanonicalText, depth: int) -> None:
    part = typing.cast(slice, value)
    text.append("/")
    write_items((part.start, part.stop, part.step), text, depth)


CONTAINER_WRITERS: dict[type, Write] = {
    list: _items_writer("["),
    tuple: _items_writer("("),
    dict: _entries_writer("{"),
    set: _members_writer("<"),
    frozenset: _members_writer(">"),
    collections.OrderedDict: _entries_writer("o"),
    collections.Counter: _entries_writer("n"),
    types.MappingProxyType: _entries_writer("v"),
    collections.deque: _write_deque,
    collections.defaultdict: _write_defaultdict,
    range: _write_range,
    slice: _write_slice,
}
"""By exact class: a subclass may hold more, and is looked at elsewhere."""
