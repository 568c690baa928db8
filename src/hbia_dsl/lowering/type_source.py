"""Types as source code: the inverse of reading an annotation.

A text for a type checker must name the types of a flow's inputs as their authors did. What
was defined inside a function has no name that another module could use; then there is no
text, and whoever asked says so instead of guessing.
"""

import types
import typing
from collections import abc
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from hbia_dsl.lowering.source_names import ImportedModules, SourceName, source_name_of

ANY: Final = SourceName("typing", "Any")

Token = str | SourceName


@attrs.frozen
class TypeSource:
    """A type as pieces of source code; names are filled in when the imports are known."""

    tokens: tuple[Token, ...]

    def modules(self) -> Iterable[str]:
        """Return the modules that the text needs."""
        return (token.module for token in self.tokens if isinstance(token, SourceName))

    def text(self, imports: ImportedModules) -> str:
        """Return the text."""
        return "".join(
            imports.expression(token) if isinstance(token, SourceName) else token
            for token in self.tokens
        )


ANY_SOURCE: Final = TypeSource((ANY,))


class _UnnameableError(Exception):
    """Some part of a type has no name."""


def type_source_of(form: object, *, with_variables: bool = False) -> TypeSource | None:
    """Return a type as source code.

    Args:
        form: An annotation, resolved.
        with_variables: Whether type variables count as named: in the signature of a
            function they make it generic, elsewhere they mean nothing.

    Returns:
        None if any part of it cannot be named.
    """
    try:
        return TypeSource(tuple(_Writer(with_variables).tokens(form)))
    except _UnnameableError:
        return None


class _Writer:
    def __init__(self, with_variables: bool) -> None:  # noqa: FBT001 - as its one caller
        self._with_variables = with_variables

    def tokens(self, form: object) -> list[Token]:
        """Write one type."""
        if form is None or form is types.NoneType:
            return ["None"]
        if form is ...:
            return ["..."]
        if isinstance(form, list | tuple):  # parameters of a `Callable`
            return ["[", *self._listed(form), "]"]
        if hasattr(form, "__metadata__"):
            return self.tokens(getattr(form, "__origin__", None))
        if isinstance(form, typing.TypeVar | typing.ParamSpec | typing.TypeVarTuple):
            return [_named(form, form.__name__)] if self._with_variables else _refuse()
        arguments = getattr(form, "__args__", None)
        if isinstance(form, types.UnionType):
            return self._joined(form.__args__)
        if isinstance(arguments, tuple) and not isinstance(form, type):
            return self._parameterised(form, arguments)
        return [_plain(form)]

    def _parameterised(self, form: object, arguments: tuple[object, ...]) -> list[Token]:
        origin = getattr(form, "__origin__", None)
        if origin is typing.Union:
            return self._joined(arguments)
        star: list[Token] = ["*"] if getattr(form, "__unpacked__", False) else []
        head: list[Token] = [*star, _plain(origin), "["]
        if origin is typing.Literal:
            return [*head, *_separated([_literal(value) for value in arguments]), "]"]
        if origin is abc.Callable and arguments:
            *parameters, returns = arguments
            given = self._parameters(parameters)
            return [*head, *given, ", ", *self.tokens(returns), "]"]
        if not arguments:
            return [*head, "()", "]"]
        return [*head, *self._listed(arguments), "]"]

    def _parameters(self, parameters: list[object]) -> list[Token]:
        if len(parameters) == 1:
            only = parameters[0]
            concatenated = getattr(only, "__origin__", None) is typing.Concatenate
            if only is ... or concatenated or isinstance(only, typing.ParamSpec):
                return self.tokens(only)
        return ["[", *self._listed(parameters), "]"]

    def _joined(self, forms: Iterable[object]) -> list[Token]:
        return _separated([self.tokens(form) for form in forms], " | ")

    def _listed(self, forms: Iterable[object]) -> list[Token]:
        return _separated([self.tokens(form) for form in forms])


def _separated(parts: Sequence[list[Token]], separator: str = ", ") -> list[Token]:
    found: list[Token] = []
    for part in parts:
        found += [separator, *part] if found else part
    return found


def _literal(value: object) -> list[Token]:
    name = getattr(value, "_name_", None)
    if isinstance(name, str):  # a member of an enumeration
        return [_plain(type(value)), f".{name}"]
    if value is None or isinstance(value, str | bytes | int):
        return [ascii(value)]
    return _refuse()


def _plain(form: object) -> SourceName:
    """Name a class, a `NewType`, an alias made with `type`, or a special form."""
    if isinstance(form, type):
        # What C code defines says that it is a builtin, and `types` has its name.
        found = source_name_of(form, (types.__name__,))
        return _refuse() if found is None else found
    origin = getattr(form, "__origin__", None)
    if isinstance(origin, type):  # `typing.List` without arguments
        return _plain(origin)
    name = getattr(form, "__name__", None) or getattr(form, "_name", None)
    return _named(form, name) if isinstance(name, str) else _refuse()


def _named(form: object, name: str) -> SourceName:
    """Name what is no class, if the module that it says it is from has it."""
    module = getattr(form, "__module__", None)
    for home in (module, "typing", "typing_extensions"):
        if isinstance(home, str):
            found = source_name_of(form, (home,))
            if found is not None and found.path.rpartition(".")[2] == name:
                return found
    return _refuse()


def _refuse() -> typing.NoReturn:
    raise _UnnameableError
