"""A registry: an explicit, ordered collection of vertices to make flows of."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from types import ModuleType
from typing import ParamSpec, TypeVar, overload

from hbia_dsl.declare.declaration import declaration_of
from hbia_dsl.declare.misuse import named
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
        self._vertices: dict[object, Callable[..., object]] = {}
        for vertex in vertices:
            self.add(vertex)

    def add(self, vertex: F) -> F:
        """Add a function declared with `@vertex`; return it, so this works as a decorator.

        Adding the same one again changes nothing.

        Raises:
            DeclarationError: It was not declared with `@vertex`.
        """
        if not _is_vertex(vertex):
            help_ = "decorate it with @vertex, and put @registry.add above that"
            given: object = vertex  # callers without a type checker pass anything
            if isinstance(given, list | tuple | set | dict):
                help_ = "give vertices one by one: Registry(first, second)"
            raise _not_a_vertex(f"{named(vertex)} is not a vertex", help_)
        self._vertices.setdefault(_key(vertex), vertex)
        return vertex

    def collect(self, module: ModuleType | str) -> "Registry":
        """Add every vertex that a module defines, in the order of its source.

        Vertices that the module only imported are left out, and so is what does not say
        where it was defined, such as a `functools.partial`: add those one by one.

        Args:
            module: The module, or the name of one that is imported already.

        Returns:
            This registry.

        Raises:
            DeclarationError: There is no imported module of that name.
        """
        found = sys.modules.get(module) if isinstance(module, str) else module
        if not isinstance(found, ModuleType):
            text = f"no module `{module}` is imported"
            if not isinstance(module, str):
                text = f"`collect` takes a module, not a {type(module).__name__}"
            raise _not_a_vertex(text, "import the module first and give it to `collect`")
        for value in list(vars(found).values()):
            is_own = getattr(value, "__module__", None) == found.__name__
            if is_own and _is_vertex(value):
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
        vertices = self._vertices.values()
        if inputs is None:
            if result is None:
                return Flow.of(name, *vertices)
            return Flow.of(name, *vertices, result=result)
        if result is None:
            return Flow.of(name, *vertices, inputs=inputs)
        return Flow.of(name, *vertices, inputs=inputs, result=result)

    def __iter__(self) -> Iterator[Callable[..., object]]:
        return iter(tuple(self._vertices.values()))

    def __len__(self) -> int:
        return len(self._vertices)

    def __contains__(self, vertex: object) -> bool:
        return _key(vertex) in self._vertices

    def __repr__(self) -> str:
        return f"Registry({len(self)} vertices)"


def _is_vertex(value: object) -> bool:
    declaration = declaration_of(value)
    return declaration is not None and declaration.vertex is not None


def _key(vertex: object) -> object:
    # The same method of the same object is one vertex, though each access makes a new object.
    try:
        hash(vertex)
    except TypeError:
        return id(vertex)
    return vertex


def _not_a_vertex(message: str, help_: str) -> DeclarationError:
    return DeclarationError(
        Diagnostic(NOT_A_VERTEX, message, location=caller_location(), help=help_)
    )
