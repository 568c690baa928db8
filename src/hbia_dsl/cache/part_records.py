"""Parts of classes: attrs, dataclasses, NamedTuples, TypedDicts, enums, extended built-ins.

An instance is restored as it was, field by field, as copying does: its constructor, its
converters and its validators are not run again, since the result of running them is what
was stored.
"""

import enum
import typing
from collections.abc import Callable, Mapping

import attrs

from hbia_dsl.cache.canonical_objects import EXTENDED, refusal_of
from hbia_dsl.cache.declared_fields import CachedField, cached_fields
from hbia_dsl.cache.inner_part import Inner
from hbia_dsl.cache.object_state import builtin_base
from hbia_dsl.cache.part_escapes import Escapes
from hbia_dsl.cache.value_part import (
    ESCAPE,
    Blobs,
    FindPart,
    Spelling,
    ValuePart,
    as_int,
    as_list,
    escape,
    escaped,
    kinds_of,
    refuse,
)
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable
from hbia_dsl.structuring.data_field import is_named_tuple, is_typed_dict
from hbia_dsl.structuring.opened_form import bound, evaluate
from hbia_dsl.typeforms.type_display import display


def record_part(form: object, escapes: Escapes) -> ValuePart:
    """Return the part of a class with declared fields.

    Args:
        form: A class for which `has_cached_fields` holds, or a generic one with arguments.
        escapes: How values of its subclasses are written.
    """
    cls = typing.cast(type, typing.get_origin(form) or form)
    record = _Record(form, cls, escapes.find)
    if is_typed_dict(cls):
        return _typed_dict_part(form, escapes)
    if is_named_tuple(cls) and not attrs.has(cls):
        spelling = Spelling(record.write_tuple, record.read_tuple, (list,))
        return of_class(form, cls, spelling, escapes)
    new = typing.cast(object, cls.__new__)
    if new is not object.__new__ and new is not getattr(typing.Generic, "__new__", None):
        return refuse(f"`{display(cls)}` makes its instances in a way of its own")
    reason = refusal_of(cls)
    if reason is not None:
        return refuse(reason)
    return of_class(form, cls, Spelling(record.write, record.read, (list,)), escapes)


def of_class(form: object, cls: type, spelling: Spelling, escapes: Escapes) -> ValuePart:
    """Return the part of a class: values of exactly it are spelled, others are escaped.

    Args:
        form: The form, for messages.
        cls: The class.
        spelling: How values of exactly this class are written and read.
        escapes: How values of its subclasses are written.
    """

    def write(value: object, blobs: Blobs) -> object:
        if type(value) is cls:
            return spelling.write(value, blobs)
        return escapes.write(value, blobs, cls, form)

    def read(data: object, blobs: Blobs) -> object:
        if escaped(data) is None:
            return spelling.read(data, blobs)
        value = escapes.read(data, blobs, cls)
        if isinstance(value, cls):
            return value
        raise CorruptValue("a value of another class")

    return ValuePart(write, read, kinds_of(*spelling.kinds))


@attrs.define(eq=False)
class _Record:
    form: object
    cls: type
    find: FindPart
    known: tuple[tuple[str, Inner], ...] | None = None

    def fields(self) -> tuple[tuple[str, Inner], ...]:
        """Return the fields with their parts; found out once."""
        if self.known is None:
            self.known = tuple(
                (field.name, Inner(self.find, field.form)) for field in cached_fields(self.form)
            )
        return self.known

    def write(self, value: object, blobs: Blobs) -> object:
        """Return the fields of an instance."""
        try:
            return [
                (inner.found or inner.part()).write(getattr(value, name), blobs)
                for name, inner in self.known or self.fields()
            ]
        except AttributeError:
            raise Uncacheable(f"`{display(self.cls)}` has a field without a value") from None

    def read(self, data: object, blobs: Blobs) -> object:
        """Return an instance with these fields."""
        fields = self.known or self.fields()
        items = as_list(data, len(fields))
        instance: object = object.__new__(self.cls)
        for (name, inner), item in zip(fields, items, strict=True):
            value = (inner.found or inner.part()).read(item, blobs)
            object.__setattr__(instance, name, value)
        return instance

    def write_tuple(self, value: object, blobs: Blobs) -> object:
        """Return the items of a NamedTuple."""
        items = tuple.__iter__(typing.cast("tuple[object, ...]", value))
        pairs = zip(self.known or self.fields(), items, strict=True)
        return [(inner.found or inner.part()).write(item, blobs) for (_, inner), item in pairs]

    def read_tuple(self, data: object, blobs: Blobs) -> object:
        """Return a NamedTuple of these items."""
        fields = self.known or self.fields()
        pairs = zip(fields, as_list(data, len(fields)), strict=True)
        items = [(inner.found or inner.part()).read(item, blobs) for (_, inner), item in pairs]
        return tuple.__new__(typing.cast("type[tuple[object, ...]]", self.cls), items)


@attrs.define(eq=False)
class _Keys:
    form: object
    find: FindPart
    known: Mapping[str, tuple[CachedField, Inner]] | None = None

    def fields(self) -> Mapping[str, tuple[CachedField, Inner]]:
        """Return the declared keys with their parts; found out once."""
        if self.known is None:
            fields = cached_fields(self.form)
            self.known = {field.name: (field, Inner(self.find, field.form)) for field in fields}
        return self.known

    def inner(self, name: object) -> Inner:
        """Return the part of a key."""
        found = self.fields().get(typing.cast(str, name))
        if found is None:
            raise Uncacheable(f"a key that `{display(self.form)}` does not declare")
        return found[1]

    def write(self, value: object, blobs: Blobs) -> object:
        """Return the data of a TypedDict."""
        mapping = typing.cast("dict[str, object]", value)
        if any(
            field.required and name not in mapping for name, (field, _) in self.fields().items()
        ):
            raise Uncacheable(f"a key of `{display(self.form)}` is missing")
        data = {name: self.inner(name).part().write(item, blobs) for name, item in mapping.items()}
        return escape(_LONE_KEY, data[ESCAPE]) if data.keys() == {ESCAPE} else data

    def read(self, data: object, blobs: Blobs) -> object:
        """Return a TypedDict."""
        content = escaped(data)
        entries = data if content is None else {ESCAPE: content[1]}
        fields = self.fields()
        if type(entries) is not dict or (content is not None and content[0] != _LONE_KEY):
            raise CorruptValue("a mapping was expected")
        if any(field.required and name not in entries for name, (field, _) in fields.items()):
            raise CorruptValue("a key is missing")
        return {name: fields[name][1].part().read(item, blobs) for name, item in entries.items()}


_LONE_KEY = "lone"


def _typed_dict_part(form: object, escapes: Escapes) -> ValuePart:
    keys = _Keys(form, escapes.find)

    def write(value: object, blobs: Blobs) -> object:
        if type(value) is not dict:
            raise Uncacheable(f"`{display(form)}` must be a plain dict")
        return keys.write(value, blobs)

    return ValuePart(write, keys.read, kinds_of(dict))


def enum_part(cls: type[enum.Enum], escapes: Escapes) -> ValuePart:
    """Return the part of an Enum: the name of a member, or the number of a combination.

    Args:
        cls: The Enum; without members it stands for all that derive from it.
        escapes: How members of those are written.
    """

    def write(value: object, blobs: Blobs) -> object:
        del blobs
        member = typing.cast(enum.Enum, value)
        if cls.__members__.get(member.name or "") is member:
            return member.name
        return member._value_

    def read(data: object, blobs: Blobs) -> object:
        del blobs
        if isinstance(data, str):
            return cls.__members__[data]
        if issubclass(cls, enum.Flag):
            return cls(as_int(data))
        raise CorruptValue("a member was expected")

    return of_class(cls, cls, Spelling(write, read, (str, int)), escapes)


def extension_part(form: object, escapes: Escapes) -> ValuePart | None:
    """Return the part of a class that extends a built-in one, or None if it does not.

    Args:
        form: A class, or a generic one with arguments.
        escapes: How values of its subclasses are written.
    """
    cls = typing.get_origin(form) or form
    if not isinstance(cls, type) or issubclass(cls, enum.Enum) or refusal_of(cls) is not None:
        return None
    base = builtin_base(cls)
    if base is cls or base not in EXTENDED:
        return None
    inner = Inner(escapes.find, _base_form(form, base))
    plain, _ = EXTENDED[base]
    make = _MAKERS.get(base) or _immutable_maker(base)

    def write(value: object, blobs: Blobs) -> object:
        return [inner.part().write(plain(value), blobs)]

    def read(data: object, blobs: Blobs) -> object:
        return make(cls, inner.part().read(as_list(data, 1)[0], blobs))

    return of_class(form, cls, Spelling(write, read, (list,)), escapes)


def _base_form(form: object, base: type) -> object:
    """Return the built-in form that a class extends, such as `list[User]`."""
    cls = typing.get_origin(form) or form
    if cls is base or not isinstance(cls, type):
        return form
    written: tuple[object, ...] = vars(cls).get("__orig_bases__", cls.__bases__)
    # A class such as `Users(list[T])` does not tell its parameters itself.
    parameters: tuple[object, ...] = getattr(cls, "__parameters__", ()) or tuple(
        dict.fromkeys(p for one in written for p in getattr(one, "__parameters__", ()))
    )
    bindings = dict(zip(parameters, typing.get_args(form), strict=False))
    for one in written:
        origin = typing.get_origin(one) or one
        if isinstance(origin, type) and issubclass(origin, base):
            resolved = evaluate(one, cls.__module__, {cls.__name__: cls})
            return _base_form(bound(resolved, bindings), base)
    return base


def _immutable_maker(base: type) -> Callable[[type, object], object]:
    new: Callable[[type, object], object] = base.__new__
    return new


def _make_list(cls: type, plain: object) -> object:
    made = list.__new__(typing.cast("type[list[object]]", cls))
    list.extend(made, typing.cast("list[object]", plain))
    return made


def _make_dict(cls: type, plain: object) -> object:
    made = dict.__new__(typing.cast("type[dict[object, object]]", cls))
    dict.update(made, typing.cast("dict[object, object]", plain))
    return made


def _make_set(cls: type, plain: object) -> object:
    made = set.__new__(typing.cast("type[set[object]]", cls))
    set.update(made, typing.cast("set[object]", plain))
    return made


_MAKERS: Mapping[type, Callable[[type, object], object]] = {
    list: _make_list,
    dict: _make_dict,
    set: _make_set,
}
