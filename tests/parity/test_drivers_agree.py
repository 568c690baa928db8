"""A flow comes to the same in every mode: values, order, states, root and report."""

import asyncio

import pytest

from driver_matrix import DRIVERS, SERIAL, STAGED, Driver, Outcome, run_under
from hbia_dsl.errors import FlowFailed
from hbia_dsl.kernel.kernel import Schedule
from sample_plans import Colour, Sketch, chain, diamond, fan, layers, total

FLOWS = {
    "empty": Sketch("empty"),
    "single": chain(1),
    "chain": chain(7),
    "diamond": diamond(),
    "fan": fan(11),
    "layers": layers(5, 6),
    "islands": Sketch("islands").vertex("a", total, "x").vertex("b", total).vertex("c", total),
    "serial group": (
        Sketch("serial group")
        .vertex("first", total, "x")
        .vertex("m1", total, "first")
        .vertex("m2", total, "first")
        .vertex("m3", total, "m1")
        .vertex("beside", total, "first")
        .vertex("last", total, "m2", "beside")
        .group("m1", "m2", "m3")
    ),
    "two groups": (
        Sketch("two groups")
        .vertex("a1", total, "x")
        .vertex("b1", total, "a1")
        .vertex("a2", total, "x")
        .vertex("b2", total, "b1", "a2")
        .vertex("last", total, "b2")
        .group("a1", "a2", no_parallel=False)
        .group("b1", "b2", no_parallel=False)
    ),
}

COLOURS = list(Colour)


def _modes(colour: Colour) -> list[Driver]:
    return [d for d in DRIVERS if d.runs_async or colour is Colour.SYNC]


def _fails(*_: object) -> object:
    raise ValueError("no good")


def _fails_otherwise(*_: object) -> object:
    raise KeyError("missing")


def _fails_in_groups(*_: object) -> object:
    raise ExceptionGroup("several", [ValueError("one"), OSError("two")])


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", FLOWS)
def test_values_and_their_order_are_the_same_in_every_mode(name: str, colour: Colour) -> None:
    reference = run_under(SERIAL, FLOWS[name].plan())
    plan = FLOWS[name].plan(colour)

    assert reference.error is None
    for driver in _modes(colour):
        outcome = run_under(driver, plan)
        assert outcome.error is None, driver
        assert outcome.values == reference.values, driver
        assert outcome.states == reference.states, driver


FAILING = {
    "alone": Sketch("alone").vertex("a", _fails, "x"),
    "in a chain": (
        Sketch("in a chain")
        .vertex("a", total, "x")
        .vertex("b", _fails, "a")
        .vertex("c", total, "b")
        .vertex("d", total, "c")
    ),
    "at the neck": (
        Sketch("at the neck")
        .vertex("a", total, "x")
        .vertex("b", total, "x")
        .vertex("neck", _fails_otherwise, "a", "b")
        .vertex("c", total, "neck")
        .vertex("d", total, "neck")
    ),
    "a group of exceptions": (
        Sketch("a group of exceptions").vertex("a", _fails_in_groups, "x").vertex("b", total, "a")
    ),
    "in an atomic group": (
        Sketch("in an atomic group")
        .vertex("m1", total, "x")
        .vertex("m2", _fails, "m1")
        .vertex("m3", total, "m2")
        .vertex("after", total, "m1")
        .group("m1", "m2", "m3")
    ),
}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("keeps_going", [False, True])
@pytest.mark.parametrize("name", FAILING)
def test_a_failure_is_reported_alike_in_every_mode(
    name: str, keeps_going: bool, colour: Colour
) -> None:
    reference = run_under(SERIAL, FAILING[name].plan(), keeps_going=keeps_going)
    plan = FAILING[name].plan(colour)

    for driver in _modes(colour):
        outcome = run_under(driver, plan, keeps_going=keeps_going)
        _assert_same_failure(outcome, reference, driver)


SPREAD = (
    Sketch("spread")
    .vertex("fine", total, "x")
    .vertex("bad1", _fails, "x")
    .vertex("worse", _fails_otherwise, "x")
    .vertex("after fine", total, "fine")
    .vertex("after bad", total, "bad1")
    .vertex("after both", total, "fine", "worse")
    .vertex("late bad", _fails_in_groups, "after fine")
    .vertex("later fine", total, "after fine")
    .vertex("end", total, "after both", "later fine")
)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_flow_that_keeps_going_skips_and_reports_the_same_in_every_mode(colour: Colour) -> None:
    reference = run_under(SERIAL, SPREAD.plan(), keeps_going=True)

    assert isinstance(reference.error, FlowFailed)
    assert list(reference.error.failures) == ["bad1", "worse", "late bad"]
    assert reference.error.skipped == ("after bad", "after both", "end")
    for driver in _modes(colour):
        outcome = run_under(driver, SPREAD.plan(colour), keeps_going=True)
        _assert_same_failure(outcome, reference, driver)


class _Own(BaseException):
    pass


BARE = [
    SystemExit(3),
    KeyboardInterrupt(),
    GeneratorExit(),
    _Own("mine"),
    BaseExceptionGroup("g", [_Own()]),
]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("error", BARE, ids=lambda e: type(e).__name__)
def test_what_is_not_an_exception_leaves_bare_in_every_mode(
    error: BaseException, colour: Colour
) -> None:
    def raises(*_: object) -> object:
        raise error.with_traceback(None)

    sketch = Sketch().vertex("a", total, "x").vertex("b", raises, "a").vertex("c", total, "b")
    for driver in _modes(colour):
        outcome = run_under(driver, sketch.plan(colour))
        assert outcome.error is error, driver
        assert outcome.states == [("a", "succeeded"), ("b", "failed"), ("c", "skipped")], driver
        assert "vertex `b`" in error.__notes__[-1]


@pytest.mark.parametrize("error", [StopIteration(1), StopAsyncIteration(2)], ids=repr)
def test_an_exception_that_ends_loops_ends_none_of_ours(error: Exception) -> None:
    def raises(*_: object) -> object:
        raise error.with_traceback(None)

    for driver in _modes(Colour.SYNC):
        outcome = run_under(driver, Sketch().vertex("a", raises, "x").plan())
        assert isinstance(outcome.error, FlowFailed), driver
        assert outcome.error.root is error, driver


@pytest.mark.parametrize("colour", [Colour.ASYNC, Colour.SUSPENDING])
@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration])
def test_an_async_handler_that_raises_them_fails_as_python_has_it(
    kind: type[Exception], colour: Colour
) -> None:
    def raises(*_: object) -> object:
        raise kind

    # Python itself turns a StopIteration out of a coroutine into a RuntimeError.
    expected = RuntimeError if kind is StopIteration else kind
    for driver in _modes(colour):
        outcome = run_under(driver, Sketch().vertex("a", raises, "x").plan(colour))
        assert isinstance(outcome.error, FlowFailed), driver
        assert type(outcome.error.root) is expected, driver


@pytest.mark.parametrize("colour", COLOURS)
def test_a_cancellation_that_nobody_asked_for_is_a_failure_in_every_mode(colour: Colour) -> None:
    def raises(*_: object) -> object:
        raise asyncio.CancelledError

    sketch = Sketch().vertex("a", raises, "x").vertex("b", total, "a")
    reference = run_under(SERIAL, sketch.plan())

    assert isinstance(reference.error, FlowFailed)
    assert isinstance(reference.error.root.__cause__, asyncio.CancelledError)
    assert "nobody cancelled it" in str(reference.error.root)
    for driver in _modes(colour):
        _assert_same_failure(run_under(driver, sketch.plan(colour)), reference, driver)


def test_the_deadline_of_a_run_is_reported_alike_in_every_mode() -> None:
    sketch = chain(3)
    reference = run_under(SERIAL, sketch.plan(), timeout_s=1e-9)

    assert isinstance(reference.error, FlowFailed)
    assert isinstance(reference.error.root, TimeoutError)
    for driver in DRIVERS:
        if driver is STAGED:  # with a deadline the crew is taken: somebody must watch the time
            continue
        outcome = run_under(driver, sketch.plan(), timeout_s=1e-9)
        _assert_same_failure(outcome, reference, driver)


def test_the_matrix_holds_every_mode() -> None:
    names = {driver.name for driver in DRIVERS}

    assert len(names) == len(DRIVERS) == 20
    assert {driver.schedule for driver in DRIVERS} == set(Schedule)


def _assert_same_failure(outcome: Outcome, reference: Outcome, driver: Driver) -> None:
    error, expected = outcome.error, reference.error
    assert isinstance(error, FlowFailed), driver
    assert isinstance(expected, FlowFailed)
    assert list(error.failures) == list(expected.failures), driver
    assert type(error.root) is type(expected.root), driver
    assert error.skipped == expected.skipped, driver
    assert outcome.states == reference.states, driver
    assert outcome.values == reference.values, driver
    assert outcome.report == reference.report, driver
