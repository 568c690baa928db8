"""`simulate` and `explore` as a user meets them: virtual time, seeds, traces, refusals."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import pytest
import trio

from hbia_dsl import Flow, FlowFailed, check_cancelled, vertex
from hbia_dsl.errors import (
    ForeignLoopError,
    RunInputError,
    RunOptionError,
    RunTimeout,
    VertexCancelled,
    VertexTimeout,
)
from hbia_dsl.testing import SimulatedRun, explore, simulate, virtual_sleep


@vertex
def fetch(url: str) -> bytes:
    return url.encode()


@vertex
def count(fetch: bytes) -> int:
    return len(fetch)


@vertex
async def ring(fetch: bytes) -> str:
    await virtual_sleep(3600)
    return fetch.decode()


@vertex
def report(count: int, ring: str) -> str:
    return f"{ring}: {count}"


flow = Flow.of("crawl", fetch, count, ring, report, result=report)
LASTS = {"fetch": 1.0, "count": 0.5, "report": 0.25}
GOLDEN = """\
SimulatedRun('crawl', seed=4, FlowFailed)
    0.000  start      fetch
    0.500  call       fetch
    1.000  succeeded  fetch
    1.000  start      count
    1.000  start      ring
    1.000  call       ring
    1.125  call       count
    1.500  succeeded  count
   60.000  deadline   (the run)
   60.000  stop       (the run)
   60.000  cancel     ring
   60.000  cancelled  ring"""


def single(handler: Callable[..., object], **options: object) -> Flow[..., object]:
    """Make a flow of one vertex."""
    return Flow.of("single", vertex(**options)(handler), result=handler)  # type: ignore[call-overload, arg-type]  # options and results of any kind


def test_a_run_has_values_states_and_times_in_virtual_seconds() -> None:
    run = simulate(flow, seed=1, url="x.org", durations_s=LASTS)

    assert run.value == "x.org: 5"
    assert set(run.states.values()) == {"succeeded"}
    assert run.took_s == 1 + 3600 + 0.25
    assert run.run.timings["ring"].duration_s == 3600
    assert run.run["count.count"] == 5


def test_a_trace_tells_what_happened_when() -> None:
    run = simulate(flow, seed=4, url="x.org", durations_s=LASTS, timeout_s=60)

    assert run.report() == GOLDEN


def test_the_same_seed_leads_to_the_same_run() -> None:
    for seed in range(20):
        once, again = (simulate(flow, seed=seed, url="x", schedule="eager") for _ in range(2))
        assert once.trace == again.trace


def test_seeds_try_every_order_of_independent_vertices() -> None:
    @vertex
    def left(x: int) -> int:
        return x

    @vertex
    def right(x: int) -> str:
        return str(x)

    @vertex
    async def middle(x: int) -> float:
        return x

    both = Flow.of("both", left, right, middle)

    orders = set()
    for seed in range(100):
        run = simulate(both, seed=seed, x=1)
        orders.add(tuple(e.vertex for e in run.trace if e.what == "succeeded"))

    assert len(orders) == 6


def test_a_serial_simulation_overlaps_nothing() -> None:
    run = simulate(flow, seed=5, schedule="serial", url="x")

    whats = [event.what for event in run.trace]
    assert whats == ["start", "call", "succeeded"] * 4


def test_workers_limit_what_runs_at_once() -> None:
    @vertex
    def one(x: int) -> int:
        return x

    @vertex
    def two(x: int) -> int:
        return x

    pair = Flow.of("pair", one, two)
    lasts = {"one": 2.0, "two": 2.0}

    assert simulate(pair, seed=1, x=1, durations_s=lasts).took_s == 2
    assert simulate(pair, seed=1, x=1, durations_s=lasts, max_workers=1).took_s == 4


def test_a_failed_run_is_returned_and_raises_when_its_value_is_asked_for() -> None:
    def broken() -> int:
        raise LookupError("no such page")

    run = simulate(single(broken), seed=11)

    assert isinstance(run.error, FlowFailed)
    assert run.states == {"broken": "failed"}
    assert repr(run) == "SimulatedRun('single', seed=11, FlowFailed)"
    with pytest.raises(FlowFailed) as caught:
        _ = run.value
    assert caught.value is run.error


def test_the_notes_of_a_failure_name_the_seed() -> None:
    def broken() -> int:
        raise LookupError("no such page")

    run = simulate(single(broken), seed=11)

    assert isinstance(run.error, FlowFailed)
    assert run.error.root.__notes__[0].endswith("run seed-11")


def test_on_error_continue_runs_what_does_not_depend_on_the_failure() -> None:
    @vertex
    def broken(x: int) -> str:
        raise ValueError(x)

    @vertex
    def after(broken: str) -> bytes:
        return broken.encode()

    @vertex
    def other(x: int) -> int:
        return x

    run = simulate(Flow.of("three", broken, after, other), seed=1, x=1, on_error="continue")

    assert run.states == {"broken": "failed", "other": "succeeded", "after": "skipped"}


def test_a_deadline_is_reached_in_virtual_time() -> None:
    run = simulate(flow, seed=1, url="x", timeout_s=60, durations_s=LASTS)

    assert isinstance(run.error, FlowFailed)
    assert isinstance(run.error.root, RunTimeout)
    assert run.took_s == 60
    assert run.states["ring"] == "cancelled"
    assert run.error.skipped == ("report",)


def test_an_async_vertex_is_cancelled_at_its_timeout() -> None:
    cleaned_up = []

    async def slow() -> int:
        try:
            await virtual_sleep(100)
        finally:
            cleaned_up.append("yes")
        return 1

    run = simulate(single(slow, timeout_s=2), seed=1)

    assert isinstance(run.error, FlowFailed)
    assert isinstance(run.error.root, VertexTimeout)
    assert (run.took_s, cleaned_up) == (2.0, ["yes"])


def test_a_vertex_on_a_thread_that_ends_too_late_has_timed_out() -> None:
    def slow() -> int:
        return 1

    run = simulate(single(slow, timeout_s=2), seed=1, durations_s={"slow": 2.5})

    assert isinstance(run.error, FlowFailed)
    assert isinstance(run.error.root, VertexTimeout)
    assert run.took_s == 2.5


def test_a_handler_on_a_thread_can_notice_its_timeout() -> None:
    noticed = 0
    for seed in range(30):

        def slow() -> int:
            check_cancelled()
            return 1

        run = simulate(single(slow, timeout_s=2), seed=seed, durations_s={"slow": 4.0})

        assert isinstance(run.error, FlowFailed)
        assert isinstance(run.error.root, VertexTimeout)
        noticed += isinstance(run.error.root.__cause__, VertexCancelled)

    assert 5 < noticed < 25  # it looks at a drawn moment: before the timeout or after it


def test_an_async_handler_that_sleeps_takes_that_long_and_no_longer() -> None:
    async def naps() -> int:
        await virtual_sleep(1.5)
        return 1

    assert {simulate(single(naps), seed=seed).took_s for seed in range(20)} == {1.5}
    assert simulate(single(naps), seed=1, durations_s={"naps": 5.0}).took_s == 5


def test_the_host_can_be_cancelled_at_a_moment() -> None:
    seen = []

    async def slow() -> int:
        try:
            await virtual_sleep(100)
        except asyncio.CancelledError:
            seen.append("cancelled")
            await virtual_sleep(1)
            seen.append("cleaned up")
            raise
        return 1

    run = simulate(single(slow), seed=1, cancel_at_s=10)

    assert isinstance(run.error, asyncio.CancelledError)
    assert seen == ["cancelled", "cleaned up"]
    assert run.states == {"slow": "cancelled"}
    assert run.took_s == 11


def test_a_seeded_cancellation_comes_at_many_moments() -> None:
    cancelled = [
        simulate(flow, seed=seed, url="x", cancel_at_s="seeded").error is not None
        for seed in range(60)
    ]

    assert sum(cancelled) > 30


def test_a_handler_that_ignores_its_cancellation_is_cancelled_again_after_the_grace() -> None:
    moments = []

    async def stubborn() -> int:
        for _ in range(3):
            try:
                await virtual_sleep(1_000)
            except asyncio.CancelledError:
                moments.append("ignored")
        return 1

    run = simulate(single(stubborn), seed=1, cancel_at_s=10, grace_s=5)

    told = [event.at_s for event in run.trace if event.what == "cancel" and event.vertex]
    assert moments == ["ignored"] * 3
    assert told == [10, 15, 16]
    assert run.states == {"stubborn": "succeeded"}


def test_a_handler_cancelled_before_it_begins_is_told_at_its_first_pause_and_once() -> None:
    first_told = []
    for seed in range(20):
        pauses: list[str] = []

        async def stubborn() -> int:
            for _ in range(3):
                try:
                    await virtual_sleep(1)
                    pauses.append("slept")  # noqa: B023 - it runs before the next turn
                except asyncio.CancelledError:
                    pauses.append("told")  # noqa: B023 - as above
            return 1

        run = simulate(single(stubborn), seed=seed, cancel_at_s=0)

        assert pauses == ["told", "slept", "slept"]
        whats = [event.what for event in run.trace if event.vertex]
        first_told.append(whats.index("cancel") < whats.index("call"))

    assert {False, True} == set(first_told)


def test_a_cancellation_that_nobody_meant_is_a_failure() -> None:
    async def lost() -> int:
        raise asyncio.CancelledError

    run = simulate(single(lost), seed=1)

    assert isinstance(run.error, FlowFailed)
    assert isinstance(run.error.root, VertexCancelled)
    assert "although nobody cancelled it" in str(run.error.root)


def test_a_failure_cancels_the_async_handlers_that_run() -> None:
    @vertex
    def broken(x: int) -> str:
        raise ValueError(x)

    @vertex
    async def waits(x: int) -> int:
        await virtual_sleep(1_000)
        return x

    run = simulate(Flow.of("two", broken, waits), seed=1, x=1)

    assert run.states == {"broken": "failed", "waits": "cancelled"}
    assert run.took_s <= 8


def test_an_interrupt_out_of_a_handler_leaves_bare() -> None:
    def pressed() -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(single(pressed), seed=1)


def test_a_handler_that_never_ends_is_reported() -> None:
    async def forever() -> int:
        while True:
            await virtual_sleep(1)

    with pytest.raises(RunTimeout, match=r"does not end.*still waits for forever"):
        simulate(single(forever), seed=1)


def test_any_other_awaitable_is_a_pause_of_drawn_length() -> None:
    class Pause:
        def __await__(self) -> Generator[None, None, str]:
            yield
            return "went on"

    async def waits() -> str:
        return await Pause()

    runs = [simulate(single(waits), seed=seed) for seed in range(20)]

    assert {run.value for run in runs} == {"went on"}
    assert len({run.took_s for run in runs}) > 3


async def _sleep_on_asyncio() -> int:
    await asyncio.sleep(1)
    return 1


async def _sleep_on_trio() -> int:
    await trio.sleep(1)
    return 1


@pytest.mark.parametrize("handler", [_sleep_on_asyncio, _sleep_on_trio])
def test_a_handler_that_needs_an_event_loop_is_told_what_to_do(
    handler: Callable[[], Awaitable[int]],
) -> None:
    async def hosted() -> SimulatedRun[object]:
        return simulate(single(handler), seed=1)

    for run in (simulate(single(handler), seed=1), asyncio.run(hosted()), trio.run(hosted)):
        assert isinstance(run.error, FlowFailed)
        assert isinstance(run.error.root, ForeignLoopError)
        assert "await `virtual_sleep`" in str(run.error.root)


def test_virtual_sleep_is_the_loops_own_sleep_in_a_real_run() -> None:
    async def naps() -> str:
        await virtual_sleep(0)
        return "slept"

    for backend in ("asyncio", "trio"):
        assert single(naps).options(async_backend=backend).run().value == "slept"
    assert asyncio.run(naps()) == "slept"


def test_every_vertex_has_its_own_copy_of_the_callers_context() -> None:
    level = ContextVar("level", default=0)

    @vertex
    def first(x: int) -> int:
        level.set(level.get() + x)
        return level.get()

    @vertex
    async def second(first: int) -> list[int]:
        level.set(level.get() + first)
        await virtual_sleep(1)
        return [first, level.get()]

    level.set(10)
    run = simulate(Flow.of("levels", first, second, result=second), seed=1, x=1)

    assert run.value == [11, 21]
    assert level.get() == 10


def test_async_context_managers_work_in_simulated_handlers() -> None:
    steps = []

    @asynccontextmanager
    async def connection() -> AsyncIterator[str]:
        steps.append("open")
        await virtual_sleep(1)
        try:
            yield "connection"
        finally:
            await virtual_sleep(1)
            steps.append("closed")

    async def query() -> str:
        async with connection() as found:
            return found

    assert simulate(single(query), seed=1).took_s == 2
    assert steps == ["open", "closed"]


def test_a_simulation_inside_a_run_is_a_world_of_its_own() -> None:
    def outer() -> float:
        return simulate(flow, seed=1, url="x", durations_s=LASTS).took_s

    assert single(outer).options(timeout_s=60).run().value == 3601.25


def test_inputs_of_any_name_can_be_given() -> None:
    def draws(seed: int, inputs: str) -> str:
        return f"{inputs} {seed}"

    run = simulate(single(draws), seed=1, inputs={"seed": 7, "inputs": "lucky"})

    assert run.value == "lucky 7"


def test_inputs_are_checked_as_in_a_real_run() -> None:
    with pytest.raises(RunInputError, match="missing input `url`"):
        simulate(flow, seed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_workers": 0}, "`max_workers` must be a whole number of at least 1"),
        ({"timeout_s": -1}, "`timeout_s` must be"),
        ({"schedule": "lazy"}, '`schedule` must be "serial" or "stages" or "eager"'),
        ({"on_error": "ignore"}, "`on_error` must be"),
        ({"durations_s": {"fetsh": 1.0}}, "did you mean `fetch`"),
        ({"durations_s": {"fetch": -1.0}}, "a number of seconds, 0 or more"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(RunOptionError) as caught:
        simulate(flow, seed=1, url="x", **options)  # type: ignore[arg-type]  # that they are wrong is the test

    assert message in str(caught.value)


def test_explore_plays_every_seed() -> None:
    seen = []

    played = explore(
        lambda seed: simulate(flow, seed=seed, url="x"),
        lambda run: seen.append(run.seed),
        seeds=range(5, 10),
    )

    assert played == 5
    assert seen == [5, 6, 7, 8, 9]


def test_explore_names_the_seed_that_fails_and_shows_its_trace() -> None:
    def quick_enough(run: SimulatedRun[str]) -> None:
        assert run.took_s < 3610

    with pytest.raises(AssertionError) as caught:
        explore(lambda seed: simulate(flow, seed=seed, url="x"), quick_enough)

    note = caught.value.__notes__[-1]
    seed = int(note.split("seed=")[1].split(",")[0])
    assert note.startswith(f"this was seed={seed}, the same seed leads there again:\n")
    assert note.endswith(simulate(flow, seed=seed, url="x").report())
