"""Find the handler of each vertex of a hand-made graph, and see that it can be used."""

from collections.abc import Container, Iterable, Mapping
from typing import Protocol

import attrs

from hbia_dsl.compat.given_handlers import Handler, HandlerSource
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import ASYNC_HANDLER, MISSING_HANDLER
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import nearest
from hbia_dsl.documents.handler_resolver import HandlerResolver
from hbia_dsl.errors import HandlerNotFoundError, HandlerResolutionError
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.signature import is_coroutine_function


def find_handlers(vertices: Iterable[Vertex], source: HandlerSource) -> dict[str, Handler]:
    """Return the handler of each vertex: what the call gives, else the vertex's own.

    Paths are looked at before the first one is followed, those of `compensate` too: nothing
    is imported for a graph that names one that is not allowed.

    Raises:
        HandlerNotFoundError: Vertices have no handler; all of them at once.
        HandlerResolutionError: A handler is not a function, or its path leads to none.
    """
    found: dict[str, object] = {}
    missing: list[str] = []
    compensations: dict[str, str] = {}
    for vertex in vertices:
        handler = _handler(vertex, source)
        if handler is None:
            missing.append(vertex.name)
        found[vertex.name] = handler
        if isinstance(vertex.compensate, str):
            compensations[vertex.name] = vertex.compensate
    if missing:
        raise _missing(missing, found, source)
    resolver = source.resolver
    if resolver is not None:
        paths = [(name, h) for name, h in found.items() if isinstance(h, str)]
        _for_each([*paths, *compensations.items()], resolver.check)
        found |= _for_each(paths, resolver.resolve)
    return {name: _callable(name, handler) for name, handler in found.items()}


class _Followed(Protocol):
    def __call__(self, path: str, /, *, vertex: str) -> object: ...


def _for_each(paths: Iterable[tuple[str, str]], follow: _Followed) -> dict[str, object]:
    """Do something with every path, by vertex, and report all that were refused together."""
    done: dict[str, object] = {}
    refused: list[HandlerResolutionError] = []
    for name, path in paths:
        try:
            done[name] = follow(path, vertex=name)
        except HandlerResolutionError as error:
            refused.append(error)
    if not refused:
        return done
    first = refused[0]
    if refused[1:]:
        others = tuple(error.diagnostic.message for error in refused[1:])
        first.diagnostic = attrs.evolve(first.diagnostic, notes=(*first.diagnostic.notes, *others))
        first.args = (first.diagnostic,)
    raise first


def find_async(handlers: Mapping[str, Handler]) -> frozenset[str]:
    """Return the names of the vertices whose handlers are `async def`."""
    return frozenset(n for n, handler in handlers.items() if is_coroutine_function(handler))


def refuse_async(handlers: Mapping[str, Handler], is_async: Container[str]) -> None:
    """Refuse handlers that are `async def`, for a run that is not async.

    Raises:
        HandlerResolutionError: There is one; the error names all of them, and what to do.
    """
    found = [name for name in handlers if name in is_async]
    if not found:
        return
    others = f"so are those of {_listed(found[1:])}"
    raise HandlerResolutionError(
        Diagnostic(
            ASYNC_HANDLER,
            f"the handler of vertex `{found[0]}` is `async def`, but the run is not async",
            location=location_of(handlers[found[0]]) or caller_location(),
            notes=(others,) if found[1:] else (),
            help="pass async_enabled=True, or write `await run_flow_async(...)`",
        )
    )


def _handler(vertex: Vertex, source: HandlerSource) -> object:
    given: object = None
    if isinstance(source.given, Mapping):
        given = source.given.get(vertex.name)
    elif source.given is not None and not isinstance(source.given, HandlerResolver):
        given = source.given(vertex.name)
    return vertex.handler if given is None else given


def _callable(vertex: str, handler: object) -> Handler:
    if callable(handler):
        return handler
    raise _not_a_function(vertex, handler)


def _not_a_function(vertex: str, handler: object) -> HandlerResolutionError:
    help_ = f'pass the function itself: handlers={{"{vertex}": function}}'
    if isinstance(handler, str):
        text = f"the handler of vertex `{vertex}` is the path `{handler}`; paths are not imported"
        module = handler.rpartition(".")[0]
        if module:
            help_ = f'{help_}, or allow its module: allowed=["{module}"]'
    else:
        kind = type(handler).__name__
        text = f"the handler of vertex `{vertex}` is a value of type {kind}, not a function"
    return HandlerResolutionError(
        Diagnostic(MISSING_HANDLER, text, location=caller_location(), help=help_)
    )


def _missing(
    names: list[str], found: Mapping[str, object], source: HandlerSource
) -> HandlerNotFoundError:
    is_one = len(names) == 1
    text = (
        f"vertex `{names[0]}` has no handler"
        if is_one
        else f"{len(names)} vertices have no handler"
    )
    given = source.given if isinstance(source.given, Mapping) else {}
    unused = [name for name in given if found.get(name) is None]
    near = _near_name(names, unused)
    shown = ", ".join(f'"{name}": function' for name in names[:3])
    return HandlerNotFoundError(
        Diagnostic(
            MISSING_HANDLER,
            text,
            location=caller_location(),
            notes=() if is_one else (f"they are {_listed(names)}",),
            help=near or f"pass handlers={{{shown}}}",
        )
    )


def _near_name(missing: Iterable[str], unused: list[str]) -> str | None:
    """Return what to say if a handler was given under a name that is nearly right."""
    for name in missing:
        close = nearest(name, unused)
        if close:
            return f"did you mean `{name}` where `handlers` says `{close[0]}`?"
    return None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
