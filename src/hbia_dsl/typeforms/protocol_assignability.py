"""Whether a class implements a protocol: member by member.

Rules of the typing specification as mypy reads them: names of positional parameters do
not matter except in `__call__`, an attribute that may be set must have exactly the type,
a class variable stays one.
"""

from typing import Final, Self

from hbia_dsl.typeforms.annotation_text import own_annotations
from hbia_dsl.typeforms.bounded_memo import BoundedMemo
from hbia_dsl.typeforms.callable_assignability import Judge, callable_verdict
from hbia_dsl.typeforms.class_members import ABSENT, UNCLEAR, Found, Member, member_of
from hbia_dsl.typeforms.generic_bases import bases_of, filling_of
from hbia_dsl.typeforms.shape_substitution import substitute
from hbia_dsl.typeforms.shapes import (
    CallableShape,
    InstanceShape,
    Shape,
    UnionShape,
)
from hbia_dsl.typeforms.standard_generics import STANDARD_MEMBERS, STANDARD_PROTOCOLS
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict, both

_NOT_MEMBERS: Final = frozenset((
    "__abstractmethods__", "__annotate__", "__annotate_func__", "__annotations__",
    "__annotations_cache__", "__callable_proto_members_only__", "__class_getitem__",
    "__conditional_annotations__", "__dict__", "__doc__", "__firstlineno__", "__init__",
    "__module__", "__new__", "__non_callable_proto_members__", "__orig_bases__",
    "__parameters__", "__protocol_attrs__", "__qualname__", "__slots__",
    "__static_attributes__", "__subclasshook__", "__type_params__", "__weakref__",
    "_abc_impl", "_is_protocol", "_is_runtime_protocol",
))  # fmt: skip

_NONE_HAS: Final = frozenset(("__hash__", "__str__"))
"""The members that mypy grants to None."""

_names: Final[BoundedMemo[type, tuple[str, ...]]] = BoundedMemo()


def is_protocol(cls: type) -> bool:
    """Whether type checkers take a class for a protocol."""
    return cls in STANDARD_PROTOCOLS or vars(cls).get("_is_protocol") is True


def protocol_members(cls: type) -> tuple[str, ...]:
    """Return the names that a class must have to implement a protocol."""
    known = _names.get(cls)
    if known is None:
        found = {name for owner in bases_of(cls).arguments for name in _own_members(owner)}
        known = _names.keep(cls, tuple(sorted(found)))
    return known


def implements(
    judge: Judge, source: InstanceShape, target: InstanceShape, *, besides: str | None = None
) -> Verdict:
    """Judge whether instances of a class implement a protocol that it does not derive from.

    Args:
        judge: Judges types of members; it takes `source` for an implementation meanwhile, so
            that a protocol may speak of itself.
        source: Instances of a class.
        target: The protocol.
        besides: A member that was judged already.
    """
    names = [name for name in protocol_members(target.cls) if name != besides]
    if is_protocol(source.cls) and not set(names) <= set(protocol_members(source.cls)):
        return NO  # what every object has does not count for protocols
    verdict = YES
    for name in names:
        given = member_of(source.cls, name)
        if given is ABSENT:
            return NO
        wanted = member_of(target.cls, name)
        if isinstance(given, Member) and isinstance(wanted, Member):
            given_shape = _bound(given, source, source)
            wanted_shape = _bound(wanted, target, source)
            fits = _type_fits(judge, given_shape, wanted_shape, is_call=name == "__call__")
            if wanted.settable and fits is not NO:
                fits = both(fits, judge(wanted_shape, given_shape))
            verdict = both(verdict, fits if _way_fits(given, wanted) else NO)
        else:
            verdict = both(verdict, UNKNOWN)
        if verdict is NO:
            break
    return verdict


def none_implements(target: InstanceShape) -> Verdict:
    """Judge whether None implements a protocol."""
    return YES if _NONE_HAS.issuperset(protocol_members(target.cls)) else NO


def call_of(shape: InstanceShape) -> Found | CallableShape:
    """Return how instances of a class can be called."""
    found = member_of(shape.cls, "__call__")
    if not isinstance(found, Member):
        return found
    bound = _bound(found, shape, shape)
    return bound if found.is_method and isinstance(bound, CallableShape) else UNCLEAR


def _own_members(owner: type) -> set[str]:
    if owner in STANDARD_PROTOCOLS:
        return set(STANDARD_MEMBERS.get(owner, ()))
    if not is_protocol(owner) or owner.__qualname__ in ("Protocol", "Generic"):
        return set()
    body = {*vars(owner), *own_annotations(owner)} - _NOT_MEMBERS
    # `__eq__` without `__hash__` sets it to None at run time only.
    return body - {"__hash__"} if vars(owner).get("__hash__", 0) is None else body


def _bound(member: Member, shape: InstanceShape, self_shape: Shape) -> Shape:
    filling = filling_of(shape, member.owner)
    filling[Self] = self_shape
    return substitute(member.shape, filling)


def _type_fits(judge: Judge, given: Shape, wanted: Shape, *, is_call: bool) -> Verdict:
    if _is_descriptor(given) or _is_descriptor(wanted):
        return UNKNOWN  # reading the attribute yields something else
    if isinstance(given, CallableShape) and isinstance(wanted, CallableShape):
        return callable_verdict(judge, given, wanted, names_count=is_call)
    return judge(given, wanted)


def _is_descriptor(shape: Shape) -> bool:
    items = shape.items if isinstance(shape, UnionShape) else (shape,)
    return any(isinstance(item, InstanceShape) and hasattr(item.cls, "__get__") for item in items)


def _way_fits(given: Member, wanted: Member) -> bool:
    """Whether a member can be used in all the ways that the protocol promises."""
    if wanted.is_unbound and not given.is_unbound:
        return False
    if wanted.settable:
        return given.settable and given.class_variable == wanted.class_variable
    return given.class_variable or not wanted.class_variable
