"""Run a flow in a simulated world: any schedule that a real run could meet, by its seed.

A test that runs a flow on threads sees one order of events, and another one next week.
`simulate` sees the order that its seed stands for, every time; `explore` tries many.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.drivers.simulation_trace import TraceEvent, trace_text
from hbia_dsl.flow.flow import Flow
from hbia_dsl.flow.input_reading import read_call
from hbia_dsl.flow.plan_flow import plan_flow
from hbia_dsl.flow.planned_run import PlannedRun
from hbia_dsl.flow.run_options import (
    DEFAULT_GRACE_S,
    DEFAULT_MAX_TASKS,
    OptionsGiven,
    RunOptions,
    bad_option,
    bad_value,
)
from hbia_dsl.flow.run_result import Run
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.testing.simulated_world import NO_DURATIONS, SimulatedWorld
from hbia_dsl.wiring.wired_flow import WiredFlow

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_NO_INPUTS: Mapping[str, object] = MappingProxyType({})


class SimulatedRun(Generic[T_co]):
    """What one seed led to."""

    def __init__(
        self, run: Run[T_co], seed: int, error: BaseException | None, trace: tuple[TraceEvent, ...]
    ) -> None:
        self.run = run
        """Values, states and timings, also of a failed run; times are virtual seconds."""
        self.seed = seed
        """What leads to the same run again."""
        self.error = error
        """What `Flow.run` would have raised: a `FlowFailed`, or a `CancelledError` if the
        host was cancelled; None if the run succeeded."""
        self.trace = trace
        """What happened, in order."""

    @property
    def value(self) -> T_co:
        """The result of the flow.

        Raises:
            BaseException: `error`, if the run failed.
            ResultError: The flow declares no result.
        """
        if self.error is not None:
            raise self.error
        return self.run.value

    @property
    def states(self) -> Mapping[str, str]:
        """How each vertex ended, by name, in canonical order."""
        return self.run.states

    @property
    def took_s(self) -> float:
        """How long the run took, in virtual seconds."""
        return self.trace[-1].at_s if self.trace else 0.0

    def report(self) -> str:
        """Return the trace as text, headed by the seed."""
        return f"{self!r}\n{trace_text(self.trace)}"

    def __repr__(self) -> str:
        end = "succeeded" if self.error is None else type(self.error).__name__
        return f"SimulatedRun({self.run.flow!r}, seed={self.seed}, {end})"


def simulate(
    flow: Flow[..., T],
    /,
    *,
    seed: int,
    schedule: Literal["serial", "stages", "eager"] = "stages",
    max_workers: int = 4,
    max_tasks: int = DEFAULT_MAX_TASKS,
    timeout_s: float | None = None,
    on_error: Literal["stop", "continue"] = "stop",
    grace_s: float = DEFAULT_GRACE_S,
    durations_s: Mapping[str, float] = NO_DURATIONS,
    cancel_at_s: float | Literal["seeded"] | None = None,
    inputs: Mapping[str, object] = _NO_INPUTS,
    **more_inputs: object,
) -> SimulatedRun[T]:
    """Run a flow as the seed says: one order of all things that can happen.

    Handlers are called, each once, but nothing overlaps and nobody waits: time is
    virtual. A handler that is not async takes its time around one moment; an async one
    sleeps by `virtual_sleep`, and whatever else it awaits is a pause as long as the seed
    says. A handler cannot await asyncio or trio themselves here.

    Args:
        flow: The flow. Its own run options do not count here.
        seed: Decides everything that can vary; the same seed leads to the same run.
        schedule: As in the run options; "serial" is a run that is not parallel.
        max_workers: How many vertices that are not async may run at once.
        max_tasks: How many async vertices may run at once.
        timeout_s: Longest time that the run may take, in virtual seconds.
        on_error: As in the run options.
        grace_s: How long a cancelled async handler is waited for before it is cancelled
            again, in virtual seconds.
        durations_s: How long vertices take, by name, in virtual seconds. For the others
            the seed says it (0 to 8 s), except for async handlers that sleep.
        cancel_at_s: When the run's host is cancelled, in virtual seconds: as
            `task.cancel()` does it. "seeded" leaves the moment to the seed.
        inputs: The flow's inputs, where a name collides with one of these options.
        more_inputs: The flow's inputs.

    Returns:
        How it went; a failed run is returned, not raised.

    Raises:
        RunInputError: An input is missing, unknown or unusable.
        RunOptionError: An option has a value that it cannot have.
        KeyboardInterrupt: A handler was interrupted; this and the like leave bare.
    """
    keeps_going = on_error == "continue"
    limits = (max_workers, max_tasks, timeout_s, keeps_going, grace_s, durations_s, cancel_at_s)
    world = SimulatedWorld(seed, _schedule(schedule), *limits)
    _refuse_bad_options(flow.wired, world, on_error)
    planned = plan_flow(flow.wired, check=True)
    slots = read_call(flow.wired, planned, (), {**inputs, **more_inputs})
    played = world.play(planned.plan, slots)
    run: Run[T] = Run(flow.wired, PlannedRun(planned, played.state))
    return SimulatedRun(run, seed, played.error, played.trace)


def explore(
    play: Callable[[int], SimulatedRun[T]],
    check: Callable[[SimulatedRun[T]], object],
    *,
    seeds: Iterable[int] = range(200),
) -> int:
    """Play many seeds and check each run; stop at the first one that does not hold.

        explore(lambda seed: simulate(signup, seed=seed, name="ann"), check=paid_once)

    Args:
        play: Makes the run of a seed, with whatever a run needs fresh.
        check: Raises if something about a run is wrong.
        seeds: Which seeds to play.

    Returns:
        How many were played.

    Raises:
        Exception: What `play` or `check` raised, with a note that names the seed and
            shows what happened.
    """
    count = 0
    for seed in seeds:
        told = f"this was seed={seed}, the same seed leads there again"
        try:
            run = play(seed)
            told = f"{told}:\n{run.report()}"
            check(run)
        except Exception as error:
            error.add_note(told)
            raise
        count += 1
    return count


def _schedule(name: str) -> Schedule:
    try:
        return Schedule(name)
    except ValueError:
        wanted = " or ".join(f'"{schedule.value}"' for schedule in Schedule)
        raise bad_value("schedule", wanted, name) from None


def _refuse_bad_options(flow: WiredFlow, world: SimulatedWorld, on_error: str) -> None:
    given: OptionsGiven = {
        "max_workers": world.max_workers,
        "max_tasks": world.max_tasks,
        "timeout_s": world.timeout_s,
        "on_error": on_error,  # type: ignore[typeddict-item]  # checked by whom it is given to
        "grace_s": world.grace_s,
    }
    RunOptions().changed(given)
    for name, duration_s in world.durations_s.items():
        if name not in flow.vertices:
            message = f"`durations_s` names `{name}`, which is not a vertex of flow `{flow.name}`"
            known = f"its vertices are {', '.join(flow.vertices)}"
            raise bad_option(message, did_you_mean(name, flow.vertices) or known)
        if duration_s < 0:
            raise bad_value(f"durations_s[{name}]", "a number of seconds, 0 or more", duration_s)
