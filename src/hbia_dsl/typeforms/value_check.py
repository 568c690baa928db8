"""Compile a type form to a check of values: the contract of a vertex at run time.

A vertex's result is checked once, at its producer, so a check has to cost next to
nothing. `compile_check` turns a form into closures one time; asking them is then 0.05
to 0.2 microseconds for a plain class, a NewType or an Optional.

What is accepted follows the type system, not the taste of a validator: `bool` for
`int`, `int` for `float`, a `str` for `Sequence[str]`. What a value cannot show is
accepted: the arguments of a user's generic class, the fields of an attrs class, the
parameters of a callable, the items of an iterator. An annotation must never make a run
fail by being exotic, so a form that is not understood is not checked.
"""

import collections
import functools
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Hashable, Mapping

import attrs

from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.value_check_containers import elements_check, mapping_check
from hbia_dsl.typeforms.value_check_scalars import (
    callable_check,
    class_check,
    classes_of,
    literal_check,
    nothing_check,
    subclass_check,
)
from hbia_dsl.typeforms.value_check_structures import (
    is_typed_dict,
    protocol_check,
    typed_dict_check,
    typed_dict_keys,
)
from hbia_dsl.typeforms.value_check_tuples import tuple_check
from hbia_dsl.typeforms.value_check_unions import Deferred, named_check, union_check

_MEMORY_FORMS = 4_096
"""How many compiled forms are kept; the least recently used one goes first."""
_DEEPEST_FORM = 50
"""Forms nested deeper than this are not checked; a generic alias can grow for ever."""

_ELEMENTS: frozenset[object] = frozenset((
    list, set, frozenset, collections.deque, abc.Sequence, abc.MutableSequence, abc.Collection,
    abc.Container, abc.Iterable, abc.Reversible, abc.Set, abc.MutableSet, abc.KeysView,
    abc.ValuesView,
))  # fmt: skip
_MAPPINGS: frozenset[object] = frozenset((
    dict, collections.OrderedDict, collections.defaultdict, abc.Mapping, abc.MutableMapping,
))  # fmt: skip
_NOT_CHECKED: frozenset[object] = frozenset((
    object, typing.Any, typing.Generic, typing.IO, typing.TextIO, typing.BinaryIO,
))  # fmt: skip
"""Everything is one of these, or no object of the standard library is an instance of it."""
_TRANSPARENT = frozenset(("Final", "ClassVar", "Required", "NotRequired", "ReadOnly"))

_NO_BINDINGS: Mapping[object, object] = types.MappingProxyType({})


def compile_check(form: object) -> ValueCheck | None:
    """Compile a type form to a check of values.

    Args:
        form: A resolved annotation (strings are not evaluated).

    Returns:
        The check, kept for the next call with an equal form; None if no value can be
        refused (`Any`, `object`, a free type variable) or the form is not understood.

    Example:
        >>> check = compile_check(list[int])
        >>> check.accepts([1, 2]), check.accepts([1, "2"])
        (True, False)
        >>> str(check.explain([1, "2"]))
        'item 1: expected int, found str'
    """
    try:
        hash(form)
    except Exception:  # noqa: BLE001 - metadata or a metaclass without a hash: compile anew
        return _compile_anew(form)
    return _remembered(form)


def _compile_anew(form: object) -> ValueCheck | None:
    try:
        return _Compiler().compile_part(form)
    except Exception:  # noqa: BLE001 - an exotic form must not fail a run: it is not checked
        return None


@functools.lru_cache(maxsize=_MEMORY_FORMS)
def _remembered(form: Hashable) -> ValueCheck | None:
    return _compile_anew(form)


class _Subscriptable(typing.Protocol):
    """A form that takes arguments in brackets."""

    def __getitem__(self, arguments: tuple[object, ...], /) -> object: ...


@attrs.define(eq=False)
class _Compiler:
    """One compilation: knows which forms are open, so that a form may contain itself."""

    _open: dict[object, Deferred] = attrs.field(factory=dict, init=False)
    _depth: int = attrs.field(default=0, init=False)

    def compile_part(self, form: object) -> ValueCheck | None:
        """Compile a form, alone or inside another."""
        if self._depth > _DEEPEST_FORM:
            return None
        self._depth += 1
        try:
            return self._compile(form)
        finally:
            self._depth -= 1

    def _compile(self, form: object) -> ValueCheck | None:
        if form is None or form is types.NoneType:
            return class_check(types.NoneType, "None")
        if isinstance(form, typing.NewType):
            base = self.compile_part(form.__supertype__)
            return None if base is None else named_check(display(form), base)
        if isinstance(form, typing.TypeVar):
            allowed = _allowed(form)
            return self._union_of(" | ".join(map(display, allowed)), allowed)
        if _alias_of(form) is not None:
            return self._recursive(form, lambda: self._alias(form))
        origin = typing.get_origin(form)
        if origin is None:
            return self._bare(form)
        return self._subscripted(form, origin, typing.get_args(form))

    def _alias(self, form: object) -> ValueCheck | None:
        check = self.compile_part(_alias_value(form))
        return None if check is None else named_check(display(form), check)

    def _bare(self, form: object) -> ValueCheck | None:
        """Compile a form without arguments."""
        if form in _NOT_CHECKED:
            return None
        if form is typing.Never or form is typing.NoReturn:
            return nothing_check()
        if form is typing.LiteralString:
            return class_check(str)
        return self._class(form, display(form)) if isinstance(form, type) else None

    def _class(
        self, cls: type, expected: str, bindings: Mapping[object, object] = _NO_BINDINGS
    ) -> ValueCheck | None:
        if is_typed_dict(cls):
            return self._recursive(
                (cls, tuple(bindings.items())), lambda: self._typed_dict(cls, expected, bindings)
            )
        if getattr(cls, "_is_protocol", False):
            return protocol_check(expected, cls)
        return class_check(cls, expected)

    def _typed_dict(
        self, cls: type, expected: str, bindings: Mapping[object, object]
    ) -> ValueCheck:
        keys = typed_dict_keys(cls)
        bound = tuple(attrs.evolve(key, form=_bound(key.form, bindings)) for key in keys)
        return typed_dict_check(expected, bound, self.compile_part)

    def _subscripted(
        self, form: object, origin: object, arguments: tuple[object, ...]
    ) -> ValueCheck | None:
        """Compile a form with arguments, or a bare alias of `typing` such as `typing.List`."""
        expected = display(form)
        if origin is typing.Union or origin is types.UnionType:
            return self._union_of(expected, arguments)
        if origin is typing.Literal:
            return literal_check(form)
        if origin is typing.Annotated or getattr(origin, "_name", None) in _TRANSPARENT:
            return self.compile_part(arguments[0])
        if origin is typing.TypeGuard or getattr(origin, "_name", None) == "TypeIs":
            return class_check(bool)
        if origin is abc.Callable:
            return callable_check(form)
        if origin is type and arguments:
            return subclass_check(form, classes_of(arguments[0], _resolved) or ())
        if origin is tuple and hasattr(form, "__args__"):
            return self._tuple(expected, arguments)
        return self._container(expected, origin, arguments)

    def _container(
        self, expected: str, origin: object, arguments: tuple[object, ...]
    ) -> ValueCheck | None:
        if not isinstance(origin, type) or origin in _NOT_CHECKED:
            return None
        inside = tuple(map(self.compile_part, arguments))
        match inside:
            case [item] if origin in _ELEMENTS:
                return elements_check(expected, origin, item)
            case [key, item] if origin in _MAPPINGS:
                return mapping_check(expected, origin, key, item)
            case [key] if origin is collections.Counter:
                return mapping_check(expected, origin, key, class_check(int))
        parameters: tuple[object, ...] = getattr(origin, "__parameters__", ())
        bindings = dict(zip(parameters, arguments, strict=False))
        return self._class(origin, expected, bindings)

    def _union_of(self, expected: str, members: tuple[object, ...]) -> ValueCheck | None:
        arms = tuple(self.compile_part(member) for member in members)
        known = tuple(arm for arm in arms if arm is not None)
        # A member that accepts everything makes the whole union accept everything.
        return union_check(expected, known) if known and len(known) == len(arms) else None

    def _tuple(self, expected: str, arguments: tuple[object, ...]) -> ValueCheck:
        before, middle, after = _tuple_places(arguments)
        fixed = tuple(map(self.compile_part, before))
        if after is None:
            return tuple_check(expected, fixed, None, None)
        back = tuple(map(self.compile_part, after))
        return tuple_check(expected, fixed, self.compile_part(middle), back)

    def _recursive(self, form: object, build: Callable[[], ValueCheck | None]) -> ValueCheck | None:
        """Build the check of a form that may contain itself."""
        already = self._open.get(form)
        if already is not None:
            name = form[0] if isinstance(form, tuple) else form
            return already.check(display(name))
        deferred = self._open[form] = Deferred()
        try:
            check = build()
        finally:
            del self._open[form]
        deferred.resolve(check)
        return check


def _tuple_places(
    arguments: tuple[object, ...],
) -> tuple[tuple[object, ...], object, tuple[object, ...] | None]:
    """Split the arguments of a tuple into front, run and back; back is None without a run."""
    if arguments[1:] == (...,):
        return (), arguments[0], ()
    for place, argument in enumerate(arguments):
        inside = _unpacked(argument)
        if inside is None:
            continue
        before, middle, after = _tuple_places(inside)
        front = (*arguments[:place], *before)
        rest = arguments[place + 1 :]
        if after is None:  # the unpacked tuple has a fixed length, so go on behind it
            return _tuple_places((*front, *rest))
        return front, middle, (*after, *rest)
    return arguments, None, None


def _unpacked(argument: object) -> tuple[object, ...] | None:
    """Return the arguments of an unpacked tuple; None if the argument is not one."""
    origin = typing.get_origin(argument)
    if origin is typing.Unpack:
        inner = typing.get_args(argument)[0]
        return typing.get_args(inner) if typing.get_origin(inner) is tuple else (typing.Any, ...)
    if origin is tuple and getattr(argument, "__unpacked__", False):
        return typing.get_args(argument)
    return None


def _alias_of(form: object) -> object | None:
    """Return the `type` alias that a form is, with or without arguments, or None.

    Told by the name of its class, because typing_extensions has one of its own that
    must not be imported for this.
    """
    for candidate in (form, typing.get_origin(form)):
        if type(candidate).__name__ == "TypeAliasType":
            return candidate
    return None


def _alias_value(form: object) -> object:
    """Return what an alias stands for, its parameters replaced by its arguments."""
    alias = _alias_of(form)
    parameters = getattr(alias, "__type_params__", ())
    value = _evaluated(alias, getattr(alias, "__value__", typing.Any), parameters)
    return _bound(value, dict(zip(parameters, typing.get_args(form), strict=False)))


def _evaluated(alias: object, value: object, parameters: tuple[object, ...]) -> object:
    """Evaluate text in the value of an alias; before Python 3.12 a recursive one needs it."""
    module = sys.modules.get(getattr(alias, "__module__", None) or "")
    local = {getattr(name, "__name__", ""): name for name in (alias, *parameters)}
    holder = types.SimpleNamespace(__annotations__={"value": value})
    names = {} if module is None else vars(module)
    hints = typing.get_type_hints(holder, names, local, include_extras=True)
    return typing.cast(object, hints["value"])


def _bound(form: object, bindings: Mapping[object, object]) -> object:
    """Replace type variables in a form."""
    if form in bindings:
        return bindings[form]
    parameters = getattr(form, "__parameters__", ())
    if not bindings or not parameters or isinstance(form, type):
        return form
    generic = typing.cast(_Subscriptable, form)
    return generic[tuple(bindings.get(p, p) for p in parameters)]


def _allowed(variable: typing.TypeVar) -> tuple[object, ...]:
    """Return the forms that a type variable may stand for."""
    if variable.__bound__ is not None:
        return (variable.__bound__,)
    return variable.__constraints__ or (typing.Any,)


def _resolved(form: object) -> object:
    """Take a NewType, an alias, a variable or an Annotated to the form it stands for."""
    for _ in range(_DEEPEST_FORM):
        if isinstance(form, typing.NewType):
            form = form.__supertype__
        elif isinstance(form, typing.TypeVar):
            form = typing.Union[_allowed(form)]  # noqa: UP007 - a union of members held in a tuple
        elif _alias_of(form) is not None:
            form = _alias_value(form)
        elif typing.get_origin(form) is typing.Annotated:
            form = typing.get_args(form)[0]
        else:
            return form
    return typing.Any  # an alias that stands for itself
