"""Canonical texts of instances of classes: attrs, dataclasses, enums, classes that extend `str`.

The text names the class, by module and qualified name, and its fields. What a class does
is code, and no part of a value. A class that keeps its data in its own way is refused: a
guess that misses something would be a wrong result one day.
"""

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from hbia_dsl.cache.canonical_containers import write_entries, write_items, write_members
from hbia_dsl.cache.canonical_scalars import (
    quoted,
    write_bytes,
    write_complex,
    write_float,
    write_int,
    write_str,
)
from hbia_dsl.cache.canonical_text import CanonicalText, Write, class_text, open_part
from hbia_dsl.cache.input_class import has_code_that_counts
from hbia_dsl.cache.object_state import (
    builtin_base,
    has_hidden_room,
    refuse_undeclared,
    undeclared_names,
)
from hbia_dsl.cache.value_refusal import Undigestable
from hbia_dsl.typeforms.type_display import display


def object_writer(cls: type) -> Write:
    """Return the writer of a class that a `class` statement made.

    Args:
        cls: The class; classes that Python brings have writers of their own.
    """
    if issubclass(cls, enum.Enum):
        return _enum_writer(cls)
    reason = refusal_of(cls)
    if reason is not None:
        return refusing(reason)
    names = field_names(cls)
    if names is not None:
        return _record_writer(cls, names)
    return _extension_writer(cls, *EXTENDED[builtin_base(cls)])


def refusing(reason: str) -> Write:
    """Return a writer that refuses every value.

    Args:
        reason: Why, in one short sentence without a full stop.
    """

    def write(value: object, text: CanonicalText, depth: int) -> None:
        del value, text, depth
        raise Undigestable(reason)

    return write


def field_names(cls: type) -> tuple[str, ...] | None:
    """Return the fields of an attrs class or a dataclass by the names of their attributes.

    Args:
        cls: Any class.
    """
    if attrs.has(cls):
        return tuple(attribute.name for attribute in attrs.fields(cls))
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    return None


def refusal_of(cls: type) -> str | None:
    """Return why instances of a class cannot be told apart by what is declared, or None.

    Args:
        cls: A class that is no Enum.
    """
    base = builtin_base(cls)
    if base is cls:
        return _REFUSED.get(cls) or f"`{display(cls)}` has no canonical form"
    if field_names(cls) is not None:
        if base is not object or has_hidden_room(cls):
            return f"`{display(cls)}` holds more than its fields"
        return None
    if issubclass(cls, type):
        return _REFUSED[type]
    if base not in EXTENDED or has_hidden_room(cls):
        return f"`{display(cls)}` is neither an attrs class nor a dataclass"
    return None


_REFUSED: Mapping[type, str] = {
    types.FunctionType: "a function is code, not data",
    types.MethodType: "a method is code, not data",
    types.BuiltinFunctionType: "a function is code, not data",
    type: "a class is code, not data",
    types.ModuleType: "a module is code, not data",
    types.GeneratorType: "an iterator is used up by reading it",
    types.CoroutineType: "a coroutine is code that has not run",
}


def _enum_writer(cls: type[enum.Enum]) -> Write:
    prefix = f"E{class_text(cls)}"
    is_counted = has_code_that_counts(cls)

    def write(value: object, text: CanonicalText, depth: int) -> None:
        if is_counted and text.classes is not None:
            text.classes[cls] = None
        member = typing.cast(enum.Enum, value)
        # A combination of flags may have no name of its own.
        text.append(f"{prefix}{quoted(member.name or '')}")
        try:
            text.write(member._value_, open_part(text, depth))
        except Undigestable as error:
            raise error.under_field("value") from None

    return write


def _record_writer(cls: type, names: tuple[str, ...]) -> Write:
    prefix = f"R{class_text(cls)}{len(names)}:{''.join(map(quoted, names))}"
    allowed, empty_slots = undeclared_names(cls, names)
    has_dict = getattr(cls, "__dictoffset__", 0) != 0
    is_counted = has_code_that_counts(cls)

    def write(value: object, text: CanonicalText, depth: int) -> None:
        if is_counted and text.classes is not None:
            text.classes[cls] = None
        inner = open_part(text, depth)
        if has_dict or empty_slots:
            refuse_undeclared(value, allowed, empty_slots)
        writers = text.writers
        text.append(prefix)
        name = ""
        try:
            for name in names:
                part = getattr(value, name)
                writers[type(part)](part, text, inner)
        except Undigestable as error:
            raise error.under_field(name) from None
        except AttributeError:
            raise Undigestable("a field without a value", f".{name}") from None

    return write


def _extension_writer(cls: type, plain: Callable[[object], object], write_plain: Write) -> Write:
    """Return the writer of a class that extends a built-in one: its name, and that value."""
    prefix = f"S{class_text(cls)}{''.join(map(quoted, getattr(cls, '_fields', ())))};"
    allowed, empty_slots = undeclared_names(cls, ())
    is_counted = has_code_that_counts(cls)

    def write(value: object, text: CanonicalText, depth: int) -> None:
        if is_counted and text.classes is not None:
            text.classes[cls] = None
        refuse_undeclared(value, allowed, empty_slots)
        text.append(prefix)
        write_plain(plain(value), text, depth)

    return write


def _plain(cls: type, method: str, *arguments: object) -> Callable[[object], object]:
    """Return the built-in value inside an extended one, whatever the class overrides."""
    call: Callable[..., object] = getattr(cls, method)
    return lambda value: call(value, *arguments)


def _listed(value: object) -> object:
    return list(list.__iter__(typing.cast("list[object]", value)))


def _tupled(value: object) -> object:
    return tuple(tuple.__iter__(typing.cast("tuple[object, ...]", value)))


def _entries(value: object) -> object:
    return dict(dict.items(typing.cast("dict[object, object]", value)))


def _write_items(value: object, text: CanonicalText, depth: int) -> None:
    write_items(typing.cast(Sequence[object], value), text, depth)


def _write_entries(value: object, text: CanonicalText, depth: int) -> None:
    write_entries(typing.cast(Mapping[object, object], value), text, depth)


def _write_members(value: object, text: CanonicalText, depth: int) -> None:
    write_members(typing.cast(Iterable[object], value), text, depth)


EXTENDED: Mapping[type, tuple[Callable[[object], object], Write]] = {
    str: (_plain(str, "__str__"), write_str),
    int: (_plain(int, "__int__"), write_int),
    float: (_plain(float, "__float__"), write_float),
    complex: (_plain(complex, "__pos__"), write_complex),
    bytes: (lambda value: b"".join((typing.cast(bytes, value),)), write_bytes),
    tuple: (_tupled, _write_items),
    list: (_listed, _write_items),
    dict: (_entries, _write_entries),
    set: (lambda value: set(set.__iter__(typing.cast("set[object]", value))), _write_members),
    frozenset: (
        lambda value: frozenset(frozenset.__iter__(typing.cast("frozenset[object]", value))),
        _write_members,
    ),
}
"""Built-in classes that a class may extend: the plain value inside, and how it is written."""
