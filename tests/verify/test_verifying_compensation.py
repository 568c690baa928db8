"""A verification finds each defect of a compensating group at the member that has it."""

import os
import re
from typing import Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.testing import Place, verify_groups
from verified_sagas import SEEN_AS, Defect, saga

LONG: Final = os.environ.get("HBIA_LONG") == "1"
DEFECTS: Final = list(SEEN_AS)


@pytest.mark.parametrize("is_chain", [False, True])
@pytest.mark.parametrize(
    ("is_async", "backend"), [(False, "asyncio"), (True, "asyncio"), (True, "trio")]
)
def test_a_saga_that_keeps_its_word_has_no_problem(
    is_chain: bool, is_async: bool, backend: str
) -> None:
    kept = saga(3, is_chain=is_chain, is_async=is_async)
    flow = kept.flow.options(async_backend="trio" if backend == "trio" else "asyncio")

    found = verify_groups(flow, kept.probe, inputs={"after": ""}, reset=kept.reset)

    assert found.ok, found
    found.require_ok()
    assert all(trial.was_reached for trial in found.trials)
    assert {trial.mode for trial in found.trials} == {"serial", "parallel"}
    undone = {t.point.undo_of for t in found.trials if t.mode == "parallel" and t.point.undo_of}
    # Side by side any member may have succeeded when another one fails.
    assert undone == ({"m0", "m1"} if is_chain else {"m0", "m1", "m2"})


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found_at_its_member_and_nowhere_else(
    defect: Defect, at: int, is_async: bool
) -> None:
    broken = saga(3, defects={at: defect}, is_async=is_async)

    found = verify_groups(
        broken.flow, broken.probe, inputs={"after": ""}, reset=broken.reset, modes=["serial"]
    )

    if defect == "needs others" and at == 1:
        assert found.ok, "nothing that could be undone comes after it"
        return
    assert [problem.code.number for problem in found.problems] == [SEEN_AS[defect]], found
    assert f"`m{at}`" in found.problems[0].message


@pytest.mark.parametrize("at", [0, 1, 2])
def test_members_side_by_side_are_told_apart(at: int) -> None:
    broken = saga(3, defects={at: "forgets"}, is_chain=False)

    found = verify_groups(broken.flow, broken.probe, inputs={"after": ""}, reset=broken.reset)

    assert [problem.code.number for problem in found.problems] == ["HB343"]
    assert f"`m{at}`" in found.problems[0].message
    # In a serial run the last one is never compensated: then the group is over.
    assert ("parallel" if at == 2 else "serial") in found.problems[0].notes[0]


def test_independent_defects_are_all_told_at_once() -> None:
    first = saga(3, defects={0: "forgets"})
    world = first.world

    def undo(inputs: object, output: object) -> None:
        del world["late"]

    @atomic(group="late", on_failure="compensate", compensate=undo)
    @vertex(effect="side_effect")
    def late(number: int) -> float:
        world["late"] = number
        return 1.0

    @atomic(group="late", on_failure="compensate", compensate=None)
    @vertex(effect="side_effect")
    def later(late: float) -> bytes:
        return b""

    members = [v.handler for v in first.flow.wired.vertices.values()]
    flow = Flow.of("two", *members, late, later)

    found = verify_groups(flow, first.probe, inputs={"after": "", "number": 1}, reset=first.reset)

    assert [problem.code.number for problem in found.problems] == ["HB343", "HB344"]


def test_without_a_reset_the_first_forgotten_compensation_is_found() -> None:
    broken = saga(3, defects={1: "forgets"})

    def probe() -> int:
        return broken.calls.count("m1") if "m1" in broken.world else 0

    found = verify_groups(broken.flow, probe, inputs={"after": ""})

    assert [problem.code.number for problem in found.problems] == ["HB343"]
    assert "`m1`" in found.problems[0].message


def test_without_a_reset_nothing_is_tried_that_would_leave_a_mess() -> None:
    kept = saga(3)

    found = verify_groups(kept.flow, kept.probe, inputs={"after": ""})

    places = [trial.point.place for trial in found.trials]
    assert found.ok, found
    assert Place.UNDO_NEVER not in places
    assert places.count(Place.NOWHERE) == 1
    assert places[-1] is Place.NOWHERE
    assert set(kept.world) == {"m0", "m1", "m2"}


def test_a_retriable_member_is_made_to_fail_once_and_must_bear_it() -> None:
    rows: list[str] = []

    @atomic(group="order", on_failure="compensate", compensate=lambda _i, _o: rows.clear())
    @vertex(effect="side_effect")
    def reserve(number: int) -> float:
        rows.append("reserved")
        return 1.0

    @atomic(group="order", on_failure="compensate", pivot=True)
    @vertex(effect="side_effect")
    def pay(reserve: float) -> bytes:
        rows.append("paid")
        return b""

    @atomic(group="order", on_failure="compensate", retriable=True)
    @vertex(effect="side_effect")
    def ship(pay: bytes) -> str:
        rows.append("shipped")
        return ""

    flow = Flow.of("order", reserve, pay, ship)

    found = verify_groups(
        flow, lambda: list(rows), inputs={"number": 1}, reset=rows.clear, modes=["serial"]
    )

    assert [problem.code.number for problem in found.problems] == ["HB344"]
    assert "retriable `ship`" in found.problems[0].message
    assert "once after `ship`" in found.problems[0].notes[0]
    places = {str(trial.point) for trial in found.trials}
    assert "before `pay`" in places
    assert not {place for place in places if place in ("before `ship`", "after `ship`")}


def test_a_compensation_that_raises_is_told_although_it_did_its_work() -> None:
    rows: list[int] = []

    def undo(inputs: object, output: object) -> None:
        rows.clear()
        raise RuntimeError("done, but cross about it")

    @atomic(group="g", on_failure="compensate", compensate=undo)
    @vertex(effect="side_effect")
    def first(number: int) -> float:
        rows.append(number)
        return 1.0

    @atomic(group="g", on_failure="compensate", compensate=None)
    @vertex(effect="side_effect")
    def second(first: float) -> str:
        return ""

    flow = Flow.of("cross", first, second).options(compensation_attempts=1)

    found = verify_groups(flow, lambda: len(rows), inputs={"number": 1}, reset=rows.clear)

    assert [problem.message for problem in found.problems] == [
        "the compensation of `first` in group `g` raises RuntimeError"
    ]


@given(
    defects=st.lists(
        st.sampled_from(["none", "forgets", "says nothing to undo", "fails the second time"]),
        min_size=1,
        max_size=5,
    ),
    is_async=st.booleans(),
)
def test_all_planted_defects_are_found_and_no_others(defects: list[Defect], is_async: bool) -> None:
    # One more member, so that each of the others is compensated when it fails.
    broken = saga(len(defects) + 1, defects=dict(enumerate(defects)), is_async=is_async)
    pauses = "hbia_dsl.drivers.undoing.FIRST_PAUSE_S"

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pauses, 0.001)
        found = verify_groups(
            broken.flow, broken.probe, inputs={"after": ""}, reset=broken.reset, modes=["serial"]
        )

    named = {
        (problem.code.number, member)
        for problem in found.problems
        for member in re.findall("`(m[0-9])`", problem.message)
    }
    planted = {(SEEN_AS[d], f"m{n}") for n, d in enumerate(defects) if d != "none"}
    assert named == planted
    assert len(found.problems) == len(planted)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("is_async", [False, True])
def test_overlapping_members_have_the_same_verdict_every_time(
    is_async: bool, backend: Literal["asyncio", "trio"]
) -> None:
    broken = saga(5, defects={3: "forgets"}, is_async=is_async, is_chain=False)
    flow = broken.flow.options(async_backend=backend, schedule="eager")

    reports = {
        str(
            verify_groups(
                flow, broken.probe, inputs={"after": ""}, reset=broken.reset, modes=["parallel"]
            )
        )
        for _ in range(30 if LONG else 5)
    }

    assert len(reports) == 1
    assert "error[HB343]: the compensation of `m3`" in reports.pop()
