"""Find the handler of each vertex of a hand-made graph, and see that it can be used."""

from collections.abc import Container, Iterable, Mapping

from hbia_dsl.compat.given_handlers import Handler, Handlers
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import ASYNC_HANDLER, MISSING_HANDLER
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import nearest
from hbia_dsl.errors import HandlerNotFoundError, HandlerResolutionError
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.signature import is_coroutine_function


def find_handlers(vertices: Iterable[Vertex], handlers: Handlers) -> dict[str, Handler]:
    """Return the handler of each vertex: what the call gives, else the vertex's own.

    Raises:
        HandlerNotFoundError: Vertices have no handler; all of them at once.
        HandlerResolutionError: A handler is not a function.
    """
    found: dict[str, Handler] = {}
    missing: list[str] = []
    for vertex in vertices:
        handler = _handler(vertex, handlers)
        if handler is None:
            missing.append(vertex.name)
        elif callable(handler):
            found[vertex.name] = handler
        else:
            raise _not_a_function(vertex.name, handler)
    if missing:
        raise _missing(missing, found, handlers)
    return found


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


def _handler(vertex: Vertex, handlers: Handlers) -> object:
    given: object = None
    if isinstance(handlers, Mapping):
        given = handlers.get(vertex.name)
    elif handlers is not None:
        given = handlers(vertex.name)
    return vertex.handler if given is None else given


def _not_a_function(vertex: str, handler: object) -> HandlerResolutionError:
    if isinstance(handler, str):
        text = f"the handler of vertex `{vertex}` is the path `{handler}`; paths are not imported"
    else:
        kind = type(handler).__name__
        text = f"the handler of vertex `{vertex}` is a value of type {kind}, not a function"
    help_ = f'pass the function itself: handlers={{"{vertex}": function}}'
    return HandlerResolutionError(
        Diagnostic(MISSING_HANDLER, text, location=caller_location(), help=help_)
    )


def _missing(
    names: list[str], found: Mapping[str, Handler], handlers: Handlers
) -> HandlerNotFoundError:
    is_one = len(names) == 1
    text = (
        f"vertex `{names[0]}` has no handler"
        if is_one
        else f"{len(names)} vertices have no handler"
    )
    unused = [n for n in handlers if n not in found] if isinstance(handlers, Mapping) else []
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
