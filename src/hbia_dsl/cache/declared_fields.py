"""The fields that instances hold, whatever their constructors take.

`structuring.data_field` says which data make an instance: aliases, what converters accept,
no fields that the class computes. Here it is what the instance keeps: every field, under
the name of its attribute.
"""

import dataclasses
import inspect
import typing
from collections.abc import Mapping

import attrs

from hbia_dsl.structuring.data_field import data_fields, is_named_tuple, is_typed_dict
from hbia_dsl.structuring.declared_text import declared_text
from hbia_dsl.structuring.opened_form import (
    UnresolvedFormError,
    bound,
    evaluate,
    variable_bindings,
)


@attrs.frozen
class CachedField:
    """One field of a class."""

    name: str
    """The name of the attribute, or the key."""
    form: object
    """Its resolved type."""
    required: bool = True
    """Whether a TypedDict must have the key."""


def has_cached_fields(form: object) -> bool:
    """Whether instances hold a fixed set of fields: attrs, dataclass, NamedTuple, TypedDict.

    Args:
        form: A class, or a generic one with arguments.
    """
    cls = typing.get_origin(form) or form
    return isinstance(cls, type) and (
        attrs.has(cls) or dataclasses.is_dataclass(cls) or is_typed_dict(cls) or is_named_tuple(cls)
    )


def cached_fields(form: object) -> tuple[CachedField, ...]:
    """Return the fields of a class, resolved.

    Args:
        form: A class for which `has_cached_fields` holds, or a generic one with arguments.

    Raises:
        UnresolvedFormError: An annotation names what is not there.
    """
    cls = typing.cast(type, typing.get_origin(form) or form)
    if is_typed_dict(cls) or (is_named_tuple(cls) and not attrs.has(cls)):
        return tuple(CachedField(f.key, f.form, f.required) for f in data_fields(form))
    wanted = _names_and_types(cls)
    try:
        forms = _resolved(cls, form, wanted)
    except UnresolvedFormError as error:
        raise UnresolvedFormError(f"a field of `{declared_text(cls)}`: {error}") from error
    return tuple(CachedField(name, forms.get(name, typing.Any)) for name in wanted)


class _Dataclass(typing.Protocol):
    __dataclass_fields__: typing.ClassVar[dict[str, "dataclasses.Field[object]"]]


def _names_and_types(cls: type) -> Mapping[str, object]:
    """Return the fields with the types that attrs knows; `attrs.resolve_types` was perhaps there.

    None stands for a type that is not known.
    """
    if attrs.has(cls):
        return {attribute.name: attribute.type for attribute in attrs.fields(cls)}
    fields = dataclasses.fields(typing.cast("type[_Dataclass]", cls))
    return {field.name: None for field in fields}


def _resolved(cls: type, form: object, wanted: Mapping[str, object]) -> Mapping[str, object]:
    """Return the annotations of fields, text and type variables replaced."""
    bindings = variable_bindings(form)
    found: dict[str, object] = {}
    for owner in reversed(cls.__mro__):
        parameters = vars(owner).get("__type_params__", ())
        names = {getattr(name, "__name__", ""): name for name in (owner, *parameters)}
        for name, annotation in inspect.get_annotations(owner).items():
            if name in wanted:
                known = wanted[name]
                declared = annotation if known is None or isinstance(known, str) else known
                resolved = evaluate(declared, owner.__module__, names)
                found[name] = bound(resolved, bindings.get(owner, {}))
    for name, known in wanted.items():  # `attr.ib(type=int)` and `make_class` annotate nothing
        if known is not None and name not in found:
            found[name] = evaluate(known, cls.__module__, {cls.__name__: cls})
    return found
