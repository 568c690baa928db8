"""What type checkers know of the standard library and its objects do not say.

A `list` does not tell that it is a `MutableSequence[T]`, nor an `Iterable` that it is a
protocol whose argument is covariant: checkers have that from typeshed. Here is the part
of it that annotations use. Classes that are missing are judged by their run-time bases,
and where that is not enough the verdict is "cannot tell".

Source: https://github.com/python/typeshed, `stdlib`: bases, variance and protocol members.
"""

import collections
import contextlib
import functools
import os
import types
from collections import abc
from typing import BinaryIO, Final, TextIO

import attrs

from hbia_dsl.typeforms.shapes import (
    ANY,
    NONE,
    OBJECT,
    CallableShape,
    InstanceShape,
    ParameterKind,
    ParameterShape,
    Shape,
    TupleShape,
    TypeShape,
    TypeVarShape,
    union_of,
)
from hbia_dsl.typeforms.type_parameters import TypeParameter, Variance


@attrs.frozen
class StandardClass:
    """What typeshed says of a class."""

    parameters: tuple[TypeParameter, ...] = ()
    bases: tuple[InstanceShape, ...] = ()
    """Its bases in terms of its parameters, without `object`."""


def _of(cls: type, *args: Shape) -> InstanceShape:
    return InstanceShape(cls, args)


def _class(*parameters: TypeParameter, bases: tuple[InstanceShape, ...] = ()) -> StandardClass:
    return StandardClass(parameters, bases)


def _method(returns: Shape, *parameters: Shape) -> CallableShape:
    only = ParameterKind.POSITIONAL_ONLY
    taken = tuple(ParameterShape(None, only, shape, required=True) for shape in parameters)
    return CallableShape(taken, returns)


INT: Final = InstanceShape(int)
STR: Final = InstanceShape(str)
BOOL: Final = InstanceShape(bool)
T: Final = TypeVarShape("T")
K: Final = TypeVarShape("K")
V: Final = TypeVarShape("V")
SENT: Final = TypeVarShape("Sent")
RESULT: Final = TypeVarShape("Result")

_T: Final = TypeParameter("T", Variance.INVARIANT)
_K: Final = TypeParameter("K", Variance.INVARIANT)
_V: Final = TypeParameter("V", Variance.INVARIANT)
_T_CO: Final = TypeParameter("T", Variance.COVARIANT)
_K_CO: Final = TypeParameter("K", Variance.COVARIANT)
_V_CO: Final = TypeParameter("V", Variance.COVARIANT)
_RESULT: Final = TypeParameter("Result", Variance.COVARIANT)
_SENT: Final = TypeParameter("Sent", Variance.CONTRAVARIANT)
_RESULT_OR_NONE: Final = TypeParameter("Result", Variance.COVARIANT, NONE)
_SENT_OR_NONE: Final = TypeParameter("Sent", Variance.CONTRAVARIANT, NONE)
_SUPPRESSES: Final = TypeParameter("Result", Variance.COVARIANT, union_of((BOOL, NONE)))

_KEYS: Final[type] = type({}.keys())
_VALUES: Final[type] = type({}.values())
_ITEMS: Final[type] = type({}.items())

_LOADED: Final[dict[type, StandardClass]] = {
    # Protocols and abstract classes.
    abc.Hashable: _class(),
    abc.Sized: _class(),
    abc.Iterable: _class(_T_CO),
    abc.Container: _class(_T_CO),
    abc.Iterator: _class(_T_CO, bases=(_of(abc.Iterable, T),)),
    abc.Reversible: _class(_T_CO, bases=(_of(abc.Iterable, T),)),
    abc.Collection: _class(
        _T_CO, bases=(_of(abc.Iterable, T), _of(abc.Container, T), _of(abc.Sized))
    ),
    abc.Sequence: _class(_T_CO, bases=(_of(abc.Reversible, T), _of(abc.Collection, T))),
    abc.MutableSequence: _class(_T, bases=(_of(abc.Sequence, T),)),
    abc.Set: _class(_T_CO, bases=(_of(abc.Collection, T),)),
    abc.MutableSet: _class(_T, bases=(_of(abc.Set, T),)),
    abc.Mapping: _class(_K, _V_CO, bases=(_of(abc.Collection, K),)),
    abc.MutableMapping: _class(_K, _V, bases=(_of(abc.Mapping, K, V),)),
    abc.MappingView: _class(bases=(_of(abc.Sized),)),
    abc.KeysView: _class(_K_CO, bases=(_of(abc.MappingView), _of(abc.Set, K))),
    abc.ValuesView: _class(_V_CO, bases=(_of(abc.MappingView), _of(abc.Collection, V))),
    abc.ItemsView: _class(
        _K_CO, _V_CO, bases=(_of(abc.MappingView), _of(abc.Set, TupleShape((K, V))))
    ),
    abc.Awaitable: _class(_T_CO),
    abc.Coroutine: _class(_T_CO, _SENT, _RESULT, bases=(_of(abc.Awaitable, RESULT),)),
    abc.AsyncIterable: _class(_T_CO),
    abc.AsyncIterator: _class(_T_CO, bases=(_of(abc.AsyncIterable, T),)),
    abc.Generator: _class(_T_CO, _SENT_OR_NONE, _RESULT_OR_NONE, bases=(_of(abc.Iterator, T),)),
    abc.AsyncGenerator: _class(_T_CO, _SENT_OR_NONE, bases=(_of(abc.AsyncIterator, T),)),
    contextlib.AbstractContextManager: _class(_T_CO, _SUPPRESSES),
    contextlib.AbstractAsyncContextManager: _class(_T_CO, _SUPPRESSES),
    os.PathLike: _class(_T_CO),
    # Builtins.
    str: _class(bases=(_of(abc.Sequence, STR),)),
    bytes: _class(bases=(_of(abc.Sequence, INT),)),
    bytearray: _class(bases=(_of(abc.MutableSequence, INT),)),
    memoryview: _class(bases=(_of(abc.Sequence, INT),)),
    range: _class(bases=(_of(abc.Sequence, INT),)),
    tuple: _class(_T_CO, bases=(_of(abc.Sequence, T),)),
    list: _class(_T, bases=(_of(abc.MutableSequence, T),)),
    dict: _class(_K, _V, bases=(_of(abc.MutableMapping, K, V),)),
    set: _class(_T, bases=(_of(abc.MutableSet, T),)),
    frozenset: _class(_T_CO, bases=(_of(abc.Set, T),)),
    enumerate: _class(_T, bases=(_of(abc.Iterator, TupleShape((INT, T))),)),
    filter: _class(_T, bases=(_of(abc.Iterator, T),)),
    map: _class(_T, bases=(_of(abc.Iterator, T),)),
    reversed: _class(_T_CO, bases=(_of(abc.Iterator, T),)),
    zip: _class(_T_CO, bases=(_of(abc.Iterator, T),)),
    _KEYS: _class(_K_CO, _V_CO, bases=(_of(abc.KeysView, K),)),
    _VALUES: _class(_K_CO, _V_CO, bases=(_of(abc.ValuesView, V),)),
    _ITEMS: _class(_K_CO, _V_CO, bases=(_of(abc.ItemsView, K, V),)),
    # Further classes that an interpreter has loaded anyway.
    collections.deque: _class(_T, bases=(_of(abc.MutableSequence, T),)),
    collections.OrderedDict: _class(_K, _V, bases=(_of(dict, K, V),)),
    collections.defaultdict: _class(_K, _V, bases=(_of(dict, K, V),)),
    collections.Counter: _class(_T, bases=(_of(dict, T, INT),)),
    collections.ChainMap: _class(_K, _V, bases=(_of(abc.MutableMapping, K, V),)),
    collections.UserDict: _class(_K, _V, bases=(_of(abc.MutableMapping, K, V),)),
    collections.UserList: _class(_T, bases=(_of(abc.MutableSequence, T),)),
    collections.UserString: _class(bases=(_of(abc.Sequence, _of(collections.UserString)),)),
    types.MappingProxyType: _class(_K_CO, _V_CO, bases=(_of(abc.Mapping, K, V),)),
    types.GeneratorType: _class(
        _T_CO, _SENT_OR_NONE, _RESULT_OR_NONE, bases=(_of(abc.Generator, T, SENT, RESULT),)
    ),
    types.CoroutineType: _class(
        _T_CO, _SENT, _RESULT, bases=(_of(abc.Coroutine, T, SENT, RESULT),)
    ),
    types.AsyncGeneratorType: _class(
        _T_CO, _SENT_OR_NONE, bases=(_of(abc.AsyncGenerator, T, SENT),)
    ),
    functools.partial: _class(_T),
    BaseExceptionGroup: _class(_T_CO, bases=(_of(BaseException),)),
    ExceptionGroup: _class(_T_CO, bases=(_of(BaseExceptionGroup, T), _of(Exception))),
}

_NAMED: Final[dict[str, StandardClass]] = {
    **dict.fromkeys(
        (
            "re.Pattern",
            "re.Match",
            "_contextvars.ContextVar",
            "queue.Queue",
            "_queue.SimpleQueue",
            "asyncio.queues.Queue",
            "concurrent.futures._base.Future",
            "subprocess.CompletedProcess",
            "subprocess.Popen",
            "tempfile.TemporaryDirectory",
            "weakref.ReferenceType",
        ),
        _class(_T),
    ),
    **dict.fromkeys(("_io.TextIOWrapper", "_io.StringIO"), _class(bases=(_of(TextIO),))),
    **dict.fromkeys(
        (
            "_io.BytesIO",
            "_io.FileIO",
            "_io.BufferedReader",
            "_io.BufferedWriter",
            "_io.BufferedRandom",
        ),
        _class(bases=(_of(BinaryIO),)),
    ),
    **dict.fromkeys(
        ("pathlib.PurePath", "pathlib._local.PurePath"), _class(bases=(_of(os.PathLike, STR),))
    ),
    "_asyncio.Future": _class(_T, bases=(_of(abc.Awaitable, T), _of(abc.Iterable, T))),
    "array.array": _class(_T, bases=(_of(abc.MutableSequence, T),)),
    "os._Environ": _class(bases=(_of(abc.MutableMapping, STR, STR),)),
    "os.DirEntry": _class(_T, bases=(_of(os.PathLike, T),)),
}
"""The same for classes of modules that may never be loaded, by module and name."""

_EXIT: Final = (
    union_of((TypeShape(_of(BaseException)), NONE)),
    union_of((_of(BaseException), NONE)),
    union_of((_of(types.TracebackType), NONE)),
)

STANDARD_MEMBERS: Final[dict[type, dict[str, CallableShape | None]]] = {
    abc.Hashable: {"__hash__": _method(INT)},
    abc.Sized: {"__len__": _method(INT)},
    abc.Iterable: {"__iter__": _method(_of(abc.Iterator, T))},
    abc.Iterator: {"__next__": _method(T)},
    abc.Reversible: {"__reversed__": _method(_of(abc.Iterator, T))},
    abc.Container: {"__contains__": _method(BOOL, OBJECT)},
    abc.Collection: {},
    abc.Awaitable: {"__await__": _method(_of(abc.Generator, ANY, ANY, T))},
    abc.AsyncIterable: {"__aiter__": _method(_of(abc.AsyncIterator, T))},
    abc.AsyncIterator: {"__anext__": _method(_of(abc.Awaitable, T))},
    os.PathLike: {"__fspath__": _method(T)},
    contextlib.AbstractContextManager: {
        "__enter__": _method(T),
        "__exit__": _method(RESULT, *_EXIT),
    },
    contextlib.AbstractAsyncContextManager: {
        "__aenter__": _method(_of(abc.Coroutine, ANY, ANY, T)),
        "__aexit__": _method(_of(abc.Coroutine, ANY, ANY, RESULT), *_EXIT),
    },
    abc.Generator: {"send": _method(T, SENT), "throw": None, "close": None},
    abc.Coroutine: {"send": _method(T, SENT), "throw": None, "close": _method(NONE)},
    abc.AsyncGenerator: dict.fromkeys(("asend", "athrow", "aclose")),
    dict: {"__reversed__": _method(_of(abc.Iterator, K))},
    _KEYS: {"__reversed__": _method(_of(abc.Iterator, K))},
    _VALUES: {"__reversed__": _method(_of(abc.Iterator, V))},
    _ITEMS: {"__reversed__": _method(_of(abc.Iterator, TupleShape((K, V))))},
    functools.partial: {"__call__": CallableShape(None, T)},
    types.FunctionType: {"__call__": CallableShape(None, ANY)},
}
"""Members by class and name, without `self`; None for one with overloads or versions."""

STANDARD_PROTOCOLS: Final = frozenset((
    abc.Hashable, abc.Sized, abc.Iterable, abc.Iterator, abc.Reversible, abc.Container,
    abc.Collection, abc.Awaitable, abc.Coroutine, abc.AsyncIterable, abc.AsyncIterator,
    abc.Generator, abc.AsyncGenerator, os.PathLike, contextlib.AbstractContextManager,
    contextlib.AbstractAsyncContextManager,
))  # fmt: skip
"""Ordinary abstract classes at run time that checkers take for protocols."""

SPECIAL_METHODS: Final[dict[str, CallableShape]] = {
    "__len__": _method(INT),
    "__hash__": _method(INT),
    "__str__": _method(STR),
    "__repr__": _method(STR),
    "__bytes__": _method(_of(bytes)),
    "__bool__": _method(BOOL),
    "__int__": _method(INT),
    "__index__": _method(INT),
    "__float__": _method(_of(float)),
    "__complex__": _method(_of(complex)),
    "__format__": _method(STR, STR),
    "__eq__": _method(BOOL, OBJECT),
    "__ne__": _method(BOOL, OBJECT),
}
"""Methods that have one signature wherever the standard library defines them."""

HASHED_BY_STUBS: Final = frozenset((abc.Mapping, abc.Set, abc.KeysView, abc.ItemsView))
"""Classes that set `__hash__` to None at run time, but not for a checker."""

ANY_ATTRIBUTE: Final = frozenset((
    "builtins.module", "types.SimpleNamespace", "argparse.Namespace", "optparse.Values",
    "_ctypes.Structure", "_ctypes.Union", "_thread._local", "_io.TextIOWrapper", "_io.StringIO",
    "_io.BytesIO", "_io.FileIO", "_io.BufferedReader", "_io.BufferedWriter", "_io.BufferedRandom",
))  # fmt: skip
"""Classes, by module and name, that have more attributes for a checker than at run time."""


def standard_class(cls: type) -> StandardClass | None:
    """Return what is known of a class of the standard library, or None."""
    known = _LOADED.get(cls)
    if known is not None:
        return known
    return _NAMED.get(full_name(cls))


def full_name(cls: type) -> str:
    """Return module and name of a class."""
    return f"{cls.__module__}.{cls.__qualname__}"
