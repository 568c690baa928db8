"""A member that has returned has had its effect: it is undone also if it is judged failed."""

import threading
from collections.abc import Callable, Mapping
from typing import Final, cast

import pytest

from database_worlds import World
from group_runs import (
    ASYNCIO,
    MODES,
    TRIO,
    UNTOUCHED,
    Mode,
    Script,
    payment_flow,
    press_ctrl_c,
    sleep_for_ever,
)
from hbia_dsl import AtomicGroup, Edge, Flow, FlowFailed, Graph, Vertex, atomic, run_flow, vertex
from hbia_dsl.errors import ContractOutputError, VertexTimeout
from hbia_dsl.flow.run_account import states_of
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.kernel.run_watch import watching_runs

every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
Undone = list[tuple[str, object]]

LIMIT_S: Final = 0.01
"""How long the member that is late may take, in seconds."""


def run(mode: Mode, flow: Flow[..., object]) -> FlowFailed:
    """Run a flow that fails."""
    with pytest.raises(FlowFailed) as failed:
        (mode.run_hosted if mode.loop else mode.run)(flow, x=1)
    return failed.value


def undoing(undone: Undone, name: str) -> Callable[[Mapping[str, object], object], None]:
    """Return what writes down that it takes back a member, and what that had given."""
    return lambda _inputs, output: undone.append((name, output))


def trip(
    undone: Undone, pay: Callable[..., object], *, is_async: bool = False, **told: object
) -> Flow[..., object]:
    """Make a flow of `book`, `pay` and `ticket`, in which `pay` is judged failed."""

    def book(x: int) -> int:
        return x

    async def pay_async(book: int) -> int:
        return cast("int", pay(book))

    def pay_sync(book: int) -> int:
        return cast("int", pay(book))

    def ticket(pay: int) -> int:
        raise AssertionError("`pay` failed")

    def member(name: str, body: Callable[..., object], **options: object) -> Callable[..., object]:
        declared = vertex(name=name, effect="side_effect", **options)  # type: ignore[call-overload]  # of one call
        told_so = atomic(group="trip", on_failure="compensate", compensate=undoing(undone, name))
        return cast("Callable[..., object]", told_so(declared(body)))

    return Flow.of(
        "trips",
        member("book", book),
        member("pay", pay_async if is_async else pay_sync, inputs={"book": "book"}, **told),
        member("ticket", ticket, inputs={"pay": "pay"}),
    )


def assert_both_undone(error: FlowFailed, undone: Undone, paid: object) -> None:
    """Check that the member that failed is undone first, with what it gave, and is named."""
    assert undone == [("pay", paid), ("book", 1)]
    assert list(error.failures) == ["pay"]
    assert error.compensation_failures == {}
    assert error.__notes__ == ["group `trip` was compensated: `pay`, `book`"]


def late(book: int) -> int:
    """Take longer than one may, and do not look."""
    threading.Event().wait(2 * LIMIT_S)
    return book + 76


@every_mode
def test_one_that_returned_too_late_is_undone_in_its_place(mode: Mode) -> None:
    for is_async in {False, mode.loop is not None}:
        undone: Undone = []
        error = run(mode, trip(undone, late, is_async=is_async, timeout_s=LIMIT_S))
        assert isinstance(error.root, VertexTimeout)
        assert_both_undone(error, undone, 77)


@every_mode
def test_one_that_returned_something_of_a_wrong_type_is_undone_with_it(mode: Mode) -> None:
    for is_async in {False, mode.loop is not None}:
        undone: Undone = []
        error = run(mode, trip(undone, lambda book: f"paid {book}", is_async=is_async))
        assert isinstance(error.root, ContractOutputError)
        assert_both_undone(error, undone, "paid 1")


@every_mode
def test_one_that_left_an_output_out_is_undone_with_what_there_is(mode: Mode) -> None:
    undone: Undone = []

    @atomic(group="trip", on_failure="compensate", compensate=undoing(undone, "book"))
    @vertex(effect="side_effect")
    def book(x: int) -> int:
        return x

    @atomic(group="trip", on_failure="compensate", compensate=undoing(undone, "pay"))
    @vertex(effect="side_effect", inputs={"book": book}, outputs=("number", "receipt"))
    def pay(book: int) -> dict[str, int]:
        return {"number": book + 1}

    error = run(mode, Flow.of("trips", book, pay))
    assert_both_undone(error, undone, {"number": 2})


@every_mode
def test_one_that_raised_still_cleans_up_its_own_mess(mode: Mode) -> None:
    def fails(book: int) -> int:
        raise LookupError(str(book))

    undone: Undone = []
    error = run(mode, trip(undone, fails))
    assert undone == [("book", 1)]
    assert error.__notes__ == ["group `trip` was compensated: `book`"]


@pytest.mark.parametrize("mode", [ASYNCIO, TRIO], ids=str)
def test_an_async_one_that_was_cancelled_by_its_timeout_is_not_undone(mode: Mode) -> None:
    undone: Undone = []

    @atomic(group="trip", on_failure="compensate", compensate=undoing(undone, "pay"))
    @vertex(effect="side_effect", timeout_s=LIMIT_S)
    async def pay(x: int) -> int:
        await sleep_for_ever()
        return x

    error = run(mode, Flow.of("trips", pay))
    assert isinstance(error.root, VertexTimeout)
    assert undone == []


@every_mode
def test_its_state_is_failed_and_what_it_did_is_undone_even_if_it_was_the_first(mode: Mode) -> None:
    undone: Undone = []

    @atomic(group="trip", on_failure="compensate", compensate=undoing(undone, "pay"))
    @vertex(effect="side_effect")
    def pay(x: int) -> int:
        return cast("int", str(x))

    seen: list[RunState] = []
    with watching_runs(seen.append):
        run(mode, Flow.of("trips", pay))
    assert undone == [("pay", "1")]
    assert states_of(seen[0]) == {"pay": "failed"}


@every_mode
def test_a_pivot_that_returned_is_passed_even_if_it_is_judged_failed(mode: Mode) -> None:
    undone: Undone = []

    @atomic(group="trip", on_failure="compensate", compensate=undoing(undone, "book"))
    @vertex(effect="side_effect")
    def book(x: int) -> int:
        return x

    @atomic(group="trip", on_failure="compensate", pivot=True)
    @vertex(effect="side_effect", inputs={"book": book})
    def pay(book: int) -> int:
        return cast("int", str(book))

    error = run(mode, Flow.of("trips", book, pay))
    assert undone == []
    why = "its pivot `pay` had returned before it failed"
    assert error.__notes__ == [f"group `trip` was left as it is ({why}): `pay`, `book`"]


@every_mode
def test_a_group_that_is_aborted_names_what_the_refused_member_left(mode: Mode) -> None:
    @atomic(group="kiln", on_failure="abort")
    @vertex(effect="side_effect")
    def fire(x: int) -> int:
        return cast("int", str(x))

    error = run(mode, Flow.of("pottery", fire))
    assert error.__notes__ == ['group `kiln` was left as it is (its on_failure is "abort"): `fire`']


@every_mode
def test_of_independent_members_each_has_its_place(mode: Mode) -> None:
    undone: Undone = []

    def member(
        name: str, body: Callable[..., object], inputs: Mapping[str, object]
    ) -> Callable[..., object]:
        told = atomic(
            group="trip",
            on_failure="compensate",
            compensate=undoing(undone, name),
            no_parallel=False,
        )
        return told(vertex(name=name, effect="side_effect", inputs=dict(inputs))(body))

    pays = threading.Event()

    def book(x: int) -> int:
        return x

    def pay(book: int) -> int:
        pays.set()
        return cast("int", str(book))

    def insure(book: int) -> float:
        assert pays.wait(10) or mode.name == "serial"
        return float(book)

    flow = Flow.of(
        "trips",
        member("book", book, {}),
        member("pay", pay, {"book": "book"}),
        member("insure", insure, {"book": "book"}),
    ).options(on_error="continue")
    run(mode, flow)
    assert undone[-1] == ("book", 1)
    assert ("pay", "1") in undone
    assert len(undone) == len(set(undone))


@every_mode
def test_a_step_of_a_hand_made_graph_is_undone_too(mode: Mode) -> None:
    undone: Undone = []
    graph = Graph(
        [
            Vertex("book", outputs={"number": "int"}, compensate=undoing(undone, "book")),
            Vertex("pay", outputs={"sum": "int"}, compensate=undoing(undone, "pay")),
        ],
        [Edge("book", "pay")],
        [AtomicGroup("trip", ("book", "pay"), on_failure="compensate")],
    )
    handlers: dict[str, Callable[..., object]] = {
        "book": lambda: {"number": 1},
        "pay": lambda **_: {"sum": "much"},
    }
    with pytest.raises(FlowFailed) as failed:
        run_flow(graph, handlers=handlers, parallel_enabled=mode.options.get("parallel", False))
    assert isinstance(failed.value.root, ContractOutputError)
    assert undone == [("pay", {"sum": "much"}), ("book", {"number": 1})]


@pytest.mark.parametrize(
    ("world", "mode"), [("sqlite3", m) for m in MODES], indirect=["world"], ids=map(str, MODES)
)
def test_a_transaction_has_nothing_of_a_member_that_returned_too_late(
    world: World, mode: Mode
) -> None:
    script = Script("charge", lambda: threading.Event().wait(0.1))
    flow = payment_flow(world, script, timeouts={"charge": 0.05})
    error = run(mode, flow)
    assert isinstance(error.root, VertexTimeout)
    assert world.rows() == UNTOUCHED
    assert error.__notes__ == ["group `payment` was rolled back: `reserve`"]


def test_ctrl_c_during_a_member_that_returns_all_the_same_undoes_it() -> None:
    undone: Undone = []

    @atomic(group="trip", on_failure="compensate", compensate=undoing(undone, "pay"))
    @vertex(effect="side_effect")
    def pay(x: int) -> int:
        try:
            press_ctrl_c()
            threading.Event().wait(10)
        except KeyboardInterrupt:
            return x
        raise AssertionError("Ctrl-C was not noticed")

    @atomic(group="trip", on_failure="compensate", compensate=None)
    @vertex(effect="side_effect", inputs={"pay": pay})
    def fails(pay: int) -> int:
        raise LookupError(str(pay))

    with pytest.raises(FlowFailed):
        Flow.of("trips", pay, fails).run(x=1)
    assert undone == [("pay", 1)]
