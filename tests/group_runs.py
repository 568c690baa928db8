"""Flows with one atomic group over a database, every way to run them, and what is asked after.

The group is `reserve -> charge -> confirm`; each member inserts a row of its own, then does
what the test says. `before` runs before the group, `beside` while it is open, `after` when it
is over; what they do is theirs and stays.
"""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Final, Literal

import attrs
import trio

from database_worlds import World, execute
from hbia_dsl import Flow, Run, atomic, vertex
from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.flow.run_options import OptionsGiven
from hbia_dsl.kernel.run_scope import check_cancelled, on_cancel

MEMBERS: Final = ("reserve", "charge", "confirm")
ROW: Final[Mapping[str, int]] = {"reserve": 11, "charge": 12, "confirm": 13}
UNTOUCHED: Final = [(1, 100)]
ALL: Final = [(1, 100), (11, 0), (12, 0), (13, 0)]

Colour = Literal["sync", "async", "mixed"]


class BrokenMemberError(Exception):
    """A member fails."""


async def sleep_for_ever() -> None:
    """Wait as the running loop does."""
    if running_loop() == "trio":
        await trio.sleep_forever()
    await asyncio.Event().wait()


def wait_to_be_stopped() -> None:
    """Wait on a thread until the run, or this vertex, is told to end."""
    told = threading.Event()
    with on_cancel(told.set):
        while not told.wait(0.002):
            check_cancelled()  # in a serial run nobody else looks at the time
    check_cancelled()


@attrs.define
class Script:
    """What happens inside a member after it has written its row."""

    at: str = ""
    """The member in which it happens; empty for none."""
    act: Callable[[], object] = lambda: None
    """Done on the member's thread; an awaitable is awaited if the member is async."""
    done: list[str] = attrs.field(factory=list)
    """What was done outside of the database, in order."""
    calls: dict[str, int] = attrs.field(factory=dict)
    """How often each member was called."""

    is_there: threading.Event = attrs.field(factory=threading.Event)
    """Set when it happens."""

    def enter(self, name: str) -> None:
        """Count a call."""
        self.calls[name] = self.calls.get(name, 0) + 1

    def sync(self, name: str) -> None:
        """Do it."""
        if name == self.at:
            self.is_there.set()
            self.act()

    async def awaited(self, name: str) -> None:
        """Do it and await it."""
        if name == self.at:
            self.is_there.set()
            answer = self.act()
            if isinstance(answer, Coroutine):
                await answer


def insert(name: str) -> str:
    """SQL of a member."""
    return f"INSERT INTO account VALUES ({ROW[name]}, 0)"  # noqa: S608 - a number of ours


def member(
    script: Script,
    name: str,
    kind: object,
    *,
    is_async: bool,
    follows: str | None = None,
    timeout_s: float | None = None,
    group: str = "payment",
) -> Callable[..., object]:
    """Declare a member that inserts its row on a connection of a kind."""

    def sync(taken: int, db: object) -> int:
        script.enter(name)
        answer = execute(db, insert(name))
        step_through(answer)
        script.sync(name)
        return taken + 1

    async def awaited(taken: int, db: object) -> int:
        script.enter(name)
        await execute(db, insert(name))
        await script.awaited(name)
        return taken + 1

    function: Callable[..., object] = awaited if is_async else sync
    function.__annotations__["db"] = kind
    bound = {} if follows is None else {"taken": follows}
    declared = vertex(name=name, inputs=bound, effect="side_effect", timeout_s=timeout_s)
    return atomic(group=group)(declared(function))


def step_through(coroutine: Coroutine[object, object, object]) -> None:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")


def is_async_world(world: World) -> bool:
    """Return whether members have to be async."""
    return world.source.is_async


def payment_flow(
    world: World,
    script: Script,
    colour: Colour = "sync",
    *,
    timeouts: Mapping[str, float] | None = None,
    is_beside_failing: bool = False,
) -> "Flow[..., object]":
    """Make the flow.

    Args:
        world: The database.
        script: What happens.
        colour: Whether members are async; "mixed": the second one is.
        timeouts: Of members, in seconds.
        is_beside_failing: Whether the outsider fails while the group is open.
    """
    limits = timeouts or {}
    kind = world.kinds[0]
    if is_async_world(world):
        colour = "async"
    members = []
    for place, name in enumerate(MEMBERS):
        members.append(
            member(
                script,
                name,
                kind,
                is_async=colour == "async" or (colour == "mixed" and place == 1),
                follows="before" if place == 0 else MEMBERS[place - 1],
                timeout_s=limits.get(name),
            )
        )

    @vertex(effect="side_effect")
    def before(x: int) -> int:
        script.done.append("before")
        return x

    @vertex(inputs={"x": "before"}, effect="side_effect")
    def beside(x: int) -> str:
        if is_beside_failing:
            assert script.is_there.wait(10)
            raise BrokenMemberError("beside")
        script.done.append("beside")
        return str(x)

    @vertex(inputs={"taken": "confirm"}, effect="side_effect")
    def after(taken: int) -> float:
        script.done.append("after")
        return float(taken)

    flow = Flow.of("shop", before, *members, beside, after, result=after)
    return flow.options(transactions={"payment": world.source})


@attrs.frozen
class Mode:
    """A way to run a flow from a test."""

    name: str
    options: OptionsGiven
    loop: Literal["asyncio", "trio"] | None = None

    def __str__(self) -> str:
        return self.name

    def run(self, flow: "Flow[..., object]", **inputs: object) -> Run[object]:
        """Run it from code without a loop."""
        return flow.options(**self.options).run(**inputs)  # type: ignore[arg-type]  # none is `parallel`

    def run_hosted(self, flow: "Flow[..., object]", **inputs: object) -> Run[object]:
        """Run it inside a loop of ours, and see that no task is left in it."""
        chosen = flow.options(**self.options)

        async def host() -> Run[object]:
            try:
                return await chosen.run_async(**inputs)  # type: ignore[arg-type]  # as above
            finally:
                if self.loop == "asyncio":
                    await asyncio.sleep(0)
                    assert asyncio.all_tasks() == {asyncio.current_task()}

        return trio.run(host) if self.loop == "trio" else asyncio.run(host())


SERIAL: Final = Mode("serial", {})
STAGED: Final = Mode("threads staged", {"parallel": True})
EAGER: Final = Mode("threads eager", {"parallel": True, "schedule": "eager"})
ASYNCIO: Final = Mode("asyncio", {"parallel": True}, "asyncio")
TRIO: Final = Mode("trio", {"parallel": True, "async_backend": "trio"}, "trio")
ASYNCIO_SERIAL: Final = Mode("asyncio serial", {}, "asyncio")
MODES: Final = (SERIAL, STAGED, EAGER, ASYNCIO, TRIO)


def press_ctrl_c() -> None:
    """Press Ctrl-C: the main thread is told, whichever thread this is.

    Turns the collector off; the tests' fixture turns it on again.
    """
    gc.disable()  # an interrupt inside a callback of the collector would be lost
    main = threading.main_thread()
    if threading.current_thread() is not main:
        # A signal that comes just before the main thread begins to wait is noticed by Python only
        # when the wait is over, and here everything happens at once. Nothing tells that it waits.
        threading.Event().wait(0.01)
    assert main.ident is not None
    signal.pthread_kill(main.ident, signal.SIGINT)


def press_until(noticed: Callable[[], bool]) -> None:
    """Press Ctrl-C; again only if the first press came too early to be noticed."""
    press_ctrl_c()
    pause = threading.Event()
    for _ in range(100):
        for _ in range(100):
            if noticed():
                return
            pause.wait(0.003)
        press_ctrl_c()


def press_and_wait_to_be_stopped() -> None:
    """Press Ctrl-C on a thread, and wait until the run stops because of it."""
    told = threading.Event()
    with on_cancel(told.set):
        press_until(told.is_set)
    check_cancelled()
