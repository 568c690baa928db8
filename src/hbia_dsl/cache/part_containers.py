"""Parts of built-in containers, and of the abstract ones that they stand for.

Data that JSON gives as they are (text in a list, say) are neither copied nor looked at
one by one: one set of classes settles the most common cases.
"""

import collections
import types
import typing
from collections import abc
from collections.abc import Mapping

import attrs

from hbia_dsl.cache.inner_part import Inner
from hbia_dsl.cache.part_escapes import TAG_OF, Escapes
from hbia_dsl.cache.part_mappings import PAIRS, mapping_spelling
from hbia_dsl.cache.value_part import (
    Blobs,
    FindPart,
    Spelling,
    ValuePart,
    as_list,
    as_text,
    escape,
    escaped,
    kinds_of,
)
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable
from hbia_dsl.typeforms.type_display import display


def container_part(form: object, escapes: Escapes) -> ValuePart | None:
    """Return the part of a container, or None if the form is none.

    Args:
        form: The form, with or without arguments.
        escapes: How values of other classes are written.
    """
    origin = typing.get_origin(form) or form
    arguments = typing.get_args(form)
    if not isinstance(origin, type):
        return None
    if origin in ABSTRACT:
        return _abstract_part(form, origin, arguments, escapes)
    spelling = _spelling(form, origin, arguments, escapes.find)
    if spelling is None:
        return None

    def write(value: object, blobs: Blobs) -> object:
        if type(value) is origin:
            return spelling.write(value, blobs)
        return escapes.write(value, blobs, origin, form)

    def read(data: object, blobs: Blobs) -> object:
        content = escaped(data)
        if content is None or content[0] == PAIRS:
            return spelling.read(data, blobs)
        value = escapes.read(data, blobs, origin)
        if isinstance(value, origin):
            return value
        raise CorruptValue("a value of another class")

    return ValuePart(write, read, kinds_of(*spelling.kinds))


def _spelling(
    form: object, origin: type, arguments: tuple[object, ...], find: FindPart
) -> Spelling | None:
    first = arguments[0] if arguments else typing.Any
    if origin is tuple:
        return _tuple_spelling(form, arguments, find)
    if origin is list:
        inner = Inner(find, first)
        return Spelling(
            lambda value, blobs: inner.write_all(typing.cast("list[object]", value), blobs),
            lambda data, blobs: inner.read_all(as_list(data), blobs),
            (list,),
        )
    if origin in (set, frozenset):
        return _items_spelling(typing.cast("type[set[object]]", origin), Inner(find, first))
    if origin is collections.deque:
        return _deque_spelling(Inner(find, first))
    if origin in (range, slice):
        return _bounds_spelling(typing.cast("type[slice]", origin), Inner(find, typing.Any))
    if origin is collections.Counter:
        arguments = (first, int)
    key, value = arguments if len(arguments) == 2 else (typing.Any, typing.Any)
    return mapping_spelling(origin, Inner(find, key), Inner(find, value))


def _items_spelling(cls: type[set[object]], inner: Inner) -> Spelling:
    def write(value: object, blobs: Blobs) -> object:
        return inner.write_all(typing.cast("set[object]", value), blobs)

    def read(data: object, blobs: Blobs) -> object:
        return cls(inner.read_all(as_list(data), blobs))

    return Spelling(write, read, (list,))


def _tuple_spelling(form: object, arguments: tuple[object, ...], find: FindPart) -> Spelling:
    is_bare = not arguments and not hasattr(form, "__args__")
    has_run = any(argument is ... or _is_unpacked(argument) for argument in arguments)
    if is_bare or has_run:
        is_plain = len(arguments) == 2 and arguments[1] is ...
        inner = Inner(find, arguments[0] if is_plain else typing.Any)
        return Spelling(
            lambda value, blobs: inner.write_all(typing.cast("tuple[object, ...]", value), blobs),
            lambda data, blobs: tuple(inner.read_all(as_list(data), blobs)),
            (list,),
        )
    places = Places(tuple(Inner(find, argument) for argument in arguments), display(form))
    return Spelling(
        lambda value, blobs: places.write(typing.cast("tuple[object, ...]", value), blobs),
        lambda data, blobs: tuple(places.read(data, blobs)),
        (list,),
    )


@attrs.frozen(eq=False)
class Places:
    """Parts of a fixed number of places: the items of a tuple, the fields of a record."""

    inner: tuple[Inner, ...]
    text: str
    """The form, for messages."""

    def write(self, items: abc.Collection[object], blobs: Blobs) -> list[object]:
        """Return the data of the items."""
        if len(items) != len(self.inner):
            raise Uncacheable(f"a tuple of another length than `{self.text}` says")
        pairs = zip(self.inner, items, strict=True)
        return [(place.found or place.part()).write(item, blobs) for place, item in pairs]

    def read(self, data: object, blobs: Blobs) -> list[object]:
        """Return the items of data."""
        pairs = zip(self.inner, as_list(data, len(self.inner)), strict=True)
        return [(place.found or place.part()).read(item, blobs) for place, item in pairs]


def _is_unpacked(form: object) -> bool:
    return typing.get_origin(form) is typing.Unpack or getattr(form, "__unpacked__", False) is True


def _deque_spelling(inner: Inner) -> Spelling:
    def write(value: object, blobs: Blobs) -> object:
        queue = typing.cast("collections.deque[object]", value)
        return [queue.maxlen, inner.write_all(queue, blobs)]

    def read(data: object, blobs: Blobs) -> object:
        longest, items = as_list(data, 2)
        if longest is not None and type(longest) is not int:
            raise CorruptValue("a length was expected")
        return collections.deque(inner.read_all(as_list(items), blobs), longest)

    return Spelling(write, read, (list,))


def _bounds_spelling(cls: type[slice], inner: Inner) -> Spelling:
    def write(value: object, blobs: Blobs) -> object:
        bounds = typing.cast(slice, value)
        return inner.write_all([bounds.start, bounds.stop, bounds.step], blobs)

    def read(data: object, blobs: Blobs) -> object:
        return cls(*inner.read_all(as_list(data, 3), blobs))

    return Spelling(write, read, (list,))


ABSTRACT: Mapping[object, tuple[type, ...]] = {
    abc.Sequence: (list, tuple, collections.deque),
    abc.MutableSequence: (list, collections.deque),
    abc.Collection: (list, tuple, set, frozenset, collections.deque, dict),
    abc.Container: (list, tuple, set, frozenset, collections.deque, dict),
    abc.Iterable: (list, tuple, set, frozenset, collections.deque, dict),
    abc.Reversible: (list, tuple, collections.deque, dict),
    abc.Set: (set, frozenset),
    abc.MutableSet: (set,),
    abc.Mapping: (
        dict, collections.OrderedDict, collections.defaultdict, collections.Counter,
        types.MappingProxyType,
    ),
    abc.MutableMapping: (
        dict, collections.OrderedDict, collections.defaultdict, collections.Counter,
    ),
}  # fmt: skip
"""Abstract containers, and the classes whose items have the types that these declare."""

_OF = "of"


def _abstract_part(
    form: object, origin: type, arguments: tuple[object, ...], escapes: Escapes
) -> ValuePart:
    """Return the part of an abstract container: the class of the value, then its items."""
    members = {
        TAG_OF[cls]: Inner(escapes.find, _concrete(cls, arguments)) for cls in ABSTRACT[origin]
    }

    def write(value: object, blobs: Blobs) -> object:
        inner = members.get(TAG_OF.get(type(value), ""))
        if inner is None:
            return escapes.write(value, blobs, origin, form)
        data = inner.part().write(value, blobs)
        if type(value) is list or (type(value) is dict and escaped(data) is None):
            return data
        return escape(_OF, TAG_OF[type(value)], data)

    def read(data: object, blobs: Blobs) -> object:
        content = escaped(data)
        if content is None:
            return members[TAG_OF[type(data)]].part().read(data, blobs)
        if content[0] == _OF:
            _, tag, inner = as_list(content, 3)
            return members[as_text(tag)].part().read(inner, blobs)
        value = escapes.read(data, blobs, origin)
        if isinstance(value, origin):
            return value
        raise CorruptValue("a value of another class")

    return ValuePart(write, read, kinds_of(list, dict))


def _concrete(cls: type, arguments: tuple[object, ...]) -> object:
    """Return a concrete container of the items that an abstract one declares."""
    if cls is collections.Counter:
        arguments = arguments[:1]
    elif cls is tuple and arguments:
        arguments = (arguments[0], ...)
    elif issubclass(cls, dict) and len(arguments) == 1:  # a dict as a collection of its keys
        arguments = (arguments[0], typing.Any)
    if not arguments:
        return cls
    generic = typing.cast(Mapping[tuple[object, ...], object], cls)
    return generic[arguments]
