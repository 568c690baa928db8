"""Reading a class: bases, metaclass, attributes, fields and members.

Methods that attrs, dataclasses and `NamedTuple` generate follow from the fields, so the fields are
read instead: then a difference is called "field", not "method `__init__`".
"""

from collections.abc import Iterator, Mapping
from enum import EnumMeta
from types import (
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
)
from typing import Final
from weakref import ReferenceType, ref

import attrs

from hbia_dsl.cache.code_annotation import note_class_annotations
from hbia_dsl.cache.code_binding import ABSENT, Held, bind, is_held
from hbia_dsl.cache.code_opened import state_of
from hbia_dsl.cache.code_reference import reference_to
from hbia_dsl.cache.code_thing import CodeObject, Notes, Thing
from hbia_dsl.cache.code_unseen import unseen_limits
from hbia_dsl.cache.code_value import ValueText
from hbia_dsl.typeforms.annotation_text import own_annotations

_IGNORED: Final = frozenset(
    {
        *("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__firstlineno__"),
        *("__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__"),
        *("__static_attributes__", "__abstractmethods__", "_abc_impl", "__parameters__"),
        *("__orig_bases__", "__attrs_attrs__", "__attrs_props__", "__attrs_own_setattr__"),
        *("__dataclass_fields__", "__dataclass_params__", "_field_defaults", "_fields"),
        *("_member_names_", "_member_map_", "_value2member_map_", "_unhashable_values_"),
        *("_hashable_values_", "_unhashable_values_map_", "_new_member_", "_use_args_"),
        *("_member_type_", "_value_repr_"),
    }
)
"""What says nothing about behaviour, follows from the rest, or is read in another way."""

_FOLLOWS_FROM_FIELDS: Final = frozenset({"__match_args__", "__slots__"})
_GENERATED_BY_DATACLASSES: Final = frozenset(
    {
        *("__init__", "__repr__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__"),
        *("__setattr__", "__delattr__", "__replace__", "__getstate__", "__setstate__"),
    }
)
_ATTRS_FACTS: Final = (
    *("default", "validator", "converter", "on_setattr", "init", "repr", "eq", "eq_key"),
    *("order", "order_key", "hash", "kw_only", "alias", "metadata"),
)
_DATACLASS_FACTS: Final = (
    *("default", "default_factory", "init", "repr", "hash", "compare", "kw_only", "metadata"),
)


@attrs.frozen(eq=False)
class ClassReading:
    """What was read from a class, and how to tell that it is still so."""

    notes: Notes
    bases: tuple[ReferenceType[type], ...]
    size: int
    """How many attributes its body has, of any kind."""
    attributes: tuple[tuple[str, Held], ...]

    def holds(self, target: CodeObject) -> bool:
        """Whether the class is as it was."""
        body = vars(target)
        if len(body) != self.size or not isinstance(target, type):
            return False
        for name, held in self.attributes:
            value = body.get(name, ABSENT)
            if value is not held and not is_held(value, held):
                return False
        bases = target.__bases__
        return len(bases) == len(self.bases) and all(
            base is known() for base, known in zip(bases, self.bases, strict=True)
        )


def read_class(thing: Thing, cls: type) -> ClassReading:
    """Read a class of the user."""
    notes = Notes()
    if thing.place is not None:
        notes.placed = (thing.text, f"{thing.text} ({thing.place})")
    fields = dict(_fields(cls))
    notes.add(thing.text, _nature(thing.name, cls, fields, notes))
    for name, facts in fields.items():
        bind("field", f"{name} of {thing.name}", facts, notes)
    members: Mapping[str, object] = cls.__members__ if isinstance(cls, EnumMeta) else {}
    for name, member in members.items():
        value = getattr(member, "_value_", None)
        bind("enum member", f"{thing.name}.{name}", value, notes)
    attributes = []
    for name, value in sorted(vars(cls).items(), key=_first):
        if name not in members and not _is_derived(cls, name, value, fields):
            attributes.append((name, bind("constant", f"{thing.name}.{name}", value, notes)))
    note_class_annotations(cls, notes)
    notes.limits += unseen_limits(thing.name, notes.unseen, ())
    bases = tuple(map(ref, cls.__bases__))
    return ClassReading(notes, bases, len(vars(cls)), tuple(attributes))


def _first(item: tuple[str, object]) -> str:
    return item[0]


def _nature(thing_name: str, cls: type, fields: Mapping[str, object], notes: Notes) -> str:
    """Return a text for all of a class that is not a named part of it."""
    body = vars(cls)
    bases = [reference_to(base, notes) for base in cls.__bases__]
    text = f"{reference_to(type(cls), notes)} {bases} {list(fields)}"
    others = {name: form for name, form in own_annotations(cls).items() if name not in fields}
    if others:  # such as the keys of a TypedDict
        text += f" {ValueText(notes).write(others, thing_name)}"
    if isinstance(cls, EnumMeta):
        text += f" {list(cls.__members__)}"
    if "__dataclass_params__" in body:
        text += f" {body['__dataclass_params__']!r}"
    if "__attrs_props__" in body:
        props = body["__attrs_props__"]
        text += f" {ValueText(notes).write(state_of(props, type(props)), thing_name)}"
    return text


def _fields(cls: type) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield what is said about each field, with its type: converters of data go by it."""
    forms = own_annotations(cls)
    for name, facts in _facts_of_fields(cls):
        yield name, {**facts, "type": forms[name]} if name in forms else facts


def _facts_of_fields(cls: type) -> Iterator[tuple[str, dict[str, object]]]:
    body = vars(cls)
    for field in body.get("__attrs_attrs__", ()):
        yield field.name, {fact: getattr(field, fact, None) for fact in _ATTRS_FACTS}
    for name, field in body.get("__dataclass_fields__", {}).items():
        yield name, {fact: getattr(field, fact, None) for fact in _DATACLASS_FACTS}
    if issubclass(cls, tuple) and "_field_defaults" in body:
        for name in body.get("_fields", ()):
            defaults: Mapping[str, object] = body["_field_defaults"]
            yield name, {"default": defaults[name]} if name in defaults else {}


def _is_derived(
    cls: type, name: str, value: object, fields: Mapping[str, Mapping[str, object]]
) -> bool:
    """Return whether an attribute follows from the rest of the class."""
    if name in _IGNORED or type(value) in (MemberDescriptorType, GetSetDescriptorType):
        return True
    function = getattr(value, "__func__", value)
    if type(function) is FunctionType and _is_generated(cls, name, function):
        return True
    if not fields:
        return False
    if name in _FOLLOWS_FROM_FIELDS:
        return True
    if name == "__hash__" and value is None:
        return True
    if name in fields:  # the default of a field, or what gives access to it
        return issubclass(cls, tuple) or fields[name].get("default", value) is value
    return False


def _is_generated(cls: type, name: str, function: FunctionType) -> bool:
    file = function.__code__.co_filename
    module = function.__globals__.get("__name__")
    body = vars(cls)
    if "__attrs_attrs__" in body:
        return file.startswith("<attrs generated") or module == "attr._make"
    if "__dataclass_fields__" in body:
        is_theirs = file == "<string>" or module in ("dataclasses", "reprlib")
        return name in _GENERATED_BY_DATACLASSES and is_theirs
    if isinstance(cls, EnumMeta):
        return module == "enum"
    if "_field_defaults" in body:
        return module == "collections" or str(module).startswith("namedtuple_")
    return False
