"""Containers out of data: lists, tuples, sets and mappings, item by item.

A list in data is a list or a tuple; text, sets and iterators are none. What is declared
as a read-only kind becomes one: `Sequence` and `Iterable` a tuple, `Set` a frozenset.
"""

import collections
import typing
from collections import abc
from collections.abc import Callable, Collection, Iterable, Mapping

import attrs

from hbia_dsl.structuring.data_field import FindRead, Read, read_part
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


def _any_tuple(find: FindRead) -> Read:
    return _elements_reader(tuple, _Kind(tuple), find(typing.Any))


def _elements_reader(form: object, kind: _Kind, item: Read) -> Read:
    expected = declared_text(form)
    make, sources = kind.make, kind.sources

    def read(value: object) -> object:
        if not isinstance(value, sources):
            raise refusal(expected, value)
        problems: list[DataProblem] = []
        members = typing.cast(Collection[object], value)
        items = [read_part(item, m, f"[{n}]", problems) for n, m in enumerate(members)]
        if problems:
            raise RefusedDataError(problems)
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
        problems: list[DataProblem] = []
        pairs = enumerate(zip(readers, value, strict=True))
        items = [read_part(item, part, f"[{n}]", problems) for n, (item, part) in pairs]
        if problems:
            raise RefusedDataError(problems)
        return tuple(items)

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
            before = len(problems)
            step = key_step(key)
            good_key = read_part(read_key, key, f"{step} (key)", problems)
            good_item = read_part(read_value, item, step, problems)
            if len(problems) == before:
                entries[good_key] = good_item
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
