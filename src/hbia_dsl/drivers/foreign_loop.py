"""Recognise a handler that was written for the other event loop, and say so."""

from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import FOREIGN_LOOP
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.drivers.stepping import FOREIGN_WAIT
from hbia_dsl.errors import ForeignLoopError
from hbia_dsl.kernel.plan import PlannedVertex

OTHER: Final = {"asyncio": "trio", "trio": "asyncio"}

SIGNS: Final = {
    "asyncio": (
        "must be called from async context",
        "Task got bad yield",
        "'RunContext' object has no attribute",
    ),
    "trio": (
        "no running event loop",
        "'NoneType' object has no attribute 'create_future'",
        FOREIGN_WAIT,
    ),
}
"""How the libraries of the other loop complain when they find this one."""


def explain_foreign_loop(
    vertex: PlannedVertex, running: str, cause: BaseException | None = None
) -> ForeignLoopError:
    """Describe a handler that needs the loop that is not running."""
    other = OTHER[running]
    error = ForeignLoopError(
        Diagnostic(
            FOREIGN_LOOP,
            f"vertex `{vertex.name}` waits for {other}, but this run is on {running}",
            location=location_of(vertex.handler),
            help=f'run the flow with async_backend="{other}", or inside {other}; '
            f'@vertex(backend="{other}") lets a run check that before it begins',
        )
    )
    error.__cause__ = cause
    return error


def explain_failure(vertex: PlannedVertex, error: BaseException, running: str) -> BaseException:
    """Return what is to be reported for a vertex.

    It is the error itself, unless that is a complaint about the wrong event loop.
    """
    if vertex.is_async and type(error) in (RuntimeError, TypeError, AttributeError):
        text = str(error)
        if any(sign in text for sign in SIGNS[running]):
            return explain_foreign_loop(vertex, running, error)
    return error
