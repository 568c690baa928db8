"""How a member of an atomic group is called: on a connection, or again after a failure."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Final, cast

from hbia_dsl.atomicity.group_run import GroupRun
from hbia_dsl.atomicity.transaction import TransactionUnit
from hbia_dsl.drivers.pausing import pause, pause_async
from hbia_dsl.errors import VertexCancelled
from hbia_dsl.kernel.open_group import OPEN_GROUP
from hbia_dsl.kernel.run_scope import on_cancel
from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import read_parameters

Handler = Callable[..., object]

RETRIABLE_ATTEMPTS: Final = 5
"""How often a retriable member is called."""

RETRIABLE_PAUSE_S: Final = 0.1
"""How long is waited before the second call, in seconds; doubles with each further one."""


def on_connection(
    name: str, handler: Handler, kinds: Mapping[str, object], *, is_async: bool
) -> Handler:
    """Return what calls a member with the connections of its group.

    Args:
        name: Of the member.
        handler: The member.
        kinds: By parameter: the class of the connection that it takes.
        is_async: Whether the member is.

    Returns:
        It takes the `GroupRun`, then the other arguments.
    """

    @wraps(handler)
    def call(run: GroupRun, /, *args: object, **named: object) -> object:
        unit = cast("TransactionUnit", run.unit)
        unit.enter_member(name)
        try:
            with on_cancel(unit.interrupt):
                result = handler(*args, **named, **_given(run, kinds))
        except BaseException:
            unit.leave_member(succeeded=False)
            raise
        unit.leave_member(succeeded=True)
        return result

    @wraps(handler)
    async def call_async(run: GroupRun, /, *args: object, **named: object) -> object:
        unit = run.unit
        await _done(unit.enter_member(name))
        try:
            result = await cast("Awaitable[object]", handler(*args, **named, **_given(run, kinds)))
        except BaseException:
            await _done(unit.leave_member(succeeded=False))
            raise
        await _done(unit.leave_member(succeeded=True))
        return result

    return call_async if is_async else call


def in_transaction(group: str, handler: Handler, *, is_async: bool) -> Handler:
    """Return what calls a member so that runs inside of it know of the transaction."""

    # The context is the vertex's own copy, so there is nothing to put back.
    @wraps(handler)
    def call(*args: object, **named: object) -> object:
        OPEN_GROUP.set(group)
        return handler(*args, **named)

    @wraps(handler)
    async def call_async(*args: object, **named: object) -> object:
        OPEN_GROUP.set(group)
        return await cast("Awaitable[object]", handler(*args, **named))

    return call_async if is_async else call


def by_name(handler: Handler, kinds: Mapping[str, object]) -> Handler:
    """Return what takes the connections by name, also where the member does not."""
    parameters = read_parameters(handler)
    unnamed = [p for p in parameters if p.kind == ParameterKind.POSITIONAL_ONLY]
    if not any(p.name in kinds for p in unnamed):
        return handler

    @wraps(handler)
    def call(*args: object, **named: object) -> object:
        rest = [named.pop(p.name, p.default) for p in unnamed[len(args) :]]
        return handler(*args, *rest, **named)

    return call


def tried_again(handler: Handler, *, is_async: bool) -> Handler:
    """Return what calls a member, and calls it again if it fails."""

    @wraps(handler)
    def call(*args: object, **named: object) -> object:
        for attempt in range(1, RETRIABLE_ATTEMPTS):
            try:
                return handler(*args, **named)
            except VertexCancelled:
                raise
            except Exception:  # noqa: BLE001 - the last attempt lets it out
                pause(RETRIABLE_PAUSE_S * 2 ** (attempt - 1))
        return handler(*args, **named)

    @wraps(handler)
    async def call_async(*args: object, **named: object) -> object:
        for attempt in range(1, RETRIABLE_ATTEMPTS):
            try:
                return await cast("Awaitable[object]", handler(*args, **named))
            except VertexCancelled:
                raise
            except Exception:  # noqa: BLE001 - the last attempt lets it out
                await pause_async(RETRIABLE_PAUSE_S * 2 ** (attempt - 1))
        return await cast("Awaitable[object]", handler(*args, **named))

    return call_async if is_async else call


def _given(run: GroupRun, kinds: Mapping[str, object]) -> dict[str, object]:
    return {parameter: run.unit.resource(kind) for parameter, kind in kinds.items()}


async def _done(answer: Awaitable[None] | None) -> None:
    """Wait for what an async unit gives; a sync one is done already."""
    if answer is not None:
        await answer
