"""Containers out of data: lists, tuples, sets and mappings, item by item.

A list in data is a list or a tuple; text, sets and iterators are none. What is declared
as a read-only kind becomes one: `Sequence` and `Iterable` a tuple, `Set` a frozenset.
"""

import collections
import itertools
import typing
from collections import abc
from collections.abc import Callable, Collection, Iterable, Mapping

import attrs

from hbia_dsl.structuring.data_field import FindRead, Read
from hbia_dsl.structuring.data_problem import (
    DataProblem,
    RefusedDataError,
    key_step,
    kind_text,
    refusal,
    refused,
)
from hbia_dsl.structuring.declared_text import declared_text
from hbia_dsl.structuring.opened_form import UnresolvedFormError

_Make = Callable[[Iterable[object]], Collection[object]]


@attrs.frozen
class _Kind:
    """How a container is made, and what it may be read from."""

    make: _Make
    sources: tuple[type, ...] = (list, tuple)


_SETS = (list, tuple, set, frozenset)
_ELEMENTS: Mapping[object, _Kind] = {
    list: _Kind(list),
    abc.MutableSequence: _Kind(list),
    collections.deque: _Kind(collections.deque, (list, tuple, collections.deque)),
    abc.Sequence: _Kind(tuple),
    abc.Collection: _Kind(tuple),
    abc.Iterable: _Kind(tuple),
    abc.Container: _Kind(tuple),
    abc.Reversible: _Kind(tuple),
    set: _Kind(set, _SETS),
    abc.MutableSet: _Kind(set, _SETS),
    frozenset: _Kind(frozenset, _SETS),
    abc.Set: _Kind(frozenset, _SETS),
}
_MAPPINGS: Mapping[object, Callable[[Mapping[object, object]], object]] = {
    dict: dict,
    abc.Mapping: dict,
    abc.MutableMapping: dict,
    collections.OrderedDict: collections.OrderedDict,
    collections.Counter: collections.Counter,
}


def container_reader(form: object, find: FindRead) -> Read | None:
    """Return the reader of a built-in container or of an abstract one, or None.

    Args:
        form: The form, with or without arguments.
        find: Finds the readers of the items.
    """
    origin = typing.get_origin(form) or form
    arguments = typing.get_args(form)
    if origin is tuple and (arguments or not hasattr(form, "__args__")):
        if len(arguments) != 2 or arguments[1] is not ...:
            return _fixed_tuple_reader(form, find) if arguments else _any_tuple(find)
        return _elements_reader(form, _Kind(tuple), find(arguments[0]))
    if origin is tuple:
        return _fixed_tuple_reader(form, find)
    if origin in _ELEMENTS:
        item = find(arguments[0]) if arguments else find(typing.Any)
        return _elements_reader(form, _ELEMENTS[origin], item)
    if origin is collections.defaultdict:
        return _mapping_reader(form, _defaultdict_maker(arguments), find, arguments)
    if origin in _MAPPINGS:
        if origin is collections.Counter:
            arguments = (*arguments, int) if arguments else (typing.Any, int)
        return _mapping_reader(form, _MAPPINGS[origin], find, arguments)
    return None


def read_items(readers: Iterable[Read], data: Collection[object]) -> list[object]:
    """Read the items of a list and report every problem at once.

    Args:
        readers: A reader for each item.
        data: The items.

    Raises:
        RefusedDataError: An item was refused.
    """
    items: list[object] = []
    problems: list[DataProblem] = []
    for read, item in zip(readers, data, strict=False):
        try:
            items.append(read(item))
        except RefusedDataError as error:
            problems += error.under(f"[{len(items)}]")
            items.append(None)  # keeps the places of the items that follow
    if problems:
        raise RefusedDataError(problems)
    return items


def _any_tuple(find: FindRead) -> Read:
    return _elements_reader(tuple, _Kind(tuple), find(typing.Any))


def _elements_reader(form: object, kind: _Kind, item: Read) -> Read:
    expected = declared_text(form)
    make, sources = kind.make, kind.sources

    def read(value: object) -> object:
        if not isinstance(value, sources):
            raise refusal(expected, value)
        items = read_items(itertools.repeat(item), typing.cast(Collection[object], value))
        try:
            return make(items)
        except TypeError:  # an item of a set without a hash
            message = f"expected {expected}, found items that no set can hold"
            raise refused(message, expected, kind_text(value)) from None

    return read


def _fixed_tuple_reader(form: object, find: FindRead) -> Read:
    expected = declared_text(form)
    arguments = typing.get_args(form)
    if any(map(_is_unpacked, arguments)):
        raise UnresolvedFormError(f"data cannot give a {expected} with an unpacked part")
    readers = tuple(map(find, arguments))

    def read(value: object) -> object:
        if not isinstance(value, list | tuple):
            raise refusal(expected, value)
        if len(value) != len(readers):
            message = f"expected {len(readers)} items, found {len(value)}"
            raise refused(message, expected, kind_text(value))
        return tuple(read_items(readers, value))

    return read


def _is_unpacked(form: object) -> bool:
    return typing.get_origin(form) is typing.Unpack or getattr(form, "__unpacked__", False) is True


def _mapping_reader(
    form: object,
    make: Callable[[Mapping[object, object]], object],
    find: FindRead,
    arguments: tuple[object, ...],
) -> Read:
    expected = declared_text(form)
    read_key, read_value = map(find, arguments or (typing.Any, typing.Any))

    def read(value: object) -> object:
        if not isinstance(value, Mapping):
            raise refusal(expected, value)
        problems: list[DataProblem] = []
        entries: dict[object, object] = {}
        for key, item in value.items():
            try:
                good_key = read_key(key)
            except RefusedDataError as error:
                problems += error.under(f"{key_step(key)} (key)")
                good_key = None
            try:
                entries[good_key] = read_value(item)
            except RefusedDataError as error:
                problems += error.under(key_step(key))
        if problems:
            raise RefusedDataError(problems)
        return make(entries)

    return read


def _defaultdict_maker(
    arguments: tuple[object, ...],
) -> Callable[[Mapping[object, object]], object]:
    """Return the maker of a defaultdict that makes the declared class of value, if it can."""
    declared = arguments[1] if arguments else None
    factory = typing.get_origin(declared) or declared

    def make(entries: Mapping[object, object]) -> object:
        return collections.defaultdict(factory if isinstance(factory, type) else None, entries)

    return make
