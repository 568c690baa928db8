"""The backend of a saga: begun before its first step, committed after its last one."""

from collections.abc import Mapping

from hbia_dsl.atomicity.transaction import (
    AsyncTransactionUnit,
    TransactionSource,
    TransactionUnit,
)
from hbia_dsl.compat.given_handlers import Handlers
from hbia_dsl.documents.handler_resolver import HandlerResolver
from hbia_dsl.graph.vertex import Vertex


def backend_steps(saga: str, source: TransactionSource) -> tuple[Vertex, Vertex]:
    """Return what begins and what commits, for one run, as the first and last step of a saga.

    A rollback is how the first one is taken back: after all others, also if the commit fails.

    Args:
        saga: Name of the saga.
        source: Opens the unit of this run.
    """
    unit = source.open()
    if unit.is_async:
        return _async_steps(saga, unit)
    return _steps(saga, unit)


def _steps(saga: str, unit: TransactionUnit) -> tuple[Vertex, Vertex]:
    def begin() -> dict[str, object]:
        try:
            unit.begin()
        except BaseException:
            unit.close()
            raise
        return {}

    def roll_back(_inputs: Mapping[str, object], _output: object) -> None:
        unit.rollback()
        unit.close()
        _raise_troubles(unit)

    def commit() -> dict[str, object]:
        unit.commit()
        unit.close()
        return {}

    return (
        Vertex(_begin_name(saga), begin, compensate=roll_back),
        Vertex(_commit_name(saga), commit, compensate=nothing_to_take_back),
    )


def _async_steps(saga: str, unit: AsyncTransactionUnit) -> tuple[Vertex, Vertex]:
    async def begin() -> dict[str, object]:
        try:
            await unit.begin()
        except BaseException:
            await unit.close()
            raise
        return {}

    async def roll_back(_inputs: Mapping[str, object], _output: object) -> None:
        await unit.rollback()
        await unit.close()
        _raise_troubles(unit)

    async def commit() -> dict[str, object]:
        await unit.commit()
        await unit.close()
        return {}

    return (
        Vertex(_begin_name(saga), begin, compensate=roll_back),
        Vertex(_commit_name(saga), commit, compensate=nothing_to_take_back),
    )


def knowing(handlers: Handlers, ends: tuple[Vertex, Vertex]) -> Handlers:
    """Return handlers that do not ask a function of the user's for what is not a step."""
    if handlers is None or isinstance(handlers, Mapping | HandlerResolver):
        return handlers
    own = {end.name: end.handler for end in ends if callable(end.handler)}
    return lambda name: own[name] if name in own else handlers(name)


def nothing_to_take_back(_inputs: Mapping[str, object], _result: object) -> None:
    """Take back a step of which nothing is to be taken back."""


def _begin_name(saga: str) -> str:
    return f"begin {saga}"


def _commit_name(saga: str) -> str:
    return f"commit {saga}"


def _raise_troubles(unit: TransactionUnit | AsyncTransactionUnit) -> None:
    if unit.troubles:
        raise unit.troubles[0]
