"""`out(fn)`: a reference to another vertex's output, written where a value is meant.

To a type checker `out(fn)` has the type of the value, so a wrong binding is marked
while typing. At run time it is a reference that wiring resolves; `@vertex` takes it off
the function's defaults, so a direct call without the argument fails as usual.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import MISUSED_DECORATOR
from hbia_dsl.errors import DeclarationError

T = TypeVar("T")


class OutReference:
    """A vertex, and perhaps one of its outputs, as recorded by `out`."""

    __slots__ = ("_hbia_output", "_hbia_vertex")

    def __init__(self, vertex: Callable[..., object], output: str | None = None) -> None:
        self._hbia_vertex = vertex
        self._hbia_output = output

    def __getattr__(self, name: str) -> "OutReference":
        # Introspection (copy, pickle, inspect, doctest) asks for dunder names that no output has.
        if name.startswith("__") or self._hbia_output is not None:
            raise AttributeError(name)
        return OutReference(self._hbia_vertex, name)

    def __getitem__(self, name: str) -> "OutReference":
        return OutReference(self._hbia_vertex, name)

    def __repr__(self) -> str:
        name = getattr(self._hbia_vertex, "__name__", "?")
        return f"out({name})" + ("" if self._hbia_output is None else f".{self._hbia_output}")


def reference_parts(reference: OutReference) -> tuple[Callable[..., object], str | None]:
    """Return the vertex that a reference names, and the output, if it names one."""
    return reference._hbia_vertex, reference._hbia_output  # noqa: SLF001 - outputs own all public names


@overload
def out(vertex: Callable[..., Awaitable[T]], /) -> T: ...
@overload
def out(vertex: Callable[..., T], /) -> T: ...
def out(vertex: Callable[..., object], /) -> object:
    """Refer to the result of a vertex, as a default or inside `Annotated`.

    `uid: UserId = out(save)` binds the parameter to the result of `save`;
    `score: float = out(rank).score` to one of the outputs that `rank` splits into.

    Raises:
        DeclarationError: What was given is not a function.
    """
    if not callable(vertex):
        raise DeclarationError(
            Diagnostic(
                MISUSED_DECORATOR,
                f"`out` was given a {type(vertex).__name__} where it needs a vertex",
                help="write `out(function)` with the function itself, not with its result",
            )
        )
    return OutReference(vertex)
