"""What objects of known kinds consist of: partials, methods, properties, patterns, type forms."""

import dataclasses
import decimal
import functools
import gc
import inspect
import json
import operator
import re
import struct
import types
import typing
from collections import ChainMap, UserDict, UserList, UserString, deque
from collections.abc import Callable, Iterable
from typing import Final

import attrs

from hbia_dsl.cache.code_facts import facts_of
from hbia_dsl.cache.code_memo import IdentityMemo
from hbia_dsl.cache.object_state import has_hidden_room

Field = tuple[str, object]
"""Name of a part, empty if none is needed, and the part."""

DERIVED: Final = frozenset({"__weakref__", "__dict__", "__orig_class__", "_attrs_cached_hash"})
"""State of an object that follows from its class and its other state."""

_SHOWN_BY_NAME: Final = frozenset({"typing", "typing_extensions"})


def _attributes(*names: str) -> Callable[[object], list[Field]]:
    def read(value: object) -> list[Field]:
        return [(name, getattr(value, name, None)) for name in names]

    return read


def _reduced(value: object) -> list[Field]:
    # `itemgetter`, `attrgetter` and `methodcaller` tell in no other way what they were given.
    return [("", part) for part in typing.cast("tuple[object, ...]", value.__reduce__())]


def _items(value: object) -> list[Field]:
    return [("", item) for item in typing.cast(Iterable[object], value)]


def _queue(value: object) -> list[Field]:
    return [("maxlen", typing.cast("deque[object]", value).maxlen), *_items(value)]


def _memory(value: object) -> list[Field]:
    view = typing.cast(memoryview, value)
    return [("format", view.format), ("shape", view.shape), ("", view.tobytes())]


def _code(value: object) -> list[Field]:
    return [("", facts_of(typing.cast(types.CodeType, value)).digest)]


def _hidden(value: object) -> list[Field]:
    # What `cmp_to_key` returns tells in no other way which function it was given.
    return [("", item) for item in gc.get_referents(value) if item is not type(value)]


def _mapped(value: object) -> list[Field]:
    return [("", dict(typing.cast("types.MappingProxyType[object, object]", value)))]


def _decimal_context(value: object) -> list[Field]:
    # Its flags are left out: computing sets them.
    context = typing.cast("decimal.Context", value)
    names = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
    return [*((name, getattr(context, name)) for name in names), ("traps", dict(context.traps))]


def _nothing(value: object) -> list[Field]:
    del value
    return []


_KINDS: Final[dict[type, Callable[[object], list[Field]]]] = {
    types.MethodType: _attributes("__func__", "__self__"),
    types.BuiltinMethodType: _attributes("__name__", "__self__"),
    type(re.compile("").match): _attributes("__name__", "__self__"),
    types.MethodWrapperType: _attributes("__name__", "__self__"),
    types.MappingProxyType: _mapped,
    types.CellType: _attributes("cell_contents"),
    staticmethod: _attributes("__func__"),
    classmethod: _attributes("__func__"),
    property: _attributes("fget", "fset", "fdel"),
    functools.partial: _attributes("func", "args", "keywords"),
    functools.partialmethod: _attributes("func", "args", "keywords"),
    functools.cached_property: _attributes("func"),
    functools.singledispatchmethod: _attributes("dispatcher", "func"),
    type(functools.lru_cache(lambda: None)): _attributes("__wrapped__"),
    re.Pattern: _attributes("pattern", "flags"),
    struct.Struct: _attributes("format"),
    operator.itemgetter: _reduced,
    operator.attrgetter: _reduced,
    operator.methodcaller: _reduced,
    deque: _queue,
    memoryview: _memory,
    types.CodeType: _code,
    type(functools.cmp_to_key(lambda _one, _other: 0)): _hidden,
    type({}.keys()): _items,
    type({}.values()): _items,
    type({}.items()): _items,
    UserDict: _attributes("__dict__"),
    UserList: _attributes("__dict__"),
    UserString: _attributes("__dict__"),
    ChainMap: _attributes("maps"),
    types.SimpleNamespace: _attributes("__dict__"),
    type(dataclasses.MISSING): _nothing,
    typing.cast(type, attrs.Factory): _attributes("factory", "takes_self"),
    attrs.Converter: _attributes("converter", "takes_self", "takes_field"),
    typing.NewType: _attributes("__module__", "__qualname__", "__supertype__"),
    typing.ForwardRef: _attributes("__forward_arg__"),
    inspect.Signature: _attributes("parameters", "return_annotation"),
    inspect.Parameter: _attributes("name", "kind", "default", "annotation"),
    decimal.Context: _decimal_context,
    json.JSONDecoder: _attributes(
        *("object_hook", "object_pairs_hook", "parse_float", "parse_int"),
        *("parse_constant", "strict"),
    ),
    json.JSONEncoder: _attributes(
        *("skipkeys", "ensure_ascii", "check_circular", "allow_nan", "sort_keys", "indent"),
        *("item_separator", "key_separator", "default"),
    ),
}


def opened(value: object, cls: type) -> list[Field] | None:
    """Return the parts of an object of a known kind, or None if it is of another kind."""
    read = _KINDS.get(cls)
    if read is not None:
        return read(value)
    if cls.__module__ == "argparse" and cls.__name__ == "Namespace":  # costs much to import
        return [("", vars(value))]
    if cls.__module__ in _SHOWN_BY_NAME or cls in (types.GenericAlias, types.UnionType):
        return _form(value)
    return None


def _form(value: object) -> list[Field]:
    """Return what a type form such as `list[User]` consists of."""
    origin = typing.get_origin(value)
    if origin is None:  # `Any`, a type variable
        return [("", getattr(value, "__name__", None) or str(value))]
    metadata = getattr(value, "__metadata__", ())
    return [("", origin), *(("", part) for part in (*typing.get_args(value), *metadata))]


def state_of(value: object, cls: type) -> list[Field]:
    """Return the attributes of an object, also those in slots, sorted by name.

    What a `cached_property` has computed is left out: it follows from the rest.
    """
    cached: set[str] = set(DERIVED)
    state: dict[str, object] = {}
    for owner in cls.__mro__:
        for name, member in vars(owner).items():
            if type(member) is types.MemberDescriptorType:
                if name not in cached and hasattr(value, name):
                    state[name] = getattr(value, name)
            elif type(member) is functools.cached_property:
                cached.add(name)
    held = getattr(value, "__dict__", None)
    if isinstance(held, dict):
        state.update((str(name), item) for name, item in held.items() if name not in cached)
    return sorted(state.items(), key=operator.itemgetter(0))


def builtin_content(value: object, cls: type) -> object:
    """Return what an object holds as a dict, a list, a text and so on.

    Returns:
        None if its class derives from no such class; the object itself if it
        derives from one that nothing is known about.
    """
    for container, read in _CONTENT.items():
        if issubclass(cls, container):
            return read(value)
    for owner in cls.__mro__:
        if owner is object:
            return value if _hides(cls) else None
        if owner in _PLAIN:
            return _PLAIN[owner](value)
        if not owner.__flags__ & _MADE_BY_PYTHON and owner is not typing.Generic:
            return value
    return None


def _hides(cls: type) -> bool:
    """Return whether objects hold what no attribute shows: classes in C may bear that flag, too."""
    found = _hiding.get(cls)
    return _hiding.keep(cls, has_hidden_room(cls)) if found is None else found


_hiding: Final[IdentityMemo[type, bool]] = IdentityMemo()


def _as_set(value: object) -> object:
    return frozenset(typing.cast(Iterable[object], value))


_MADE_BY_PYTHON: Final = 1 << 9
"""The flag of classes that a `class` statement made."""
_PLAIN: Final[dict[type, Callable[[object], str]]] = {
    owner: owner.__repr__ for owner in (int, float, complex, str, bytes)
}
"""How a value of a class derived from these is written, whatever the class says about it."""
_CONTENT: Final[dict[type, Callable[[object], object]]] = {
    dict: lambda value: dict(dict.items(typing.cast("dict[object, object]", value))),
    list: lambda value: list(list.__iter__(typing.cast("list[object]", value))),
    tuple: lambda value: tuple(tuple.__iter__(typing.cast("tuple[object, ...]", value))),
    set: _as_set,
    frozenset: _as_set,
}
