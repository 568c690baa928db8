"""Parts of forms that do not say what their values are: `object`, protocols, plain classes."""

import types
import typing
from collections.abc import Callable

from hbia_dsl.cache.inner_part import Inner
from hbia_dsl.cache.part_escapes import Escapes, refusal_reason
from hbia_dsl.cache.part_mappings import PAIRS, mapping_spelling
from hbia_dsl.cache.value_part import Blobs, Spelling, ValuePart, as_list, escaped, kinds_of
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable
from hbia_dsl.typeforms.value_check import compile_check

_NATIVE = frozenset((types.NoneType, bool, int, float, str))


def anything_part(form: object, escapes: Escapes) -> ValuePart:
    """Return the part of `object` and `Any`: built-in data, by the classes of the values.

    Args:
        form: The form, for messages.
        escapes: How values are written that JSON does not have.
    """
    inner = Inner(escapes.find, typing.Any)
    mapping = typing.cast(Spelling, mapping_spelling(dict, inner, inner))
    number = Inner(escapes.find, float)

    def write(value: object, blobs: Blobs) -> object:
        cls = type(value)
        if cls in _NATIVE:
            return number.part().write(value, blobs) if blobs.careful and cls in _NUMBERS else value
        if cls is list:
            return inner.write_all(typing.cast("list[object]", value), blobs)
        if cls is dict:
            return mapping.write(value, blobs)
        return escapes.write(value, blobs, None, form)

    def read(data: object, blobs: Blobs) -> object:
        cls = type(data)
        if cls in _NATIVE:
            return data
        if cls is list:
            return inner.read_all(as_list(data), blobs)
        content = escaped(data)
        if content is None or content[0] == PAIRS:
            return mapping.read(data, blobs)
        return escapes.read(data, blobs, None)

    return ValuePart(write, read, kinds_of(*_NATIVE, list, dict), _NATIVE)


_NUMBERS = frozenset((int, float))


def class_part(form: object, escapes: Escapes) -> ValuePart:
    """Return the part of a class without declared fields: values say by a tag what they are.

    Args:
        form: The form: an abstract class, a Protocol, a class of arrays.
        escapes: How values are written.
    """
    cls = typing.get_origin(form) or form
    bound = cls if isinstance(cls, type) else None
    is_accepted = _acceptance(form)

    def write(value: object, blobs: Blobs) -> object:
        if bound is None:
            raise Uncacheable(refusal_reason(type(value), None, form))
        return escapes.write(value, blobs, bound, form)

    def read(data: object, blobs: Blobs) -> object:
        value = escapes.read(data, blobs, bound)
        if is_accepted(value):
            return value
        raise CorruptValue("a value of another class")

    return ValuePart(write, read, kinds_of())


def _acceptance(form: object) -> Callable[[object], bool]:
    check = compile_check(form)

    def nothing(value: object) -> bool:
        del value
        return False

    return nothing if check is None else check.accepts
