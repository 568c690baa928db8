"""Annotations written as text, and text inside annotations, turned into what they name.

Under `from __future__ import annotations` every annotation is text, and `list["User"]`
holds text in any module. Names are looked up by Python's own rule. A name that cannot be
found (imported for the type checker alone, or defined later) spoils its own annotation
and no other.
"""

import functools
import importlib
import operator
import sys
import types
import typing
from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Annotated, ForwardRef, Literal

import attrs


@attrs.frozen
class Namespace:
    """Where the names of an annotation are looked up: locals win over globals."""

    globalns: dict[str, object]
    localns: Mapping[str, object] | None = None


class UnresolvedTextError(Exception):
    """Text in an annotation names nothing."""

    def __init__(self, text: str, missing_name: str | None) -> None:
        super().__init__(text, missing_name)
        self.text = text
        """The annotation, or the part of it that is text."""
        self.missing_name = missing_name
        """The name that was not found; None if the text failed in another way."""


def holds_text(form: object) -> bool:
    """Whether an annotation is text or has text inside."""
    if isinstance(form, str | ForwardRef):
        return True
    if isinstance(form, type) or form is None:
        return False
    if isinstance(form, list | tuple):  # parameters of a `Callable` or of a `ParamSpec`
        return any(map(holds_text, form))
    arguments = getattr(form, "__args__", None)
    if not isinstance(arguments, tuple) or getattr(form, "__origin__", None) is Literal:
        return False
    return any(map(holds_text, arguments))


def resolve_text(form: object, names: Namespace) -> object:
    """Return the annotation with all text in it replaced by what the text names.

    Raises:
        UnresolvedTextError: A name was not found, or the text is no annotation.
    """
    if not holds_text(form):
        return form
    if isinstance(form, str):
        return resolve_text(_evaluate(form, names), names)
    if isinstance(form, ForwardRef):
        home = _home_of(form, names)
        return resolve_text(_evaluate(form.__forward_arg__, home), home)
    if isinstance(form, list):
        return [resolve_text(part, names) for part in form]
    if isinstance(form, tuple):
        return tuple(resolve_text(part, names) for part in form)
    arguments = typing.get_args(form)
    if hasattr(form, "__metadata__"):
        return _rebuilt(form, (resolve_text(arguments[0], names), *arguments[1:]))
    return _rebuilt(form, tuple(resolve_text(part, names) for part in arguments))


def resolve_in_module(form: object, owner: object) -> object:
    """Return an annotation with its text resolved in the module of a class or type variable.

    Text that names nothing stays as it is.
    """
    if not holds_text(form):
        return form
    module = sys.modules.get(getattr(owner, "__module__", None) or "")
    if module is None:
        return form
    body = dict(vars(owner)) if isinstance(owner, type) else {}
    try:
        # A field may be called like its own type, so what the body defines comes last.
        return resolve_text(form, Namespace(vars(module), ChainMap(vars(module), body)))
    except UnresolvedTextError:
        return form


def annotations_of(function: object) -> Mapping[str, object]:
    """Return the annotations of a function as they are; empty for what has none."""
    try:
        found = getattr(function, "__annotations__", None)
    except NameError:  # Python 3.14 evaluates annotations when they are asked for
        return _with_references(function)
    return found if isinstance(found, dict) else {}


def own_annotations(owner: type) -> Mapping[str, object]:
    """Return the annotations of a class body, without those of its bases."""
    if sys.version_info >= (3, 14):  # annotations are no longer stored in the class
        return _with_references(owner)
    found: Mapping[str, object] = vars(owner).get("__annotations__", {})
    return found


def _with_references(owner: object) -> Mapping[str, object]:
    """Return annotations in which a name that cannot be found is a `ForwardRef`."""
    annotationlib = importlib.import_module("annotationlib")
    found: Mapping[str, object] = annotationlib.get_annotations(
        owner, format=annotationlib.Format.FORWARDREF
    )
    return found


def _home_of(reference: ForwardRef, names: Namespace) -> Namespace:
    """Return where a reference is looked up: it may name the module that wrote it."""
    written_in = getattr(reference, "__forward_module__", None)
    module = sys.modules.get(written_in) if isinstance(written_in, str) else written_in
    return names if module is None else Namespace(vars(module))


def _rebuilt(form: object, arguments: tuple[object, ...]) -> object:
    if hasattr(form, "__metadata__"):
        return Annotated[arguments]
    if isinstance(form, types.UnionType):
        return functools.reduce(operator.or_, arguments)
    origin: object = typing.get_origin(form)
    if origin is Callable:
        return operator.getitem(typing.cast(typing.Any, Callable), arguments)
    if isinstance(form, types.GenericAlias):
        return types.GenericAlias(typing.cast(type, form.__origin__), arguments)
    return typing.cast(typing.Any, form).copy_with(arguments)  # every alias of `typing` has it


def _evaluate(text: str, names: Namespace) -> object:
    localns = names.globalns if names.localns is None else names.localns
    try:
        # Annotations are code of the module that holds them; `typing` evaluates them alike.
        return eval(_code(text), names.globalns, localns)  # noqa: S307 - the author's own code
    except NameError as error:
        raise UnresolvedTextError(text, error.name) from error
    except AttributeError as error:
        raise UnresolvedTextError(text, error.name) from error
    except Exception as error:  # whatever the text does, only this annotation is lost
        raise UnresolvedTextError(text, None) from error


@functools.lru_cache(maxsize=4_096)
def _code(text: str) -> types.CodeType:
    # `*args: *Ts` is no expression by itself; as an item of a tuple it is.
    source = f"({text},)[0]" if text.startswith("*") else text.strip()
    return compile(source, "<annotation>", "eval")
