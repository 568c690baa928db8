"""Instances of attrs classes, dataclasses, TypedDicts and NamedTuples out of mappings."""

import typing
from collections.abc import Mapping

import attrs

from hbia_dsl.structuring.construction_fault import construction_problems
from hbia_dsl.structuring.container_reading import read_items
from hbia_dsl.structuring.data_field import (
    DataField,
    FindRead,
    Read,
    data_fields,
    is_named_tuple,
    is_typed_dict,
    read_fields,
)
from hbia_dsl.structuring.data_problem import (
    RefusedDataError,
    kind_text,
    refused,
)
from hbia_dsl.structuring.declared_text import declared_text


def class_reader(form: object, find: FindRead) -> Read:
    """Return the reader of a class with fields.

    An instance passes as it is. The fields are resolved when the first data come, so a
    class may contain itself.

    Args:
        form: A class with fields, or a generic one with arguments.
        find: Finds the readers of the fields.
    """
    cls = typing.cast(type, typing.get_origin(form) or form)
    plan = _Plan(form, cls, declared_text(form), find)
    if is_typed_dict(cls):
        return plan.read_dict
    return plan.read_named_tuple if is_named_tuple(cls) else plan.read_object


@attrs.define(eq=False)
class _Plan:
    form: object
    cls: type
    text: str
    find: FindRead
    known: Mapping[str, tuple[DataField, Read]] | None = None

    def fields(self) -> Mapping[str, tuple[DataField, Read]]:
        """Return the fields with their readers; found out once."""
        if self.known is None:
            fields = data_fields(self.form)
            self.known = {field.key: (field, self.find(field.form)) for field in fields}
        return self.known

    def read_object(self, value: object) -> object:
        """Read an instance of an attrs class or a dataclass."""
        if isinstance(value, self.cls):
            return value
        values = read_fields(value, self.fields(), self.text)
        return self.construct(values, typing.cast(Mapping[str, object], value))

    def construct(self, values: Mapping[str, object], data: Mapping[str, object]) -> object:
        """Call the class; what its own code refuses is told field by field."""
        try:
            return self.cls(**values)
        except RecursionError:
            raise
        except Exception as error:  # noqa: BLE001 - code of the class: whatever it raises
            problems = construction_problems(self.cls, values, data, error)
        raise RefusedDataError(problems)

    def read_dict(self, value: object) -> object:
        """Read a TypedDict, which is a plain dict."""
        return read_fields(value, self.fields(), self.text)

    def read_named_tuple(self, value: object) -> object:
        """Read a NamedTuple, from a mapping or from a list in the order of the fields."""
        if isinstance(value, self.cls):
            return value
        fields = self.fields()
        if not isinstance(value, list | tuple):
            whole = f"{self.text} as a list or a mapping"
            if not isinstance(value, Mapping):
                found = kind_text(value)
                raise refused(f"expected {whole}, found {found}", self.text, found)
            return self.construct(read_fields(value, fields, self.text), value)
        least = sum(field.required for field, _ in fields.values())
        if not least <= len(value) <= len(fields):
            count = str(least) if least == len(fields) else f"{least} to {len(fields)}"
            message = f"expected {count} items, found {len(value)}"
            raise refused(message, self.text, kind_text(value))
        readers = [read for _, read in fields.values()]
        values = dict(zip(fields, read_items(readers, value), strict=False))
        return self.construct(values, values)
