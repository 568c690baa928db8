"""Twenty thousand schedules that threads and event loops might run, each by its seed.

A seed draws a small plan (groups, failures, timeouts, async handlers), a world to run it
in (schedule, workers, deadline, cancellation) and everything that happens there. A
failure names its seed; `laws_of(seed).check()` is that run again.
"""

import os
import random
from collections.abc import Callable

import attrs
import pytest

from drawn_plans import Behaviour, BuiltPlan, PlanSample, random_sample
from hbia_dsl.drivers.simulation_trace import trace_text
from hbia_dsl.graph.adjacency import adjacency_of_edges
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.testing.simulated_world import SimulatedWorld
from simulation_laws import Laws

IS_LONG = os.environ.get("HBIA_LONG") == "1"
SEEDS = 2_000_000 if IS_LONG else 20_000
CHUNK = SEEDS // 10

a_chunk_of_seeds = pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
pytestmark = pytest.mark.timeout(7_200 if IS_LONG else 60)


def random_world(rng: random.Random, seed: int) -> SimulatedWorld:
    """Draw a world: mostly an undisturbed one."""
    return SimulatedWorld(
        seed,
        rng.choice(tuple(Schedule)),
        max_workers=rng.choice((1, 2, 3, 12)),
        max_tasks=rng.choice((1, 2, 12)),
        timeout_s=rng.choice((1.0, 4.0, 7.75)) if rng.random() < 0.15 else None,
        keeps_going=rng.random() < 0.4,
        cancel_at_s="seeded" if rng.random() < 0.15 else None,
    )


def laws_of(seed: int) -> Laws:
    """The run of a seed, to be checked."""
    rng = random.Random(seed)
    failures = rng.choice((0.0, 0.05, 0.3))
    timeouts = rng.choice((0.0, 0.0, 0.2))
    built = BuiltPlan(random_sample(rng, failures=failures, timeouts=timeouts))
    world = random_world(rng, seed)
    return Laws(built, world, world.play(built.plan, {}))


def undisturbed(seed: int) -> Laws:
    """The run of a seed in which nothing fails and nobody interferes."""
    rng = random.Random(seed)
    built = BuiltPlan(random_sample(rng, failures=0.0, timeouts=0.0))
    world = attrs.evolve(random_world(rng, seed), timeout_s=None, cancel_at_s=None)
    return Laws(built, world, world.play(built.plan, {}))


def for_each_seed(first: int, play: Callable[[int], Laws], check: Callable[[Laws], None]) -> None:
    """Check the run of every seed of a chunk; name the seed of one that fails."""
    for seed in range(first, first + CHUNK):
        laws = None
        try:
            laws = play(seed)
            check(laws)
        except Exception as error:
            error.add_note(f"this was seed={seed}")
            if laws is not None:
                error.add_note(f"{laws.world}\n{laws.built.sample}\n{trace_text(laws.trace)}")
            raise


@a_chunk_of_seeds
def test_no_schedule_breaks_a_law(first: int) -> None:
    for_each_seed(first, laws_of, Laws.check)


def test_a_seed_leads_to_the_same_run_again() -> None:
    for seed in range(500):
        once, again = laws_of(seed), laws_of(seed)

        assert once.trace == again.trace
        assert once.states == again.states
        assert once.played.state.slots == again.played.state.slots


def test_seeds_differ() -> None:
    independent = PlanSample(adjacency_of_edges(8, []), behaviours=(Behaviour(),) * 8)

    orders = {
        tuple(e.vertex for e in SimulatedWorld(seed).play(independent.build().plan, {}).trace)
        for seed in range(50)
    }

    assert len(orders) > 45


def test_if_nothing_fails_every_schedule_leads_to_the_values_of_a_serial_run() -> None:
    for seed in range(2_000):
        laws = undisturbed(seed)
        serial = attrs.evolve(laws.world, schedule=Schedule.SERIAL)

        alone = serial.play(laws.built.sample.build().plan, {})

        assert laws.played.error is None, f"seed={seed}"
        assert laws.played.state.slots == alone.state.slots, f"seed={seed}"


def test_the_drawn_runs_are_worth_checking() -> None:
    seen: dict[str, int] = {}
    for seed in range(1_000):
        laws = laws_of(seed)
        told = {event.what for event in laws.trace} | {f"state {s}" for s in laws.states.values()}
        told.add(f"error {type(laws.played.error).__name__}")
        for thing in told:
            seen[thing] = seen.get(thing, 0) + 1

    wanted = ("timeout", "cancel", "deadline", "stop", "failed", "cancelled", "state skipped")
    errors = ("error NoneType", "error FlowFailed", "error CancelledError")
    assert all(seen.get(thing, 0) >= 30 for thing in (*wanted, *errors)), seen
