"""Whether instances of one class are instances of another, by inheritance.

Arguments are compared by the variance that each type parameter declares. On top of
inheritance come the promotions of PEP 484: `int` for `float`, `float` for `complex`.
"""

import abc
from typing import Final

from hbia_dsl.typeforms.callable_assignability import Judge
from hbia_dsl.typeforms.class_members import is_standard
from hbia_dsl.typeforms.generic_bases import (
    arguments_of,
    bases_of,
    supertype_arguments,
)
from hbia_dsl.typeforms.shapes import InstanceShape, Shape
from hbia_dsl.typeforms.standard_generics import standard_class
from hbia_dsl.typeforms.type_parameters import TypeParameter, Variance
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict, both

_PROMOTED: Final[dict[type, tuple[type, ...]]] = {float: (int,), complex: (int, float)}
"""By target: classes that may stand for it though they do not derive from it."""


def inherits(judge: Judge, source: InstanceShape, target: InstanceShape) -> Verdict | None:
    """Judge two classes of which one may derive from the other.

    Returns:
        None if the source does not derive from the target: a protocol may still be implemented.
    """
    given = supertype_arguments(source, target.cls)
    if given is None:
        promoted = _PROMOTED.get(target.cls)
        return YES if promoted and issubclass(source.cls, promoted) else None
    parameters = bases_of(target.cls).parameters
    if parameters is None:
        return _unknown_parameters(judge, given, target.args)
    if not parameters:
        return YES
    verdict = YES
    for parameter, left, right in zip(parameters, given, arguments_of(target), strict=False):
        verdict = both(verdict, _argument(judge, parameter, left, right))
        if verdict is NO:
            break
    return verdict


def may_be_registered(source: type, target: type) -> bool:
    """Whether a class of the standard library is a virtual subclass of an abstract one.

    Stubs may list the abstract class as a base. For classes of others a checker ignores
    such a registration, and for the numeric tower always.
    """
    if not is_standard(source) or not is_standard(target) or standard_class(source) is not None:
        return False
    if target.__module__ == "numbers" or not isinstance(target, abc.ABCMeta):
        return False
    return issubclass(source, target)


def _argument(judge: Judge, parameter: TypeParameter, left: Shape, right: Shape) -> Verdict:
    match parameter.variance:
        case Variance.COVARIANT:
            return judge(left, right)
        case Variance.CONTRAVARIANT:
            return judge(right, left)
        case Variance.INVARIANT:
            verdict = judge(left, right)
            return verdict if verdict is NO else both(verdict, judge(right, left))
        case Variance.INFERRED:
            forth, back = judge(left, right), judge(right, left)
            if forth is NO and back is NO:
                return NO
            return both(forth, back) if forth is not NO and back is not NO else UNKNOWN


def _unknown_parameters(
    judge: Judge, given: tuple[Shape, ...], wanted: tuple[Shape, ...]
) -> Verdict:
    """Judge arguments of a class that does not tell what its parameters are."""
    if not wanted:
        return YES
    if len(given) != len(wanted):
        return UNKNOWN
    for left, right in zip(given, wanted, strict=True):
        if judge(left, right) is not YES or judge(right, left) is not YES:
            return UNKNOWN
    return YES
