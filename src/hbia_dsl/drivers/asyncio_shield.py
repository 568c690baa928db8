"""Have something finished in asyncio, however often whoever waits for it is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hbia_dsl.drivers.anyio_shield import shield_from_anyio

T = TypeVar("T")


async def finished(work: Coroutine[Any, Any, T]) -> tuple[T, asyncio.CancelledError | None]:
    """Run a coroutine to its end.

    Returns:
        What it gave, and the cancellation that came meanwhile, which the caller has to
        raise when it has put the result to rights.

    Raises:
        Exception: What the coroutine raised; a cancellation that came meanwhile is lost then.
    """
    task = asyncio.Task(work, loop=asyncio.get_running_loop())
    cancelled: asyncio.CancelledError | None = None
    with shield_from_anyio():
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError as told:
                cancelled = cancelled or told
    return task.result(), cancelled
