"""A verification that could tell nothing says so, and one that is misused is refused."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

import pytest

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.errors import RunInputError, RunOptionError, RunUsageError, VerificationError
from hbia_dsl.testing import Verification, verify_groups
from verified_sagas import saga

rows: list[str] = []


@pytest.fixture(autouse=True)
def _no_rows() -> None:
    rows.clear()


def _undo(inputs: Mapping[str, object], output: object) -> None:
    if "booked" in rows:
        rows.remove("booked")


@atomic(group="trip", on_failure="compensate", compensate=_undo)
@vertex(effect="side_effect")
def book(city: str) -> str:
    rows.append("booked")
    return city


@atomic(group="trip", on_failure="compensate", pivot=True)
@vertex(inputs={"booked": book}, effect="side_effect")
def pay(booked: str) -> int:
    if not booked:
        raise ValueError("nothing is booked")
    return len(booked)


travel = Flow.of("travel", book, pay)


def _verified(
    probe: Callable[[], object],
    *,
    city: str = "Rome",
    reset: Callable[[], object] | None = rows.clear,
    flow: Flow[..., object] = travel,
) -> Verification:
    return verify_groups(flow, probe, inputs={"city": city}, reset=reset)


def _only_message(found: Verification) -> str:
    assert [problem.code.number for problem in found.problems] == ["HB340"], found
    return found.problems[0].message


def test_the_flow_that_they_start_from_is_fine() -> None:
    assert _verified(lambda: list(rows)).ok


@pytest.mark.parametrize("reset", [None, rows.clear])
def test_a_probe_that_sees_nothing_is_told(reset: Callable[[], object] | None) -> None:
    found = _verified(lambda: 0, reset=reset)

    assert "after a run that succeeded the probe gives what it gave before" in _only_message(found)


def test_a_probe_that_returns_the_living_object_sees_nothing() -> None:
    assert "what it gave before" in _only_message(_verified(lambda: rows))


@pytest.mark.parametrize("reset", [None, rows.clear])
def test_a_flow_that_fails_by_itself_is_told(reset: Callable[[], object] | None) -> None:
    found = _verified(lambda: list(rows), city="", reset=reset)

    message = _only_message(found)
    assert "`pay` raised ValueError without having been made to" in message
    assert found.problems[0].location is not None


def test_a_reset_that_leaves_something_is_told() -> None:
    found = _verified(lambda: list(rows), reset=lambda: rows.append("again"))

    assert "after `reset` the probe does not give what it gave first" in _only_message(found)


@vertex(effect="side_effect")
def greet(city: str) -> bytes:
    rows.append("greeted")
    return city.encode()


@atomic(group="trip", on_failure="compensate", pivot=True)
@vertex(name="pay", inputs={"booked": book}, effect="side_effect")
def pay_after_greeting(booked: str, greet: bytes) -> int:
    return len(booked)


def test_what_comes_before_the_group_needs_a_reset_if_the_probe_sees_it() -> None:
    flow = Flow.of("polite", greet, book, pay_after_greeting)

    without = _verified(lambda: list(rows), reset=None, flow=flow)
    rows.clear()
    with_reset = _verified(lambda: list(rows), flow=flow)

    assert "what runs before it changes what the probe gives" in _only_message(without)
    assert with_reset.ok, with_reset


def test_what_the_probe_raises_comes_out_as_it_is() -> None:
    error = ConnectionError("no database")

    def probe() -> object:
        raise error

    with pytest.raises(ConnectionError) as caught:
        _verified(probe)

    assert caught.value is error


def test_a_test_can_end_with_one_line_that_raises_all_problems() -> None:
    broken = saga(3, defects={0: "forgets"})
    found = verify_groups(broken.flow, broken.probe, inputs={"after": ""}, reset=broken.reset)

    with pytest.raises(VerificationError) as caught:
        found.require_ok()

    assert isinstance(caught.value, AssertionError)
    assert caught.value.diagnostics == tuple(found.problems)
    assert "error[HB343]" in str(caught.value)


def test_the_report_counts_the_runs_and_shows_the_problems() -> None:
    kept = saga(2)
    broken = saga(2, defects={0: "forgets"})
    inputs = {"after": ""}

    fine = str(verify_groups(kept.flow, kept.probe, inputs=inputs, reset=kept.reset))
    bad = str(verify_groups(broken.flow, broken.probe, inputs=inputs, reset=broken.reset))

    assert fine == "flow `saga`\n  group `trip` (compensate): 12 runs, keeps its word"
    assert bad.startswith("flow `saga`\n  group `trip` (compensate): 12 runs, 1 problem\n\nerror[")


@atomic(group="notes", on_failure="abort")
@vertex(effect="side_effect")
def note(city: str) -> float:
    rows.append("noted")
    return 1.0


@atomic(group="sums")
@vertex(effect="pure")
def add(city: str) -> list[str]:
    return [city]


def test_groups_that_promise_nothing_are_passed_over_and_named() -> None:
    flow = Flow.of("mixed", note, add, book, pay)

    found = _verified(lambda: list(rows), flow=flow)

    assert found.ok
    assert {group.name: group.skipped for group in found.groups} == {
        "notes": "it promises nothing",
        "sums": "its members are pure",
        "trip": "",
    }
    with pytest.raises(RunOptionError, match="has no group to verify"):
        verify_groups(flow, rows.copy, inputs={"city": ""}, groups=["notes", "sums"])


def test_only_the_groups_that_are_named_are_tried() -> None:
    kept = saga(2)
    found = verify_groups(kept.flow, kept.probe, inputs={"after": ""}, groups=["trip", "trip"])

    assert [group.name for group in found.groups] == ["trip"]


async def _async_probe() -> int:
    return 0


def _probe() -> int:
    return len(rows)


@pytest.mark.parametrize(
    ("probe", "groups", "modes", "text"),
    [
        (_probe, ["tripp"], None, "did you mean `trip`"),
        (_probe, [], None, "`groups` is empty"),
        (_probe, None, [], "`modes` is empty"),
        (_probe, None, ["threads"], '"serial" or "parallel"'),
        (_async_probe, None, None, "`probe` is an async function"),
        (7, None, None, "`probe` must be a function"),
    ],
)
def test_misuse_is_refused_before_anything_runs(
    probe: Callable[[], object],
    groups: list[str] | None,
    modes: list[Literal["serial", "parallel"]] | None,
    text: str,
) -> None:
    with pytest.raises(RunOptionError, match=text):
        verify_groups(
            travel, probe, inputs={"city": "Rome"}, groups=groups, modes=modes or modes_of(modes)
        )

    assert rows == []


def modes_of(
    modes: list[Literal["serial", "parallel"]] | None,
) -> list[Literal["serial", "parallel"]]:
    """Return both modes if none were given."""
    return ["serial", "parallel"] if modes is None else modes


def test_a_flow_without_groups_is_refused() -> None:
    with pytest.raises(RunOptionError, match="no atomic group to verify"):
        verify_groups(Flow.of("plain", greet), _probe, inputs={"city": "Rome"})


def test_inputs_that_do_not_fit_are_refused() -> None:
    def refuse() -> None:
        pytest.fail("nothing may be reset")

    with pytest.raises(RunInputError, match="missing input `city`"):
        verify_groups(travel, _probe, reset=refuse)


def test_on_an_event_loop_it_is_refused_and_told_what_to_write() -> None:
    async def verify() -> None:
        verify_groups(travel, _probe, inputs={"city": "Rome"})

    with pytest.raises(RunUsageError, match=r"await asyncio.to_thread\(verify_groups"):
        asyncio.run(verify())


def test_in_a_thread_beside_an_event_loop_it_works() -> None:
    async def verify() -> Verification:
        return await asyncio.to_thread(_verified, rows.copy)

    assert asyncio.run(verify()).ok
