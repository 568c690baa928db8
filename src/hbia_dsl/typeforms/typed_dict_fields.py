"""The fields of a TypedDict: their types, whether they must be there, whether they may change.

`__required_keys__` alone is not enough: under `from __future__ import annotations` it
takes a `NotRequired` field for a required one, because the annotation is still text when
the class is made. It is right for fields without such a qualifier.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from hbia_dsl.typeforms.annotation_text import own_annotations, resolve_in_module
from hbia_dsl.typeforms.bounded_memo import BoundedMemo
from hbia_dsl.typeforms.shape_reading import read_shape
from hbia_dsl.typeforms.shape_substitution import Filling, substitute
from hbia_dsl.typeforms.shapes import ANY, Shape, TypedDictShape, is_readable

_QUALIFIERS: Final = frozenset(("Required", "NotRequired", "ReadOnly"))


@attrs.frozen
class TypedDictField:
    """One field."""

    shape: Shape
    required: bool
    read_only: bool


_memo: Final[BoundedMemo[type, Mapping[str, TypedDictField]]] = BoundedMemo()


def typed_dict_fields(shape: TypedDictShape) -> Mapping[str, TypedDictField]:
    """Read the fields of a TypedDict, with its arguments in the place of its variables."""
    fields = _memo.get(shape.cls)
    if fields is None:
        fields = _read_fields(shape.cls)
        if all(is_readable(field.shape) for field in fields.values()):
            _memo.keep(shape.cls, fields)
    parameters = getattr(shape.cls, "__parameters__", ())
    if not parameters:
        return fields
    given = shape.args or (ANY,) * len(parameters)
    return _filled(fields, dict(zip(parameters, given, strict=False)))


def _read_fields(cls: type) -> Mapping[str, TypedDictField]:
    required: frozenset[str] = cls.__required_keys__  # type: ignore[attr-defined]  # a TypedDict's
    fields = {
        name: _read_field(resolve_in_module(form, cls), required=name in required)
        for name, form in own_annotations(cls).items()  # inherited ones are among them
    }
    # What a generic base was given is said by the base alone.
    for form in cls.__dict__.get("__orig_bases__", ()):
        base = read_shape(resolve_in_module(form, cls))
        if isinstance(base, TypedDictShape) and base.args:
            fields |= typed_dict_fields(base)
    return fields


def _read_field(form: object, *, required: bool) -> TypedDictField:
    read_only = False
    while True:
        origin = getattr(form, "__origin__", None)
        qualifier = getattr(origin, "_name", None)
        if hasattr(form, "__metadata__"):
            form = origin
            continue
        if qualifier not in _QUALIFIERS:
            return TypedDictField(read_shape(form), required, read_only)
        if qualifier == "ReadOnly":
            read_only = True
        else:
            required = qualifier == "Required"
        (form,) = getattr(form, "__args__", (form,))


def _filled(fields: Mapping[str, TypedDictField], filling: Filling) -> Mapping[str, TypedDictField]:
    return {
        name: attrs.evolve(field, shape=substitute(field.shape, filling))
        for name, field in fields.items()
    }
