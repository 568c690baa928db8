"""`@vertex`: declare a function as a vertex.

The decorator is typed as identity: it writes down what it was told and returns the
same function, still callable, picklable and testable without a flow.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar, overload

import attrs

from hbia_dsl.declare.declaration import (
    Backend,
    Declaration,
    Effect,
    VertexDeclaration,
    declaration_of,
    record,
    underlying,
)
from hbia_dsl.declare.misuse import misuse, named
from hbia_dsl.declare.option_checking import check_vertex_options
from hbia_dsl.declare.reference_taking import take_references

F = TypeVar("F", bound=Callable[..., object])


class VertexDecorator(Protocol):
    """What `@vertex(...)` with options returns: a decorator that keeps the type."""

    def __call__(self, fn: F, /) -> F:
        """Declare `fn` and return it."""
        ...


@overload
def vertex(fn: F, /) -> F: ...
@overload
def vertex(
    *,
    inputs: Mapping[str, object] = ...,
    outputs: str | tuple[str, ...] | None = ...,
    name: str | None = ...,
    effect: Effect | None = ...,
    version: str | None = ...,
    check: bool = ...,
    timeout_s: float | None = ...,
    backend: Backend | None = ...,
    depends_on: Sequence[object] = ...,
) -> VertexDecorator: ...
def vertex(
    fn: F | None = None,
    /,
    *,
    inputs: Mapping[str, object] | None = None,
    outputs: str | tuple[str, ...] | None = None,
    name: str | None = None,
    effect: Effect | None = None,
    version: str | None = None,
    check: bool = True,
    timeout_s: float | None = None,
    backend: Backend | None = None,
    depends_on: Sequence[object] = (),
) -> object:
    """Declare a function as a vertex, bare or with options.

    Args:
        fn: The function, if used bare: plain, `async def`, static or class method.
        inputs: Explicit bindings by parameter: a vertex (`normalize`), `out(rank).score`,
            text (`"rank.best"`, `"input.name"`), or, for a function without
            annotations such as a lambda, the type of the parameter.
        outputs: A name for the whole result, or several names to split it by: a tuple
            or NamedTuple by position, a TypedDict, attrs or dataclass by field. The
            whole stays available under the vertex's name.
        name: Name in the flow; the function's own if left out.
        effect: "pure" if repeating is harmless. Not said means "side_effect".
        version: Your own change marker.
        check: Whether each result is checked against the declared type.
        timeout_s: Longest time that one attempt may take, in seconds, above 0.
        backend: "asyncio" or "trio" if an async vertex needs that event loop.
        depends_on: For the cache: functions, classes, modules or values that decide the
            result of a pure vertex and cannot be seen in its code, such as what it finds
            by `getattr` with a text.

    Returns:
        The function itself.

    Raises:
        DeclarationError: An option has a value that it cannot have, or the function is
            declared already, otherwise. The place is the function's own.
    """
    told = VertexDeclaration(
        name=name,
        # Copied: whoever goes on changing it does not change the declaration.
        inputs=_copied(inputs),
        outputs=outputs,
        effect=effect,
        version=version,
        check=check,
        timeout_s=timeout_s,
        backend=backend,
        depends_on=tuple(depends_on) if isinstance(depends_on, list) else depends_on,  # type: ignore[arg-type]  # checked in `_declare`
    )

    if fn is not None:
        return _declare(fn, told)

    def declare(function: F, /) -> F:
        return _declare(function, told)

    return declare


def _copied(inputs: Mapping[str, object] | None) -> Mapping[str, object]:
    if inputs is None:
        return {}
    given: object = inputs  # callers without a type checker pass anything
    return dict(inputs) if isinstance(given, Mapping) else inputs


def _declare(fn: F, told: VertexDeclaration) -> F:
    given: object = fn  # callers without a type checker pass anything
    if not callable(given) and not isinstance(given, classmethod):
        wants_name = f'write @vertex(name="{given}")' if isinstance(given, str) else None
        text = f"`@vertex` was given a {type(given).__name__}, not a function"
        raise misuse(fn, text, wants_name or "write options by keyword: @vertex(name=...)")
    check_vertex_options(fn, told)
    inner = underlying(fn)
    earlier = declaration_of(inner) or Declaration()
    before = earlier.vertex
    references = take_references(inner)
    if before is not None:
        references = {**before.references, **references}
    now = attrs.evolve(told, references=references) if references else told
    if before not in (None, now) and not _is_copied_from_inside(inner, earlier):
        raise misuse(
            fn,
            f"{named(fn)} is declared with `@vertex` already, with other options",
            "declare it once; for a second vertex of the same code write a function that calls it",
        )
    attach(fn, Declaration(now, earlier.atomic), "@vertex")
    return fn


def _is_copied_from_inside(fn: object, declaration: Declaration) -> bool:
    """Return whether `functools.wraps` took a declaration over from the wrapped function."""
    return declaration_of(getattr(fn, "__wrapped__", None)) is declaration


def attach(fn: Callable[..., object], declaration: Declaration, decorator: str) -> None:
    """Write a declaration on a function.

    Raises:
        DeclarationError: It takes no attributes, such as a builtin or a bound method.
    """
    try:
        record(fn, declaration)
    except (AttributeError, TypeError):
        is_method = hasattr(fn, "__self__") and hasattr(fn, "__func__")
        raise misuse(
            fn,
            f"`{decorator}` cannot mark {named(fn)}, which is a {type(fn).__name__}",
            "decorate the method where its class defines it"
            if is_method
            else "wrap it in a function with annotations and decorate that",
        ) from None
