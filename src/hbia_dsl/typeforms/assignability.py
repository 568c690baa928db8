"""May a value whose declared type is A feed a parameter annotated B?

The judgement follows mypy, so that what wiring accepts is what a type checker accepts.
It has three answers: where run-time objects show too little (type variables, overloads,
names that do not resolve) it says so instead of guessing.

Source: PEP 484, 544, 586, 589 and the typing specification, "Type system concepts".
"""

import enum
from collections import abc
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Final, cast

from hbia_dsl.typeforms.bounded_memo import BoundedMemo
from hbia_dsl.typeforms.callable_assignability import callable_verdict
from hbia_dsl.typeforms.class_assignability import inherits, may_be_registered
from hbia_dsl.typeforms.class_members import ABSENT
from hbia_dsl.typeforms.generic_bases import (
    bases_of,
    supertype_arguments,
    tuple_items_of,
    tuple_join,
)
from hbia_dsl.typeforms.metaclass_assignability import class_object_verdict, metaclass_verdict
from hbia_dsl.typeforms.protocol_assignability import (
    call_of,
    implements,
    is_protocol,
    none_implements,
    protocol_members,
)
from hbia_dsl.typeforms.shape_reading import (
    alias_definition,
    is_closed,
    read_shape,
    variable_limits,
)
from hbia_dsl.typeforms.shapes import (
    ANY,
    AliasShape,
    AnyShape,
    CallableShape,
    InstanceShape,
    LiteralShape,
    NeverShape,
    NewTypeShape,
    NoneShape,
    Shape,
    TupleShape,
    TypedDictShape,
    TypeShape,
    TypeVarShape,
    UnionShape,
    UnreadableShape,
)
from hbia_dsl.typeforms.standard_generics import STANDARD_PROTOCOLS
from hbia_dsl.typeforms.typed_dict_assignability import (
    AS_MAPPING,
    implements_as_typed_dict,
    typed_dict_verdict,
)
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict, both

__all__ = ["Verdict", "is_assignable"]

_DEEPEST: Final = 3
"""Questions about one protocol inside each other; after that mypy takes the answer for a yes."""

_memo: Final[BoundedMemo[tuple[object, object], Verdict]] = BoundedMemo()
"""Answers by annotation; hashing some, such as a `Literal`, takes longer than many answers."""

_seen: Final[BoundedMemo[tuple[int, int], tuple[object, object, Verdict]]] = BoundedMemo()
"""Answers by identity; the objects are kept with them, so that no id is given to another."""


def is_assignable(source: object, target: object) -> Verdict:
    """Judge whether a value declared as `source` may feed a parameter annotated `target`.

    Args:
        source: An annotation; text in it is not looked up (see `read_hints`).
        target: Another.

    Returns:
        YES and NO are mypy's answers; UNKNOWN if run-time objects do not tell.
    """
    seen = _seen.get((id(source), id(target)))
    if seen is not None:
        return seen[2]
    try:
        verdict = _memo.get((source, target))
    except TypeError:  # an annotation that cannot be hashed
        return judge_shapes(read_shape(source), read_shape(target))
    if verdict is None:
        verdict = judge_shapes(read_shape(source), read_shape(target))
        if verdict is UNKNOWN:
            return verdict  # what cannot be told today may be told once its names exist
        _memo.keep((source, target), verdict)
    _seen.keep((id(source), id(target)), (source, target, verdict))
    return verdict


def judge_shapes(source: Shape, target: Shape) -> Verdict:
    """Judge two annotations that were read already."""
    return _Judgement().judge(source, target)


class _Judgement:
    """One question, with what is assumed while it is being answered.

    Recursive aliases and protocols ask their own question again on the way; it is then
    taken for a yes, which makes the answer the greatest fixed point.
    """

    __slots__ = ("_assumed",)

    def __init__(self) -> None:
        self._assumed: list[tuple[Shape, Shape]] = []

    def judge(self, source: Shape, target: Shape) -> Verdict:
        """Judge under the current assumptions."""
        given, wanted = type(source), type(target)
        if wanted is AnyShape or given is AnyShape or given is NeverShape:
            return YES
        if isinstance(target, InstanceShape) and target.cls is object:
            return YES
        if isinstance(source, UnionShape):
            return self._each(source, target)
        if isinstance(source, UnreadableShape) or isinstance(target, UnreadableShape):
            return YES if _are_the_same(source, target) else UNKNOWN
        if isinstance(source, AliasShape) or isinstance(target, AliasShape):
            return self.assuming(source, target, self._unfolded)
        if isinstance(target, UnionShape):
            return self._some(source, target)
        if isinstance(target, TypeVarShape):
            return self._into_variable(source, target)
        if wanted is NeverShape:
            return NO
        return _RULES[given](self, source, target)

    def assuming(
        self, source: Shape, target: Shape, judge: "Callable[[Shape, Shape], Verdict]"
    ) -> Verdict:
        """Judge while the same question, asked again inside, counts as answered with yes."""
        question = (source, target)
        if question in self._assumed:
            return YES
        if len(self._assumed) >= _DEEPEST and self._is_growing(target):
            return YES
        self._assumed.append(question)
        try:
            return judge(source, target)
        finally:
            self._assumed.pop()

    def _is_growing(self, target: Shape) -> bool:
        """Whether a protocol speaks of ever larger types of itself, as `Grows[list[T]]` does."""
        cls = getattr(target, "cls", None)
        asked = [wanted for _, wanted in self._assumed if getattr(wanted, "cls", None) is cls]
        return len(asked) >= _DEEPEST

    def _unfolded(self, source: Shape, target: Shape) -> Verdict:
        if isinstance(source, AliasShape):
            source = alias_definition(source)
        if isinstance(target, AliasShape):
            target = alias_definition(target)
        return self.judge(source, target)

    def _each(self, source: UnionShape, target: Shape) -> Verdict:
        verdict = YES
        for item in source.items:
            verdict = both(verdict, self.judge(item, target))
            if verdict is NO:
                break
        return verdict

    def _some(self, source: Shape, target: UnionShape) -> Verdict:
        verdict = NO
        for item in target.items:
            answer = self.judge(source, item)
            if answer is YES:
                return YES
            if answer is UNKNOWN:
                verdict = UNKNOWN
        if isinstance(source, InstanceShape) and _lists_all_values(source.cls, target):
            return YES
        if isinstance(source, TypeVarShape):  # its limits may fit different items
            return self.of_variable(source, target)
        return verdict

    def _into_variable(self, source: Shape, target: TypeVarShape) -> Verdict:
        limits = variable_limits(target)
        if not limits or isinstance(source, TypeVarShape):
            return UNKNOWN
        # No solution can be had outside the limits; inside, it depends on the other arguments.
        outside = all(self.judge(source, limit) is NO for limit in limits)
        return NO if outside else UNKNOWN

    def of_variable(self, source: TypeVarShape, target: Shape) -> Verdict:
        """Judge a type variable: whatever it stands for is within its limits."""
        limits = variable_limits(source)
        inside = bool(limits) and all(self.judge(limit, target) is YES for limit in limits)
        return YES if inside else UNKNOWN

    def of_none(self, source: NoneShape, target: Shape) -> Verdict:
        """Judge None."""
        if source == target:
            return YES
        if isinstance(target, InstanceShape) and is_protocol(target.cls):
            return none_implements(target)
        return NO

    def of_newtype(self, source: NewTypeShape, target: Shape) -> Verdict:
        """Judge a NewType: itself, and all that its supertype is."""
        if isinstance(target, NewTypeShape) and target.newtype is source.newtype:
            return YES
        return self.judge(source.supertype, target)

    def of_literal(self, source: LiteralShape, target: Shape) -> Verdict:
        """Judge a literal: the same value, or all that its class is."""
        if isinstance(target, LiteralShape):
            return YES if source == target else NO
        return self.judge(source.base, target)

    def of_instance(self, source: InstanceShape, target: Shape) -> Verdict:
        """Judge instances of a class."""
        if bases_of(source.cls).derives_from_any:
            return NO if isinstance(target, NoneShape) else YES
        items = tuple_items_of(source)
        if items is not None and _is_seen_as_tuple(target):
            return self.of_tuple(TupleShape(items), target)
        match target:
            case InstanceShape():
                return self._instances(source, target)
            case CallableShape():
                return self._call(source, target)
            case TupleShape():
                given = supertype_arguments(source, tuple)
                return YES if given == (ANY,) else NO  # the length is not known otherwise
            case TypeShape(item=item):
                return metaclass_verdict(source.cls, item)
            case _:
                return NO

    def _instances(self, source: InstanceShape, target: InstanceShape) -> Verdict:
        verdict = inherits(self.judge, source, target)
        if verdict is not None:
            return verdict
        if is_protocol(target.cls):
            return self.assuming(source, target, self._implements)
        return UNKNOWN if may_be_registered(source.cls, target.cls) else NO

    def _implements(self, source: Shape, target: Shape) -> Verdict:
        return implements(self.judge, cast(InstanceShape, source), cast(InstanceShape, target))

    def _call(self, source: InstanceShape, target: CallableShape) -> Verdict:
        if source.cls is type:
            return YES  # calling any class yields anything
        call = call_of(source)
        if isinstance(call, CallableShape):
            return callable_verdict(self.judge, call, target)
        return NO if call is ABSENT else UNKNOWN

    def of_tuple(self, source: TupleShape, target: Shape) -> Verdict:
        """Judge a tuple of known length."""
        match target:
            case TupleShape(items=wanted) if len(wanted) == len(source.items):
                return self._pairs(source.items, wanted)
            case InstanceShape(cls=cls) if cls in _OF_ITEMS:
                item = target.args[0] if target.args else ANY
                return self._pairs(source.items, (item,) * len(source.items))
            case InstanceShape():
                seen = InstanceShape(tuple, (tuple_join(source.items),))
                return self._instances(seen, target)
            case _:
                return NO

    def _pairs(self, given: tuple[Shape, ...], wanted: tuple[Shape, ...]) -> Verdict:
        verdict = YES
        for left, right in zip(given, wanted, strict=True):
            verdict = both(verdict, self.judge(left, right))
            if verdict is NO:
                break
        return verdict

    def of_typed_dict(self, source: TypedDictShape, target: Shape) -> Verdict:
        """Judge a TypedDict: by its fields, or as a `Mapping[str, object]`."""
        if isinstance(target, TypedDictShape):
            return self.assuming(source, target, self._typed_dicts)
        if not isinstance(target, InstanceShape):
            return NO
        if is_protocol(target.cls) and target.cls not in STANDARD_PROTOCOLS:
            return implements_as_typed_dict(target.cls)
        return self._instances(AS_MAPPING, target)

    def _typed_dicts(self, source: Shape, target: Shape) -> Verdict:
        given, wanted = cast(TypedDictShape, source), cast(TypedDictShape, target)
        return typed_dict_verdict(self.judge, given, wanted)

    def of_type(self, source: TypeShape, target: Shape) -> Verdict:
        """Judge a class object."""
        match target:
            case TypeShape(item=wanted):
                return self.judge(source.item, wanted)
            case CallableShape(returns=wanted):
                return self.judge(source.item, wanted)  # constructors are not looked at
            case InstanceShape():
                return class_object_verdict(source.item, target)
            case _:
                return NO

    def of_callable(self, source: CallableShape, target: Shape) -> Verdict:
        """Judge a callable."""
        if isinstance(target, CallableShape):
            return callable_verdict(self.judge, source, target)
        if not isinstance(target, InstanceShape):
            return NO
        if not is_protocol(target.cls):
            return UNKNOWN if target.cls is FunctionType else NO
        verdict = implements(self.judge, InstanceShape(FunctionType), target, besides="__call__")
        if verdict is NO or "__call__" not in protocol_members(target.cls):
            return verdict
        call = call_of(target)
        if not isinstance(call, CallableShape):
            return UNKNOWN
        return both(verdict, callable_verdict(self.judge, source, call))


def _are_the_same(source: Shape, target: Shape) -> bool:
    """Whether two forms that are not understood are one and the same all the same."""
    if not isinstance(source, UnreadableShape) or not isinstance(target, UnreadableShape):
        return False
    return source.form == target.form and is_closed(source.form)


def _lists_all_values(cls: type, target: UnionShape) -> bool:
    """Whether a union of literals has every value of `bool` or of an enumeration."""
    if cls is bool:
        values: set[object] = {True, False}
    elif issubclass(cls, enum.Enum):
        values = set(cls)
    else:
        return False
    listed = {s.value for s in target.items if isinstance(s, LiteralShape) and s.base.cls is cls}
    return bool(values) and values <= listed


def _is_seen_as_tuple(target: Shape) -> bool:
    """Whether a tuple's items, rather than its class, decide about a target."""
    return isinstance(target, TupleShape) or (
        isinstance(target, InstanceShape) and target.cls in _OF_ITEMS
    )


_OF_ITEMS: Final = frozenset((tuple, abc.Iterable, abc.Container, abc.Sequence, abc.Reversible))
"""Targets for which mypy looks at each item of a tuple instead of joining them."""

_Rule = Callable[[_Judgement, Shape, Shape], Verdict]
_RULES: Final = cast(
    Mapping[type, _Rule],
    {
        NoneShape: _Judgement.of_none,
        NewTypeShape: _Judgement.of_newtype,
        LiteralShape: _Judgement.of_literal,
        InstanceShape: _Judgement.of_instance,
        TupleShape: _Judgement.of_tuple,
        TypedDictShape: _Judgement.of_typed_dict,
        TypeShape: _Judgement.of_type,
        CallableShape: _Judgement.of_callable,
        TypeVarShape: _Judgement.of_variable,
    },
)
"""What decides, by the kind of the source."""
