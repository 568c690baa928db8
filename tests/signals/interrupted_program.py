"""A program that runs a flow and is interrupted. It says on its output where it is.

Started by the tests as `interrupted_program.py MODE KIND`. It writes `ready` once every
handler is where it will stay, and after that only what the kind is about.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from compiled_plans import CompiledPlan
from hbia_dsl.flow.execution import execute, execute_async
from hbia_dsl.flow.run_options import OptionsGiven, RunOptions
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_scope import check_cancelled, on_cancel
from hbia_dsl.kernel.run_state import RunState
from sample_plans import Colour, Sketch, total

MODES: dict[str, OptionsGiven] = {
    "serial": {},
    "staged": {"parallel": True},
    "crew": {"parallel": True, "timeout_s": 600},
    "eager": {"parallel": True, "schedule": "eager"},
    "asyncio": {"parallel": True},
    "trio": {"parallel": True, "async_backend": "trio"},
    "awaited asyncio": {"parallel": True},
    "awaited trio": {"parallel": True},
    "compiled asyncio": {},
    "compiled trio": {"async_backend": "trio"},
}

MODE, KIND = sys.argv[1:]
LOOP = next((loop for loop in ("asyncio", "trio") if loop in MODE), None)
IS_ASYNC = LOOP is not None
NEVER = threading.Event()


def say(text: str) -> None:
    """Write a line at once, from whichever thread."""
    os.write(1, f"{text}\n".encode())


def wait_for(event: threading.Event) -> None:
    """Wait as long as it takes, in bits: a signal that comes just before Python begins to block
    is not looked at before it ends to."""
    while not event.wait(0.05):
        pass


async def sleep_for_ever() -> None:
    """Wait as the running loop does."""
    if LOOP == "trio":
        import trio

        await trio.sleep_forever()
    else:
        import asyncio

        await asyncio.Event().wait()


def is_main_waiting() -> bool:
    """Return whether the main thread waits for the others inside the package."""
    frame = sys._current_frames()[threading.main_thread().ident or 0]  # noqa: SLF001 - to look at it
    return frame.f_code.co_name in ("_wait", "wait") and "hbia_dsl" in frame.f_code.co_filename


def meet(together: threading.Barrier) -> None:
    """Wait for the others, and say that all are there once an interrupt can part nobody.

    Not as the action of the barrier: to interrupt that breaks it for the others. The first who
    came gets away only when the last one has let go of the barrier.
    """
    if together.wait() == 0:
        say("ready")


def cooperative() -> Plan:
    """Every handler gives way when it is told to."""
    together = threading.Barrier(1 if MODE == "serial" else 2)

    def blocks(_: int) -> None:
        stop = threading.Event()
        with on_cancel(stop.set):
            meet(together)
            wait_for(stop)
        check_cancelled()

    sketch = Sketch().vertex("one", blocks, "x")
    if MODE != "serial":
        sketch.vertex("two", _awaits(together) if IS_ASYNC else blocks, "x", is_async=IS_ASYNC)
    return sketch.vertex("after", lambda: say("ran what must not run"), follows=("one",)).plan()


def _awaits(together: threading.Barrier) -> Callable[[int], object]:
    async def awaits(_: int) -> None:
        try:
            meet(together)  # the other one is on a thread, so this is no deadlock
            await sleep_for_ever()
        finally:
            say("cleaned up")

    return awaits


def stubborn() -> Plan:
    """The handlers on threads do not give way; somebody says when the run is being stopped."""
    together = threading.Barrier(1 if MODE == "serial" else 2)

    def blocks(_: int) -> None:
        with on_cancel(lambda: say("told to stop")):
            try:
                meet(together)
                wait_for(NEVER)
            except KeyboardInterrupt:
                if MODE == "serial":
                    say("told to stop")
                    wait_for(NEVER)  # clean-up that takes for ever
                raise

    sketch = Sketch().vertex("one", blocks, "x", is_async=False)
    if IS_ASYNC:
        sketch.vertex("two", _awaits(together), "x", is_async=True)
    elif MODE != "serial":
        sketch.vertex("two", blocks, "x")
    return sketch.plan()


def cleans_up() -> Plan:
    """An async handler alone, which cleans up when it is cancelled."""

    async def handler(_: int) -> None:
        say("ready")
        try:
            await sleep_for_ever()
        finally:
            say("cleaned up")

    sketch = Sketch().vertex("fine", total, "x").vertex("waits", handler, "fine", is_async=True)
    after = sketch.vertex("after", lambda _: say("ran what must not run"), "waits")
    return after.plan(Colour.ASYNC)


def waiting() -> Plan:
    """The main thread has nothing to do but wait for a handler that ends when it is told to."""
    together = threading.Barrier(2)

    def blocks(_: int) -> str:
        with on_cancel(lambda: say("told to stop")):
            together.wait()
            if threading.current_thread() is threading.main_thread():
                return "main"
            while not is_main_waiting():
                time.sleep(0.001)
            say("ready")
            sys.stdin.readline()
            say("ended by itself")
            return "helper"

    return Sketch().vertex("one", blocks, "x").vertex("two", blocks, "x").plan()


def waiting_crew() -> Plan:
    """As `waiting`, where the main thread never has anything to do but wait."""

    def blocks(_: int) -> None:
        with on_cancel(lambda: say("told to stop")):
            while not is_main_waiting():
                time.sleep(0.001)
            say("ready")
            sys.stdin.readline()
            say("ended by itself")

    return Sketch().vertex("one", blocks, "x").plan()


def swallows() -> Plan:
    """An async handler that does not let itself be cancelled."""

    async def handler(_: int) -> None:
        say("ready")
        with on_cancel(lambda: say("told to stop")):
            if LOOP == "trio":
                import trio

                with trio.CancelScope(shield=True):
                    await trio.sleep_forever()
            import asyncio

            while True:
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()

    return Sketch().vertex("one", handler, "x", is_async=True).plan()


def spins() -> Plan:
    """An async handler that never gives the loop its turn."""

    async def handler(_: int) -> None:
        say("ready")
        while True:
            pass

    return Sketch().vertex("one", handler, "x", is_async=True).plan()


def works() -> Plan:
    """A flow with which nothing is wrong."""

    return Sketch().vertex("one", total, "x").plan(Colour.ASYNC if IS_ASYNC else Colour.SYNC)


def run(plan: Plan) -> RunState:
    """Run a plan in the mode that was asked for."""
    options = RunOptions().changed(MODES[MODE])
    if not MODE.startswith("awaited"):
        lowered = CompiledPlan(plan) if MODE.startswith("compiled") else None
        return execute(plan, {0: 1}, options, lowered=lowered)
    if LOOP == "trio":
        import trio

        return trio.run(execute_async, plan, {0: 1}, options)
    import asyncio

    from hbia_dsl.drivers.signal_wakeup import woken_by_signals

    async def awaited() -> RunState:
        # A loop of asyncio may sleep through a signal that comes just before it waits.
        with woken_by_signals(asyncio.get_running_loop()):
            return await execute_async(plan, {0: 1}, options)

    return asyncio.run(awaited())


def main() -> None:
    """Run the flow, say what came of it, run another one, and end as it did."""
    plan = globals()[KIND]()
    try:
        run(plan)
    except KeyboardInterrupt as interrupt:
        say(f"interrupted {type(interrupt).__name__} {interrupt.args}")
        for note in getattr(interrupt, "__notes__", []):
            say(f"note {note}")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        say(f"then {run(works()).slots[1]}")
        raise


main()
