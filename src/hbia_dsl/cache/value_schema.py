"""What a form looks like, in a few bytes: stored with a value, compared when it is read.

Records are stored without the names of their fields. Should a class look different when a
value is read, the stored one belongs to something else, whatever the key says.
"""

import enum
import functools
import hashlib
import typing
from collections.abc import Hashable

from hbia_dsl.cache.declared_fields import cached_fields, has_cached_fields
from hbia_dsl.structuring.opened_form import opened
from hbia_dsl.structuring.union_members import is_union_form
from hbia_dsl.typeforms.type_display import display

SCHEMA_BYTES = 8
_MEMORY_FORMS = 4_096


def schema_of(form: object) -> bytes:
    """Return a short digest of a form: its classes, their fields, names of enum members.

    Args:
        form: A resolved annotation.

    Raises:
        UnresolvedFormError: An annotation of a field names what is not there.
    """
    try:
        hash(form)
    except TypeError:  # metadata without a hash
        return _schema_anew(form)
    return _remembered(form)


@functools.lru_cache(maxsize=_MEMORY_FORMS)
def _remembered(form: Hashable) -> bytes:
    return _schema_anew(form)


def _schema_anew(form: object) -> bytes:
    text = _described(form, frozenset()).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).digest()[:SCHEMA_BYTES]


def _describe(form: object, parts: list[str], seen: frozenset[object]) -> None:
    if isinstance(form, list):  # parameters of a callable
        parts.append("...")
        return
    plain = opened(form)
    origin, arguments = typing.get_origin(plain), typing.get_args(plain)
    if origin is typing.Literal:
        parts.append(f"literal of {', '.join(map(choice_text, sorted_choices(plain)))}")
    elif is_union_form(plain):
        # Unions are equal in any order, and an equal form may have been seen first.
        parts += ["union", *sorted(_described(member, seen) for member in arguments), "end"]
    elif _key(plain) in seen:
        parts.append(f"again {display(plain)}")
    else:
        inside = seen | {_key(plain)}
        _describe_class(plain, origin or plain, parts, inside)
        parts.append(f"of {len(arguments)}")
        for argument in arguments:
            if argument is not ...:
                _describe(argument, parts, inside)


def _described(form: object, seen: frozenset[object]) -> str:
    parts: list[str] = []
    _describe(form, parts, seen)
    return "\n".join(parts)


def _key(form: object) -> object:
    try:
        hash(form)
    except TypeError:  # metadata without a hash
        return id(form)
    return form


def _describe_class(form: object, cls: object, parts: list[str], seen: frozenset[object]) -> None:
    if not isinstance(cls, type):
        parts.append(display(form))
        return
    parts.append(f"{cls.__module__}:{cls.__qualname__}")
    if issubclass(cls, enum.Enum):
        parts.append(", ".join(cls.__members__))
    elif has_cached_fields(form):
        for field in cached_fields(form):
            parts.append(f"field {field.name} {field.required}")
            _describe(field.form, parts, seen)


def sorted_choices(form: object) -> tuple[object, ...]:
    """Return the choices of a `Literal` in an order that does not depend on how it is written.

    Args:
        form: `Literal[...]`; two of them are equal whatever the order of their choices.
    """
    return tuple(sorted(typing.get_args(form), key=choice_text))


def choice_text(choice: object) -> str:
    """Return the text of a choice of a `Literal`; no two choices have the same."""
    return f"{type(choice).__module__}:{type(choice).__qualname__} {choice!r}"
