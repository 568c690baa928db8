"""What members of a group gave back, also those that are judged failed afterwards.

A member that has returned has had its effect, whatever becomes of its result: it may have
taken too long, or be of the wrong type. So what it gave is noted at once, in the context of
its run, and no driver has to think of it.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Final, cast

Handler = Callable[..., object]

RETURNED: Final[ContextVar[dict[int, object] | None]] = ContextVar(
    "hbia_dsl_returned", default=None
)
"""By number: what the members of the run gave, in the order in which they did."""


def noting_its_return(v: int, handler: Handler, *, is_async: bool) -> Handler:
    """Return what calls a member and notes what it gives.

    Args:
        v: Number of the member.
        handler: The member.
        is_async: Whether what it gives is to be awaited.
    """

    def note(result: object) -> object:
        returned = RETURNED.get()
        if returned is not None:
            returned[v] = result
        return result

    @wraps(handler)
    def call(*args: object, **named: object) -> object:
        return note(handler(*args, **named))

    @wraps(handler)
    async def call_async(*args: object, **named: object) -> object:
        return note(await cast("Awaitable[object]", handler(*args, **named)))

    return call_async if is_async else call
