"""Every way to run a plan, and what a run of it came to."""

import asyncio
import re
import time
import traceback
from collections.abc import Callable, Mapping

import attrs
import trio

from compiled_plans import compiled_if_plain
from hbia_dsl.drivers.asyncio_loop import drive_on_asyncio
from hbia_dsl.drivers.own_loop import drive_on_own_loop
from hbia_dsl.drivers.serial import drive_serially
from hbia_dsl.drivers.threads_crew import drive_with_crew
from hbia_dsl.drivers.threads_staged import drive_stages_on_threads
from hbia_dsl.drivers.trio_loop import drive_on_trio
from hbia_dsl.flow.run_account import states_of
from hbia_dsl.kernel.conclusion import conclude
from hbia_dsl.kernel.kernel import SUCCEEDED, Schedule
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.kernel.run_state import RunState


@attrs.frozen
class Limits:
    """What a driver is limited to."""

    max_workers: int = 4
    max_tasks: int = 1_000
    grace_s: float = 10.0


@attrs.frozen
class Driver:
    """A way to run a plan."""

    name: str
    schedule: Schedule
    drive: Callable[[RunState, Limits], None]
    runs_async: bool
    """Whether it can run async vertices."""
    has_loop: bool
    """Whether there is an event loop, also for plans without async vertices."""

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Outcome:
    """What a run came to."""

    run: RunState
    error: BaseException | None

    @property
    def values(self) -> list[tuple[str, object]]:
        """The values of the vertices that succeeded, in canonical order."""
        run = self.run
        return [
            (vertex.name, run.slots[vertex.slot])
            for vertex, state in zip(run.vertices, run.kernel.states, strict=True)
            if state == SUCCEEDED
        ]

    @property
    def states(self) -> list[tuple[str, str]]:
        """How each vertex ended, in canonical order."""
        return list(states_of(self.run).items())

    @property
    def report(self) -> str:
        """What a person reads of the failure, without what differs from run to run."""
        if self.error is None:
            return ""
        text = "".join(traceback.format_exception_only(self.error))
        if isinstance(self.error, BaseExceptionGroup):
            text += "".join(_leaves(self.error))
        return re.sub(r"run [0-9a-f]{12}", "run ID", text)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[str]:
    found: list[str] = []
    for leaf in group.exceptions:
        found += traceback.format_exception_only(leaf)
        if isinstance(leaf, BaseExceptionGroup):
            found += _leaves(leaf)
    return found


def new_run(
    plan: Plan,
    schedule: Schedule,
    inputs: Mapping[int, object] | None = None,
    *,
    timeout_s: float | None = None,
    keeps_going: bool = False,
) -> RunState:
    """Prepare a run; slot 0 holds 1 if nothing else is said."""
    return RunState(
        plan,
        {0: 1} if inputs is None else inputs,
        clock=time.perf_counter,
        timeout_s=timeout_s,
        schedule=schedule,
        keeps_going=keeps_going,
    )


def run_under(
    driver: Driver,
    plan: Plan,
    *,
    timeout_s: float | None = None,
    keeps_going: bool = False,
    limits: Limits | None = None,
) -> Outcome:
    """Run a plan to its end and keep what it raised."""
    run = new_run(plan, driver.schedule, timeout_s=timeout_s, keeps_going=keeps_going)
    try:
        driver.drive(run, Limits() if limits is None else limits)
        conclude(run)
    except BaseException as error:  # noqa: BLE001 - what is raised is the outcome
        return Outcome(run, error)
    return Outcome(run, None)


def run_past_deadline(driver: Driver, plan: Callable[[float], Plan], slow: str) -> Outcome:
    """Run a plan with a deadline that a vertex does not keep.

    The deadline is short; if the machine is so busy that the vertex does not even begin
    before it, it is done again with a longer one.

    Args:
        driver: The driver.
        plan: Makes the plan, given the limit in seconds.
        slow: The vertex that takes longer than that.
    """
    for timeout_s in (0.02, 0.3):
        outcome = run_under(driver, plan(timeout_s), timeout_s=timeout_s)
        if dict(outcome.states)[slow] != "skipped":
            return outcome
    return run_under(driver, plan(3.0), timeout_s=3.0)


def _serial(run: RunState, _: Limits) -> None:
    drive_serially(run)


def _staged(run: RunState, limits: Limits) -> None:
    drive_stages_on_threads(run, limits.max_workers)


def _crew(run: RunState, limits: Limits) -> None:
    drive_with_crew(run, limits.max_workers)


def _own(backend: str, schedule: Schedule) -> Callable[[RunState, Limits], None]:
    def drive(run: RunState, limits: Limits) -> None:
        drive_on_own_loop(run, schedule, backend=backend, **attrs.asdict(limits))

    return drive


def _awaited_in_asyncio(schedule: Schedule) -> Callable[[RunState, Limits], None]:
    def drive(run: RunState, limits: Limits) -> None:
        async def main() -> None:
            await drive_on_asyncio(run, schedule, **attrs.asdict(limits))

        asyncio.run(main())

    return drive


def _awaited_in_trio(schedule: Schedule) -> Callable[[RunState, Limits], None]:
    def drive(run: RunState, limits: Limits) -> None:
        async def main() -> None:
            await drive_on_trio(run, schedule, **attrs.asdict(limits))

        trio.run(main)

    return drive


def _compiled(backend: str, drive: Callable[[RunState, Limits], None]) -> Driver:
    name = f"{backend} compiled"
    return Driver(name, Schedule.SERIAL, drive, runs_async=True, has_loop=True)


def _own_compiled(backend: str) -> Callable[[RunState, Limits], None]:
    def drive(run: RunState, limits: Limits) -> None:
        compiled = compiled_if_plain(run)
        drive_on_own_loop(
            run, Schedule.SERIAL, backend=backend, compiled=compiled, **attrs.asdict(limits)
        )

    return drive


def _compiled_in_asyncio(run: RunState, limits: Limits) -> None:
    async def main() -> None:
        compiled = compiled_if_plain(run)
        await drive_on_asyncio(run, Schedule.SERIAL, compiled=compiled, **attrs.asdict(limits))

    asyncio.run(main())


def _compiled_in_trio(run: RunState, limits: Limits) -> None:
    async def main() -> None:
        compiled = compiled_if_plain(run)
        await drive_on_trio(run, Schedule.SERIAL, compiled=compiled, **attrs.asdict(limits))

    trio.run(main)


def _loops() -> list[Driver]:
    found = []
    for schedule in Schedule:
        for backend in ("asyncio", "trio"):
            awaited = _awaited_in_asyncio if backend == "asyncio" else _awaited_in_trio
            own = _own(backend, schedule)
            name = f"{backend} {schedule.value}"
            found.append(Driver(f"own {name}", schedule, own, runs_async=True, has_loop=True))
            found.append(
                Driver(
                    f"awaited {name}", schedule, awaited(schedule), runs_async=True, has_loop=True
                )
            )
    return found


SERIAL = Driver("serial", Schedule.SERIAL, _serial, runs_async=False, has_loop=False)
STAGED = Driver("threads staged", Schedule.STAGES, _staged, runs_async=False, has_loop=False)
CREW = Driver("threads crew", Schedule.STAGES, _crew, runs_async=False, has_loop=False)
EAGER = Driver("threads eager", Schedule.EAGER, _crew, runs_async=False, has_loop=False)

THREADS = [STAGED, CREW, EAGER]
WITHOUT_LOOP = [SERIAL, *THREADS]
COMPILED = [
    _compiled("own asyncio", _own_compiled("asyncio")),
    _compiled("own trio", _own_compiled("trio")),
    _compiled("awaited asyncio", _compiled_in_asyncio),
    _compiled("awaited trio", _compiled_in_trio),
]
"""Serial runs of plain plans that are all async as compiled source, of others as plans."""
LOOPS = [*_loops(), *COMPILED]
DRIVERS = [*WITHOUT_LOOP, *LOOPS]
PARALLEL = [driver for driver in DRIVERS if driver.schedule is not Schedule.SERIAL]
PARALLEL_LOOPS = [driver for driver in LOOPS if driver.schedule is not Schedule.SERIAL]


def drivers_for(*, is_async: bool) -> list[Driver]:
    """Return the drivers that can run such a plan."""
    return LOOPS if is_async else DRIVERS
