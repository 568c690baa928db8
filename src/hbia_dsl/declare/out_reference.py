"""`out(fn)`: a reference to another vertex's output, written where a value is meant.

To a type checker `out(fn)` has the type of the value, so a wrong binding is marked
while typing. At run time it is a reference that wiring resolves; `@vertex` takes it off
the function's defaults, so a direct call without the argument fails as usual.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

from hbia_dsl.diagnostics.caller import caller_location
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
        if name.startswith("__"):
            raise AttributeError(name)
        if self._hbia_output is not None:
            raise AttributeError(f"`{self!r}` is one output of a vertex; it has no `.{name}`")
        return OutReference(self._hbia_vertex, name)

    def __getitem__(self, name: str) -> "OutReference":
        given: object = name  # callers without a type checker pass anything
        if not isinstance(given, str) or self._hbia_output is not None:
            raise _no_item(self, given)
        return OutReference(self._hbia_vertex, name)

    def __repr__(self) -> str:
        name = getattr(self._hbia_vertex, "__name__", type(self._hbia_vertex).__name__)
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
    given: object = vertex  # callers without a type checker pass anything
    if not callable(given) and not isinstance(given, classmethod):
        help_ = "write `out(function)` with the function itself, not with its result"
        if isinstance(given, str):
            help_ = (
                f'a vertex is named by text in `inputs=` only: inputs={{"parameter": "{given}"}}'
            )
        raise DeclarationError(
            Diagnostic(
                MISUSED_DECORATOR,
                f"`out` was given a {type(given).__name__} where it needs a vertex",
                location=caller_location(),
                help=help_,
            )
        )
    return OutReference(vertex)


def _no_item(reference: OutReference, item: object) -> DeclarationError:
    shown = repr(item) if isinstance(item, str | int) else f"a {type(item).__name__}"
    return DeclarationError(
        Diagnostic(
            MISUSED_DECORATOR,
            f"`{reference!r}` has no part {shown}",
            location=caller_location(),
            help='split the vertex with outputs=("first", "second") and name one of these: '
            'out(vertex).first or out(vertex)["first"]',
        )
    )
