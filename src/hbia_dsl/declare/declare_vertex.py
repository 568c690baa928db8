"""`@vertex`: declare a function as a vertex.

The decorator is typed as identity: it writes down what it was told and returns the
same function, still callable, picklable and testable without a flow.
"""

from collections.abc import Callable, Mapping
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
from hbia_dsl.declare.out_reference import OutReference
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_VERTEX_NAME, MISUSED_DECORATOR
from hbia_dsl.diagnostics.location import declaration_line
from hbia_dsl.errors import DeclarationError

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

    Returns:
        The function itself.

    Raises:
        DeclarationError: An option has a value that it cannot have. The place is the
            function's own.
    """
    told = VertexDeclaration(
        name=name,
        inputs={} if inputs is None else inputs,
        outputs=outputs,
        effect=effect,
        version=version,
        check=check,
        timeout_s=timeout_s,
        backend=backend,
    )

    if fn is not None:
        return _declare(fn, told)

    def declare(function: F, /) -> F:
        return _declare(function, told)

    return declare


def _declare(fn: F, told: VertexDeclaration) -> F:
    if not _is_function(fn):
        raise _misuse(fn, f"`@vertex` was given a {type(fn).__name__}, not a function")
    _check_options(fn, told)
    references = _take_references(underlying(fn))
    earlier = declaration_of(underlying(fn)) or Declaration()
    declaration = attrs.evolve(earlier, vertex=attrs.evolve(told, references=references))
    try:
        record(fn, declaration)
    except AttributeError:
        raise _misuse(
            fn,
            f"`@vertex` cannot mark a {type(fn).__name__}",
            help_="wrap it in a function with annotations and decorate that",
        ) from None
    return fn


def _take_references(fn: object) -> Mapping[str, object]:
    """Remove `out(...)` defaults from a function and return them by parameter."""
    positional = getattr(fn, "__defaults__", None) or ()
    keyword = getattr(fn, "__kwdefaults__", None) or {}
    code = getattr(fn, "__code__", None)
    if code is None or not (
        any(isinstance(d, OutReference) for d in positional)
        or any(isinstance(d, OutReference) for d in keyword.values())
    ):
        return {}
    names = code.co_varnames[: code.co_argcount][code.co_argcount - len(positional) :]
    found: dict[str, object] = {
        n: d for n, d in zip(names, positional, strict=True) if isinstance(d, OutReference)
    }
    found |= {n: d for n, d in keyword.items() if isinstance(d, OutReference)}
    last = max((i for i, d in enumerate(positional) if isinstance(d, OutReference)), default=-1)
    for name, default in zip(names[:last], positional[:last], strict=True):
        if not isinstance(default, OutReference):
            raise _misuse(
                fn,
                f"parameter `{name}` has a default before a parameter bound by `out(...)`",
                help_=f"put `{name}` last, or make the parameters after it keyword-only with `*`",
            )
    fn.__defaults__ = tuple(positional[last + 1 :]) or None  # type: ignore[attr-defined]  # a function: it has a code object
    fn.__kwdefaults__ = {n: d for n, d in keyword.items() if n not in found} or None  # type: ignore[attr-defined]  # as above
    return found


def _is_function(fn: object) -> bool:
    return callable(fn) or isinstance(fn, classmethod)


def _check_options(fn: object, told: VertexDeclaration) -> None:
    inputs: object = told.inputs  # callers without a type checker pass anything
    version: object = told.version
    if told.effect not in (None, "pure", "side_effect"):
        raise _misuse(
            fn,
            f'`effect` must be "pure" or "side_effect", not {told.effect!r}',
            help_='write effect="pure" or effect="side_effect"',
        )
    if told.backend not in (None, "asyncio", "trio"):
        raise _misuse(fn, f'`backend` must be "asyncio" or "trio", not {told.backend!r}')
    if told.timeout_s is not None and not _is_positive(told.timeout_s):
        raise _misuse(fn, "`timeout_s` must be a number of seconds above 0")
    if not isinstance(inputs, Mapping):
        raise _misuse(
            fn,
            f"`inputs` must map parameters to vertices, not be a {type(inputs).__name__}",
            help_='write inputs={"user": normalize}',
        )
    if version is not None and not isinstance(version, str):
        raise _misuse(
            fn,
            f"`version` must be text, not {type(version).__name__}",
            help_='put it in quotes: version="2"',
        )
    outputs: object = told.outputs
    names: tuple[object, ...] = outputs if isinstance(outputs, tuple) else (outputs,)
    for name in (told.name, *names):
        if name is not None and not (isinstance(name, str) and name.isidentifier()):
            raise DeclarationError(
                Diagnostic(
                    BAD_VERTEX_NAME,
                    f"{name!r} cannot be the name of a vertex or an output",
                    location=declaration_line(underlying(fn)) if callable(fn) else None,
                    help="use letters, digits and underscores, starting with a letter",
                )
            )


def _is_positive(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and number > 0


def _misuse(fn: object, message: str, *, help_: str | None = None) -> DeclarationError:
    place = declaration_line(underlying(fn)) if callable(fn) else None
    return DeclarationError(Diagnostic(MISUSED_DECORATOR, message, location=place, help=help_))
