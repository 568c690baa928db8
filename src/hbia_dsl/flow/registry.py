"""A registry: an explicit, ordered collection of vertices to make flows of."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from types import ModuleType
from typing import ParamSpec, TypeVar, overload

from hbia_dsl.declare.declaration import declaration_of
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import NOT_A_VERTEX
from hbia_dsl.errors import DeclarationError
from hbia_dsl.flow.flow import Flow

F = TypeVar("F", bound=Callable[..., object])
Q = ParamSpec("Q")
T = TypeVar("T")


class Registry:
    """Vertices in the order they were added; nothing registers itself."""

    __slots__ = ("_vertices",)

    def __init__(self, *vertices: Callable[..., object]) -> None:
        self._vertices: list[Callable[..., object]] = []
        for vertex in vertices:
            self.add(vertex)

    def add(self, vertex: F) -> F:
        """Add a function declared with `@vertex`; return it, so this works as a decorator.

        Raises:
            DeclarationError: It was not declared with `@vertex`.
        """
        declaration = declaration_of(vertex)
        if declaration is None or declaration.vertex is None:
            name = getattr(vertex, "__name__", type(vertex).__name__)
            raise DeclarationError(
                Diagnostic(
                    NOT_A_VERTEX,
                    f"`{name}` is not a vertex",
                    location=caller_location(),
                    help="decorate it with @vertex",
                )
            )
        if vertex not in self._vertices:
            self._vertices.append(vertex)
        return vertex

    def collect(self, module: ModuleType | str) -> "Registry":
        """Add every vertex that a module defines, in the order of its source.

        Vertices that the module only imported are left out.

        Args:
            module: The module, or the name of one that is imported already.

        Returns:
            This registry.

        Raises:
            DeclarationError: There is no imported module of that name.
        """
        found = sys.modules.get(module) if isinstance(module, str) else module
        if found is None:
            raise DeclarationError(
                Diagnostic(
                    NOT_A_VERTEX,
                    f"no module `{module}` is imported",
                    location=caller_location(),
                    help="import the module first and give it to `collect`",
                )
            )
        for value in list(vars(found).values()):
            declaration = declaration_of(value) if callable(value) else None
            is_own = getattr(value, "__module__", None) == found.__name__
            if declaration is not None and declaration.vertex is not None and is_own:
                self.add(value)
        return self

    @overload
    def flow(
        self, name: str, /, *, inputs: Callable[Q, object], result: Callable[..., Awaitable[T]]
    ) -> Flow[Q, T]: ...
    @overload
    def flow(
        self, name: str, /, *, inputs: Callable[Q, object], result: Callable[..., T]
    ) -> Flow[Q, T]: ...
    @overload
    def flow(self, name: str, /, *, inputs: Callable[Q, object]) -> Flow[Q, object]: ...
    @overload
    def flow(self, name: str, /, *, result: Callable[..., Awaitable[T]]) -> Flow[..., T]: ...
    @overload
    def flow(self, name: str, /, *, result: Callable[..., T]) -> Flow[..., T]: ...
    @overload
    def flow(self, name: str, /) -> Flow[..., object]: ...
    def flow(
        self,
        name: str,
        /,
        *,
        inputs: Callable[..., object] | None = None,
        result: Callable[..., object] | None = None,
    ) -> Flow[..., object]:
        """Wire all vertices of the registry to a flow; see `Flow.of`.

        Raises:
            WiringError: They do not make a flow; every independent reason at once.
        """
        if inputs is None:
            return _flow(name, self._vertices, result)
        if result is None:
            return Flow.of(name, *self._vertices, inputs=inputs)
        return Flow.of(name, *self._vertices, inputs=inputs, result=result)

    def __iter__(self) -> Iterator[Callable[..., object]]:
        return iter(tuple(self._vertices))

    def __len__(self) -> int:
        return len(self._vertices)

    def __contains__(self, vertex: object) -> bool:
        return vertex in self._vertices

    def __repr__(self) -> str:
        return f"Registry({len(self)} vertices)"


def _flow(
    name: str, vertices: list[Callable[..., object]], result: Callable[..., object] | None
) -> Flow[..., object]:
    if result is None:
        return Flow.of(name, *vertices)
    return Flow.of(name, *vertices, result=result)
