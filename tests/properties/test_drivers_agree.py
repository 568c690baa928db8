"""All drivers, on drawn plans: the same values, states, root and skipped vertices.

In a run that keeps going, or in which nothing fails, nothing may differ. In a run that
stops at a failure, what else was running at that moment may: then the test says what
must be the same all the same.
"""

import os

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_plans import PlanSample
from driver_matrix import LOOPS, SERIAL, STAGED, THREADS, Driver, Outcome, run_under
from hbia_dsl.errors import FlowFailed
from hbia_dsl.kernel.kernel import Schedule
from hbia_dsl.testing.simulated_world import SimulatedWorld
from strategies import plan_samples

EXAMPLES = 20_000 if os.environ.get("HBIA_LONG") == "1" else 200
thorough = settings(max_examples=EXAMPLES)
pytestmark = pytest.mark.timeout(3_600 if os.environ.get("HBIA_LONG") == "1" else 60)

# Inside a loop of the caller's is the same code with a host; here a loop for each run will do.
OWN_LOOPS = [driver for driver in LOOPS if driver.name.startswith("own ")]
NEVER = st.just(False)
SYNC = plan_samples(is_async=NEVER)
ANY = plan_samples()


@attrs.frozen
class Account:
    """What of an outcome must not depend on the driver."""

    values: list[tuple[str, object]]
    states: list[tuple[str, str]]
    failures: list[tuple[str, str]]
    root: str | None
    skipped: tuple[str, ...]


def account_of(outcome: Outcome) -> Account:
    """Take down an outcome; failures by the text of what the handler raised."""
    error = outcome.error
    if error is None:
        return Account(outcome.values, outcome.states, [], None, ())
    assert isinstance(error, FlowFailed)
    failures = [(vertex, repr(failure)) for vertex, failure in error.failures.items()]
    return Account(outcome.values, outcome.states, failures, str(error.root), error.skipped)


def outcomes(sample: PlanSample, seed: int, *, keeps_going: bool) -> list[tuple[str, Outcome]]:
    """Run a plan under every driver that can run it; the serial one comes first."""
    is_async = any(behaviour.is_async for behaviour in sample.behaviours)
    drivers: list[Driver] = OWN_LOOPS if is_async else [SERIAL, *THREADS, *OWN_LOOPS]
    if sample.numbering.inner_counts:
        drivers = [driver for driver in drivers if driver is not STAGED]  # not made for groups
    found = [
        (str(driver), run_under(driver, sample.build().plan, keeps_going=keeps_going))
        for driver in drivers
    ]
    for schedule in Schedule:
        world = SimulatedWorld(seed, schedule, max_workers=2, keeps_going=keeps_going)
        played = world.play(sample.build().plan, {})
        found.append((f"simulated {schedule.value}", Outcome(played.state, played.error)))
    return found


@thorough
@given(SYNC, st.integers(0, 2**16))
def test_without_async_vertices_every_driver_agrees_with_the_serial_one(
    sample: PlanSample, seed: int
) -> None:
    assert_agreement(sample, seed)


@thorough
@given(ANY, st.integers(0, 2**16))
def test_with_async_vertices_every_driver_agrees_with_the_serial_one(
    sample: PlanSample, seed: int
) -> None:
    assert_agreement(sample, seed)


def assert_agreement(sample: PlanSample, seed: int) -> None:
    (_, serial), *others = outcomes(sample, seed, keeps_going=True)
    expected = account_of(serial)

    for driver, outcome in others:
        assert account_of(outcome) == expected, driver
    assert all(value == sample.values[vertex] for vertex, value in expected.values)


@thorough
@given(plan_samples(fails=st.integers(0, 9).map(lambda n: n == 0)), st.integers(0, 2**16))
def test_a_run_that_stops_at_a_failure_ends_alike_up_to_what_was_running_then(
    sample: PlanSample, seed: int
) -> None:
    (_, serial), *others = outcomes(sample, seed, keeps_going=False)
    expected = account_of(serial)
    never = behind_failures(sample)

    for driver, outcome in others:
        found = account_of(outcome)
        assert (found.root is None) == (expected.root is None), driver
        assert {vertex for vertex, _ in found.failures} <= sample.failing, driver
        if len(sample.failing) == 1:
            assert (found.failures, found.root) == (expected.failures, expected.root), driver
        assert never <= set(found.skipped), driver
        assert all(value == sample.values[vertex] for vertex, value in found.values), driver


def behind_failures(sample: PlanSample) -> set[str]:
    """The vertices that can never run, because they wait for one that fails."""
    world = SimulatedWorld(0, Schedule.SERIAL, keeps_going=True)
    states = Outcome(world.play(sample.build().plan, {}).state, None).states
    return {vertex for vertex, state in states if state == "skipped"}
