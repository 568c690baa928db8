"""Parts of mappings: a JSON object where all keys are text, else keys and values apart."""

import collections
import types
import typing
from collections.abc import Callable, Mapping

import attrs

from hbia_dsl.cache.canonical_containers import DEFAULT_FACTORIES
from hbia_dsl.cache.inner_part import Inner
from hbia_dsl.cache.value_part import (
    ESCAPE,
    Blobs,
    Spelling,
    as_list,
    as_text,
    escape,
    escaped,
)
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable

PAIRS = "pairs"
"""The tag of a mapping whose keys and values stand apart."""

_TEXT = frozenset((str,))
_FACTORIES = {cls.__name__: cls for cls in DEFAULT_FACTORIES}


def mapping_spelling(cls: type, key: Inner, value: Inner) -> Spelling | None:
    """Return the spelling of a class of mapping, or None if it is none.

    Args:
        cls: The class.
        key: The part of its keys.
        value: The part of its values.
    """
    entries = _Entries(key, value)
    if cls is collections.defaultdict:
        return _defaultdict_spelling(entries)
    make = _MADE.get(cls)
    if make is None:
        return None
    if make is dict:
        return Spelling(entries.write, entries.read, (dict,))
    return Spelling(entries.write, lambda data, blobs: make(entries.read(data, blobs)), (dict,))


_MADE: Mapping[type, Callable[[dict[object, object]], object]] = {
    dict: dict,
    collections.OrderedDict: collections.OrderedDict,
    collections.Counter: collections.Counter,
    types.MappingProxyType: types.MappingProxyType,
}


@attrs.frozen(eq=False)
class _Entries:
    key: Inner
    value: Inner

    def write(self, value: object, blobs: Blobs) -> object:
        """Return the data of a mapping."""
        mapping = typing.cast("Mapping[object, object]", value)
        part = self.value.found or self.value.part()
        keys = self.key.found or self.key.part()
        is_text = _TEXT.issuperset(map(type, mapping)) and str in keys.verbatim
        if not is_text or (len(mapping) == 1 and ESCAPE in mapping):
            names = self.key.write_all(mapping.keys(), blobs)
            return escape(PAIRS, names, self.value.write_all(mapping.values(), blobs))
        if not blobs.careful and part.verbatim.issuperset(map(type, mapping.values())):
            return mapping if type(mapping) is dict else dict(mapping)
        write = part.write
        return {name: write(item, blobs) for name, item in mapping.items()}

    def read(self, data: object, blobs: Blobs) -> dict[object, object]:
        """Return the mapping of data, which may be the data themselves."""
        content = escaped(data)
        if content is not None:
            _, names, items = as_list(content, 3)
            keys = self.key.read_all(as_list(names), blobs)
            values = self.value.read_all(as_list(items), blobs)
            return dict(zip(keys, values, strict=True))
        keys_part = self.key.found or self.key.part()
        if type(data) is not dict or str not in keys_part.verbatim:
            raise CorruptValue("a mapping was expected")
        part = self.value.found or self.value.part()
        if part.verbatim.issuperset(map(type, data.values())):
            return data
        read = part.read
        return {name: read(item, blobs) for name, item in data.items()}


def _defaultdict_spelling(entries: _Entries) -> Spelling:
    def write(value: object, blobs: Blobs) -> object:
        mapping = typing.cast("collections.defaultdict[object, object]", value)
        factory = mapping.default_factory
        if factory is not None and factory not in DEFAULT_FACTORIES:
            raise Uncacheable("a defaultdict whose defaults are made by code")
        name = None if factory is None else factory.__name__
        return [name, entries.write(value, blobs)]

    def read(data: object, blobs: Blobs) -> object:
        name, inner = as_list(data, 2)
        factory = None if name is None else _FACTORIES[as_text(name)]
        return collections.defaultdict(factory, entries.read(inner, blobs))

    return Spelling(write, read, (list,))
