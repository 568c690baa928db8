"""The fields of attrs classes, dataclasses, TypedDicts and NamedTuples, as data give them.

One description for the four, so that missing and unknown fields are found and reported
in one place (`read_fields`). Annotations are resolved here without changing the class:
text in them is looked up in the module of the class that wrote it.
"""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping

import attrs

from hbia_dsl.diagnostics.near_miss import nearest
from hbia_dsl.structuring.data_problem import (
    DataProblem,
    RefusedDataError,
    field_step,
    key_step,
    kind_text,
)
from hbia_dsl.structuring.declared_text import declared_text
from hbia_dsl.structuring.opened_form import (
    UnresolvedFormError,
    bound,
    evaluate,
    opened,
    variable_bindings,
)

Read = Callable[[object], object]
"""Reads one value, or raises `RefusedDataError`."""
FindRead = Callable[[object], Read]
"""Finds the reader of a form; may be asked while another reader is being built."""


@attrs.frozen
class DataField:
    """One field of a class, as it stands in data."""

    key: str
    """Its name in data; of an attrs class the alias."""
    form: object
    """Its resolved type."""
    required: bool
    """Whether it must be there."""


def has_fields(form: object) -> bool:
    """Whether a form is a class whose data are a mapping of declared fields."""
    cls = typing.get_origin(form) or form
    return isinstance(cls, type) and (
        attrs.has(cls) or dataclasses.is_dataclass(cls) or is_typed_dict(cls) or is_named_tuple(cls)
    )


def is_typed_dict(cls: type) -> bool:
    """Whether a class is a TypedDict, whichever module made it."""
    return dict in cls.__mro__ and hasattr(cls, "__total__")


def is_named_tuple(cls: type) -> bool:
    """Whether a class is a NamedTuple or a `collections.namedtuple`."""
    return issubclass(cls, tuple) and hasattr(cls, "_fields")


def data_fields(form: object) -> tuple[DataField, ...]:
    """Return the fields of a class, resolved.

    Args:
        form: A class for which `has_fields` holds, or a generic one with arguments.

    Raises:
        UnresolvedFormError: An annotation names what is not there.
    """
    cls = typing.cast(type, typing.get_origin(form) or form)
    try:
        if is_typed_dict(cls):
            return _typed_dict_fields(cls, form)
        if attrs.has(cls):
            return _attrs_fields(cls, form)
        if is_named_tuple(cls):
            return _named_tuple_fields(cls, _annotated(cls, form, {}))
        return _dataclass_fields(cls, _annotated(cls, form, {}))
    except UnresolvedFormError as error:
        raise UnresolvedFormError(f"a field of `{declared_text(cls)}`: {error}") from error


def read_fields(
    data: object, fields: Mapping[str, tuple[DataField, Read]], whole: str
) -> dict[str, object]:
    """Read a mapping field by field and report every problem at once.

    Args:
        data: What was given.
        fields: By key, the field and its reader.
        whole: What is being read, as text.

    Returns:
        The values that were given, by key.

    Raises:
        RefusedDataError: A field is missing, unknown or of a wrong type.
    """
    if not isinstance(data, Mapping):
        found = kind_text(data)
        message = f"expected {whole} as a mapping, found {found}"
        raise RefusedDataError([DataProblem("", message, whole, found)])
    values: dict[str, object] = {}
    problems: list[DataProblem] = []
    for key, (field, read) in fields.items():
        if key in data:
            try:
                values[key] = read(data[key])
            except RefusedDataError as error:
                problems += error.under(field_step(key))
        elif field.required:
            expected = declared_text(field.form)
            # Of what may be anything, `object` would say nothing.
            message = "missing" if field.form is object else f"missing, expected {expected}"
            problems.append(DataProblem(field_step(key), message, expected))
    absent = [key for key in fields if key not in data]
    problems += [_unknown(key, absent) for key in data if key not in fields]
    if problems:
        raise RefusedDataError(problems)
    return values


def _unknown(key: object, absent: list[str]) -> DataProblem:
    if not isinstance(key, str):
        found = kind_text(key)
        return DataProblem(key_step(key), f"unknown field, its name is {found}", "str", found)
    match = nearest(key.strip("_"), absent)  # attrs strips what marks a field as private
    return DataProblem(field_step(key), "unknown field", suggestion=match[0] if match else None)


def _annotated(cls: type, form: object, resolved: Mapping[str, object]) -> Mapping[str, object]:
    """Return the annotations of a class and its bases, text and type variables replaced.

    What is in `resolved` without text needs no look-up: `attrs.resolve_types` was there.
    """
    bindings = variable_bindings(form)
    found: dict[str, object] = {}
    for owner in reversed(cls.__mro__):
        parameters = vars(owner).get("__type_params__", ())
        names = {getattr(name, "__name__", ""): name for name in (owner, *parameters)}
        for name, annotation in inspect.get_annotations(owner).items():
            declared = resolved.get(name, annotation)
            if _holds_text(declared):
                declared = evaluate(annotation, owner.__module__, names)
            found[name] = bound(declared, bindings.get(owner, {}))
    return found


def _holds_text(form: object) -> bool:
    if isinstance(form, str | typing.ForwardRef):
        return True
    if typing.get_origin(form) is typing.Literal:
        return False
    if isinstance(form, dataclasses.InitVar):
        return _holds_text(form.type)
    return any(map(_holds_text, typing.get_args(form)))


def _attrs_fields(cls: type, form: object) -> tuple[DataField, ...]:
    attributes = attrs.fields(cls)
    forms = _annotated(cls, form, {a.name: a.type for a in attributes if a.type is not None})
    fields = []
    for attribute in attributes:
        if attribute.init:
            declared = forms.get(attribute.name, attribute.type or typing.Any)
            taken = _converter_form(cls, attribute) if attribute.converter else None
            alias = attribute.alias or attribute.name
            fields.append(DataField(alias, taken or declared, attribute.default is attrs.NOTHING))
    return tuple(fields)


def _converter_form(cls: type, attribute: "attrs.Attribute[object]") -> object | None:
    """Return what a converter says that it takes; attrs writes it on the constructor."""
    constructor: object = vars(cls).get("__init__")
    taken: object = getattr(constructor, "__annotations__", {}).get(attribute.alias)
    if not _holds_text(taken):
        return taken
    try:
        return evaluate(taken, getattr(attribute.converter, "__module__", "") or "", {})
    except UnresolvedFormError:
        return None


def _dataclass_fields(cls: type, forms: Mapping[str, object]) -> tuple[DataField, ...]:
    declared: Mapping[str, dataclasses.Field[object]] = getattr(cls, "__dataclass_fields__", {})
    found = []
    for name, field in declared.items():
        form = forms.get(name, field.type)
        if typing.get_origin(form) is typing.ClassVar or form is typing.ClassVar or not field.init:
            continue
        if isinstance(form, dataclasses.InitVar):
            form = form.type
        missing = dataclasses.MISSING
        required = field.default is missing and field.default_factory is missing
        found.append(DataField(name, form, required))
    return tuple(found)


def _named_tuple_fields(cls: type, forms: Mapping[str, object]) -> tuple[DataField, ...]:
    names: tuple[str, ...] = getattr(cls, "_fields", ())
    defaults: Mapping[str, object] = getattr(cls, "_field_defaults", {})
    return tuple(DataField(n, forms.get(n, typing.Any), n not in defaults) for n in names)


def _typed_dict_fields(cls: type, form: object) -> tuple[DataField, ...]:
    """Return the keys of a TypedDict; `__required_keys__` is wrong where annotations are text."""
    usual: frozenset[str] = getattr(cls, "__required_keys__", frozenset())
    bindings = {k: v for found in variable_bindings(form).values() for k, v in found.items()}
    fields = []
    for name, annotation in inspect.get_annotations(cls).items():  # inherited ones among them
        module = getattr(annotation, "__forward_module__", None) or cls.__module__
        hint = evaluate(annotation, module, {cls.__name__: cls})
        qualifiers = _qualifiers(hint)
        required = "Required" in qualifiers or (name in usual and "NotRequired" not in qualifiers)
        fields.append(DataField(name, bound(_unqualified(hint), bindings), required))
    return tuple(fields)


def _qualifiers(hint: object) -> set[str]:
    origin = typing.get_origin(hint)
    name = getattr(origin, "_name", None)
    if origin is typing.Annotated or name in ("Required", "NotRequired", "ReadOnly"):
        return {str(name)} | _qualifiers(typing.get_args(hint)[0])
    return set()


def _unqualified(hint: object) -> object:
    return opened(hint) if _qualifiers(hint) else hint
