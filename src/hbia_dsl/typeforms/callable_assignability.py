"""Whether a callable may stand for another: parameters may take more, the result be less.

Source: PEP 484 and the typing specification, "Assignability rules for callables"; where
they leave room, the order of checks is mypy's.
"""

from collections.abc import Callable

import attrs

from hbia_dsl.typeforms.shapes import (
    AnyShape,
    CallableShape,
    ParameterKind,
    ParameterShape,
    Shape,
)
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict, both

Judge = Callable[[Shape, Shape], Verdict]
"""Judges a source and a target, under whatever is assumed so far."""

_POSITIONAL = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD)


@attrs.frozen
class _Argument:
    """One argument that a signature takes, by name, by position or either."""

    name: str | None
    position: int | None
    shape: Shape
    required: bool


class _Signature:
    """The parameters of a callable, ready to be asked by name and by position."""

    def __init__(self, parameters: tuple[ParameterShape, ...]) -> None:
        self.star: Shape | None = None
        self.star_star: Shape | None = None
        self.arguments: list[_Argument] = []
        self.positional: list[_Argument] = []
        self.by_name: dict[str, _Argument] = {}
        for position, parameter in enumerate(parameters):
            if parameter.kind is ParameterKind.VAR_POSITIONAL:
                self.star = parameter.shape
            elif parameter.kind is ParameterKind.VAR_KEYWORD:
                self.star_star = parameter.shape
            else:
                self._add(parameter, position)

    def _add(self, parameter: ParameterShape, position: int) -> None:
        is_positional = parameter.kind in _POSITIONAL
        argument = _Argument(
            parameter.name,
            position if is_positional else None,
            parameter.shape,
            parameter.required,
        )
        self.arguments.append(argument)
        if is_positional:
            self.positional.append(argument)
        if parameter.name is not None:
            self.by_name[parameter.name] = argument

    @property
    def takes_anything(self) -> bool:
        """Whether it ends with `*args: Any, **kwargs: Any`."""
        return isinstance(self.star, AnyShape) and isinstance(self.star_star, AnyShape)

    def named(self, name: str | None) -> _Argument | None:
        """Return what takes an argument of that name."""
        if name is None:
            return None
        found = self.by_name.get(name)
        if found is None and self.star_star is not None:
            return _Argument(name, None, self.star_star, required=False)
        return found

    def at(self, position: int | None) -> _Argument | None:
        """Return what takes the argument at that position."""
        if position is None:
            return None
        if position < len(self.positional):
            return self.positional[position]
        if self.star is not None:
            return _Argument(None, position, self.star, required=False)
        return None


def callable_verdict(
    judge: Judge, source: CallableShape, target: CallableShape, *, names_count: bool = True
) -> Verdict:
    """Judge whether `source` may stand for `target`.

    Args:
        judge: Judges types of parameters and results.
        source: The callable that is given.
        target: The callable that is wanted.
        names_count: Whether names of positional parameters must agree.
    """
    verdict = judge(source.returns, target.returns)
    if verdict is NO or target.parameters is None:
        return verdict
    if not (source.readable and target.readable):
        return UNKNOWN
    if source.parameters is None:
        return verdict
    comparison = _Comparison(
        judge,
        _Signature(source.parameters),
        _Signature(target.parameters),
        names_count=names_count and source.typed and target.typed,
    )
    return both(verdict, comparison.verdict())


@attrs.frozen
class _Comparison:
    """Two signatures, and how strictly they are compared."""

    judge: Judge
    given: _Signature
    wanted: _Signature
    names_count: bool

    def verdict(self) -> Verdict:
        """Judge parameters, from all that the target can be called with."""
        if self.wanted.takes_anything and not self.wanted.arguments:
            return YES
        verdict = YES
        for check in (
            self._stars,
            self._arguments,
            self._further_positional,
            self._further_named,
            self._required,
        ):
            verdict = both(verdict, check())
            if verdict is NO:
                break
        return verdict

    def _stars(self) -> Verdict:
        """Judge `*args` and `**kwargs` against each other."""
        given, wanted = self.given, self.wanted
        verdict = YES
        if wanted.star is not None and not self._only_positional_matters():
            verdict = self._star(given.star, wanted.star)
        if wanted.star_star is not None:
            verdict = both(verdict, self._star(given.star_star, wanted.star_star))
        return verdict

    def _star(self, given: Shape | None, wanted: Shape) -> Verdict:
        if given is None:
            return YES if self.wanted.takes_anything else NO
        return self.judge(wanted, given)

    def _only_positional_matters(self) -> bool:
        """Whether `*args: Any` of the target takes all arguments, which are positional."""
        given, wanted = self.given, self.wanted
        return (
            isinstance(wanted.star, AnyShape)
            and wanted.star_star is None
            and len(wanted.arguments) == len(wanted.positional)
            and given.star_star is None
            and len(given.arguments) == len(given.positional)
        )

    def _arguments(self) -> Verdict:
        """Judge what takes each argument that the target can be called with."""
        verdict = YES
        for argument in self.wanted.arguments:
            by_name = self.given.named(argument.name)
            by_position = self.given.at(argument.position)
            taker = by_name or by_position
            if taker is None:
                return NO
            if by_name is not None and by_position is not None and _are_one(by_name, by_position):
                # `*args` and `**kwargs` together take it either way.
                verdict = both(verdict, self.judge(argument.shape, by_position.shape))
                taker = attrs.evolve(by_name, position=by_position.position)
            verdict = both(verdict, self._takes(taker, argument))
            if verdict is NO:
                break
        return verdict

    def _takes(self, given: _Argument, wanted: _Argument) -> Verdict:
        is_named_otherwise = wanted.name is not None and given.name != wanted.name
        if is_named_otherwise and (self.names_count or wanted.position is None):
            return NO
        if wanted.position is not None and given.position != wanted.position:
            return NO
        if given.required and not wanted.required:
            return NO
        return self.judge(wanted.shape, given.shape)

    def _further_positional(self) -> Verdict:
        """Judge further positional parameters of the source against `*args` of the target."""
        wanted = self.wanted
        if wanted.star is None or wanted.takes_anything or self._only_positional_matters():
            return YES
        verdict = YES
        rest = _Argument(None, None, wanted.star, required=False)
        for argument in self.given.positional[len(wanted.positional) :]:
            verdict = both(verdict, self._takes(argument, rest))
        return verdict

    def _further_named(self) -> Verdict:
        """Judge further named parameters of the source against `**kwargs` of the target."""
        wanted = self.wanted
        if wanted.star_star is None or wanted.takes_anything:
            return YES
        verdict = YES
        rest = _Argument(None, None, wanted.star_star, required=False)
        for name, argument in self.given.by_name.items():
            if name not in wanted.by_name:
                verdict = both(verdict, self._takes(argument, rest))
        return verdict

    def _required(self) -> Verdict:
        """Judge that the source asks for nothing that the target need not be given."""
        wanted = self.wanted
        if wanted.takes_anything:
            return YES
        for argument in self.given.arguments:
            found = {wanted.named(argument.name), wanted.at(argument.position)} - {None}
            if argument.required and not found:
                return NO
            if len(found) > 1 and any(other.required for other in found if other):
                return NO  # one parameter of the source would be given two arguments
        return YES


def _are_one(by_name: _Argument, by_position: _Argument) -> bool:
    optional = not (by_name.required or by_position.required)
    return optional and by_position.name is None and by_name.position is None
