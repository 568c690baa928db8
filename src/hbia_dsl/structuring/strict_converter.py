"""Untyped data to typed values, strictly: the one place that configures cattrs.

The stock converters are lax: 1.9 becomes 1, "false" becomes True, "abc" becomes a list
of letters, an unknown field is dropped, and the first wrong Literal hides behind "unknown
error". Here nothing is coerced, everything wrong is reported at once, and each problem
has its path. cattrs keeps the part that it does best: finding the hook of a form, so that
hooks of a project's own can be registered on `strict_converter()` as on any converter.
"""

import enum
import functools
import pathlib
import typing
from collections.abc import Callable, Collection, Mapping

import attrs
import cattrs

from hbia_dsl.structuring.choice_reading import enum_reader, literal_reader
from hbia_dsl.structuring.class_reading import class_reader
from hbia_dsl.structuring.container_reading import container_reader
from hbia_dsl.structuring.data_field import DataField, FindRead, Read, has_fields, read_fields
from hbia_dsl.structuring.data_problem import DataProblem, RefusedDataError, refusal, refused
from hbia_dsl.structuring.data_writing import register_writers
from hbia_dsl.structuring.declared_text import declared_text
from hbia_dsl.structuring.foreign_fault import foreign_problems
from hbia_dsl.structuring.opened_form import UnresolvedFormError, opened
from hbia_dsl.structuring.scalar_reading import SCALARS
from hbia_dsl.structuring.text_forms import text_reader
from hbia_dsl.structuring.union_members import is_union_form
from hbia_dsl.structuring.union_reading import union_reader

T = typing.TypeVar("T")

_STOCK_CLASSES = (str, bytes, int, float, pathlib.Path, enum.Enum)
"""For these, and what derives from them, cattrs (the last one in its older releases) has
hooks that go before all others."""


def structure_inputs(
    data: object, into: type, *, path: str = "input"
) -> tuple[object | None, tuple[DataProblem, ...]]:
    """Read untyped data as an instance of a class, and find every problem.

    Args:
        data: What JSON or YAML gave: mappings, lists and scalars.
        into: An attrs class, a dataclass, a TypedDict or a NamedTuple.
        path: What the data are called in the problems.

    Returns:
        The instance and no problem; or None and the problems, at least one.

    Example:
        >>> @attrs.frozen
        ... class Signup:
        ...     name: str
        ...     age: int
        >>> structure_inputs({"name": "ann", "age": 3}, Signup)
        (Signup(name='ann', age=3), ())
        >>> [str(problem) for problem in structure_inputs({"nane": "ann", "age": 1.9}, Signup)[1]]
        ... # doctest: +NORMALIZE_WHITESPACE
        ['input.name: missing, expected str',
         'input.age: expected int, found float',
         'input.nane: unknown field, did you mean `name`?']
    """
    return structure_value(data, into, path)


def structure_value(
    data: object, form: object, path: str = "input"
) -> tuple[object | None, tuple[DataProblem, ...]]:
    """Read untyped data as a value of any form, and find every problem.

    Args:
        data: What JSON or YAML gave.
        form: A resolved annotation: `list[int]`, `User | None`, `datetime`.
        path: What the data are called in the problems.

    Returns:
        The value and no problem; or None and the problems, at least one.
    """
    read = _find(_shared_converter(), form)
    return _with_path(lambda: read(data), path)


def structure_fields(
    data: object, forms: Mapping[str, object], required: Collection[str], path: str = "input"
) -> tuple[dict[str, object] | None, tuple[DataProblem, ...]]:
    """Read a mapping as values of several forms: the parameters of a function, say.

    Args:
        data: What JSON or YAML gave.
        forms: The form of each value, by name.
        required: The names that must be there.
        path: What the data are called in the problems.

    Returns:
        The values that were given, by name, and no problem; or None and the problems.
    """
    find = functools.partial(_find, _shared_converter())
    fields = {
        name: (DataField(name, form, name in required), find(form)) for name, form in forms.items()
    }
    return _with_path(lambda: read_fields(data, fields, "inputs"), path)


def strict_converter() -> cattrs.Converter:
    """Return a new converter with the strict hooks.

    `structure` raises `RefusedDataError`, a ValueError that holds all the problems;
    `unstructure` writes what `structure` reads. Hooks that are registered later go first.
    """
    converter = cattrs.Converter()

    def make(form: object) -> _Hook:
        return _Hook(_reader(form, functools.partial(_find, converter)))

    converter.register_structure_hook_factory(_any_form, make)
    hook_of_stock_classes = _HookByForm(functools.lru_cache(maxsize=None)(make))
    for cls in _STOCK_CLASSES:
        converter.register_structure_hook(cls, hook_of_stock_classes)
    register_writers(converter)
    return converter


def _with_path(read: Callable[[], T], path: str) -> tuple[T | None, tuple[DataProblem, ...]]:
    try:
        return read(), ()
    except RefusedDataError as error:
        return None, tuple(error.under(path))
    except RecursionError:
        return None, (DataProblem(path, "nested too deeply, or inside itself"),)


@functools.lru_cache(maxsize=1)
def _shared_converter() -> cattrs.Converter:
    return strict_converter()


def _any_form(form: object) -> bool:
    del form
    return True


@attrs.frozen(eq=False)
class _Hook:
    """A hook of ours, known by its class; it raises nothing but `RefusedDataError`."""

    read: Read

    def __call__(self, value: object, form: object) -> object:
        del form
        return self.read(value)


@attrs.frozen(eq=False)
class _HookByForm:
    """One hook of ours for several forms: cattrs gives a derived class the hook of its base."""

    make: Callable[[object], _Hook]

    def __call__(self, value: object, form: object) -> object:
        return self.make(form).read(value)


def _find(converter: cattrs.Converter, form: object) -> Read:
    """Return the reader of a form.

    Only that of a scalar is looked up at once. The others are looked up when the first
    data come, because a form may contain itself.
    """
    if not isinstance(form, type) or form not in SCALARS:
        return _Late(converter, form).read
    return _look_up(converter, form)


@attrs.define(eq=False)
class _Late:
    converter: cattrs.Converter
    form: object
    found: Read | None = None

    def read(self, value: object) -> object:
        """Read a value, having looked up how at the first time."""
        try:
            if self.found is None:
                self.found = _look_up(self.converter, self.form)
            return self.found(value)
        except UnresolvedFormError as error:
            raise refused(f"cannot be read: {error}", declared_text(self.form)) from error


def _look_up(converter: cattrs.Converter, form: object) -> Read:
    try:
        hash(form)
    except TypeError:  # metadata without a hash: cattrs cannot look for it
        return _reader(form, functools.partial(_find, converter))
    hook = converter.get_structure_hook(form)
    if isinstance(hook, _HookByForm):
        hook = hook.make(form)
    return hook.read if isinstance(hook, _Hook) else _guarded(hook, form)


def _guarded(hook: Callable[[object, object], object], form: object) -> Read:
    """Return a foreign hook as a reader: whatever it raises becomes problems."""

    def read(value: object) -> object:
        try:
            return hook(value, form)
        except (RefusedDataError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001 - a hook of the user's own
            problems = foreign_problems(error, declared_text(form))
        raise RefusedDataError(problems)

    return read


def _reader(form: object, find: FindRead) -> Read:
    """Build the reader of a form."""
    plain = opened(form)
    if isinstance(plain, str | typing.ForwardRef):
        raise UnresolvedFormError(f"`{declared_text(plain)}` is not resolved")
    scalar = SCALARS.get(plain) if isinstance(plain, type) else None
    if scalar is not None:
        return scalar
    if plain is typing.Any or plain is object:
        return _anything
    if is_union_form(plain):
        return union_reader(plain, declared_text(form), find)
    if typing.get_origin(plain) is typing.Literal:
        return literal_reader(plain)
    if has_fields(plain):
        return class_reader(plain, find)
    return container_reader(plain, find) or _class_reader(plain)


def _anything(value: object) -> object:
    return value


def _class_reader(form: object) -> Read:
    """Return the reader of a class without fields; what no text spells must come as it is."""
    cls = typing.get_origin(form) or form
    if isinstance(cls, type):
        if issubclass(cls, enum.Enum):
            return enum_reader(cls)
        spelled = text_reader(cls)
        if spelled is not None:
            return spelled
    text = declared_text(form)

    def read(value: object) -> object:
        try:
            is_one = isinstance(cls, type) and isinstance(value, cls)
        except TypeError:  # a class that cannot be asked, such as a Protocol
            is_one = False
        if is_one:
            return value
        raise refusal(text, value, f"; data cannot give a {text}")

    return read
