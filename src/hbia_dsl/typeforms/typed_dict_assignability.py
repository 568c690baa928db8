"""Whether a TypedDict may stand for another, or for a protocol.

Source: PEP 589, PEP 655 and PEP 705: field by field. A field that may be changed must
have exactly the type; a read-only one may have a subtype.
"""

from collections.abc import Mapping
from typing import Final

from hbia_dsl.typeforms.callable_assignability import Judge
from hbia_dsl.typeforms.protocol_assignability import protocol_members
from hbia_dsl.typeforms.shapes import OBJECT, InstanceShape, TypedDictShape, UnreadableShape
from hbia_dsl.typeforms.typed_dict_fields import TypedDictField, typed_dict_fields
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict, both

AS_MAPPING: Final = InstanceShape(Mapping, (InstanceShape(str), OBJECT))
"""What every TypedDict is beside itself; it is no `dict`, whose items may be deleted."""

_HAS: Final = frozenset(
    (*dir(Mapping), "copy", "setdefault", "pop", "update", "__delitem__", "__or__", "__ior__")
)
"""What checkers find on every TypedDict."""


def typed_dict_verdict(judge: Judge, source: TypedDictShape, target: TypedDictShape) -> Verdict:
    """Judge one TypedDict against another."""
    given, wanted = typed_dict_fields(source), typed_dict_fields(target)
    verdict = YES
    for name, field in wanted.items():
        verdict = both(verdict, _field(judge, given.get(name), field))
        if verdict is NO:
            break
    return verdict


def implements_as_typed_dict(protocol: type) -> Verdict:
    """Judge whether a TypedDict, whichever it is, implements a protocol of a project."""
    names = protocol_members(protocol)
    if not names:
        return YES
    return UNKNOWN if _HAS.issuperset(names) else NO


def _field(judge: Judge, given: TypedDictField | None, wanted: TypedDictField) -> Verdict:
    if given is None:
        return NO  # a subtype may hold anything under a name that is not listed
    if isinstance(wanted.shape, UnreadableShape) or isinstance(given.shape, UnreadableShape):
        return UNKNOWN  # whether it is required was not readable either
    if wanted.required and not given.required:
        return NO
    if wanted.read_only:
        return judge(given.shape, wanted.shape)
    if given.read_only or given.required != wanted.required:
        return NO
    return both(judge(given.shape, wanted.shape), judge(wanted.shape, given.shape))
