"""Wait inside a vertex, so that a stop of the run ends the wait."""

from threading import Event

from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.kernel.run_scope import check_cancelled, on_cancel


def pause(seconds: float) -> None:
    """Wait on a thread.

    Raises:
        VertexCancelled: The run is being stopped.
    """
    woken = Event()
    with on_cancel(woken.set):
        woken.wait(seconds)
    check_cancelled()


async def pause_async(seconds: float) -> None:
    """Wait in a task, which a stop of the run cancels."""
    if running_loop() == "trio":
        from trio import sleep
    else:
        from asyncio import sleep  # type: ignore[assignment]  # one of the two
    await sleep(seconds)
