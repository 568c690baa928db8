"""What people see of groups: source, lock, check, show; states, times, progress, tracebacks."""

import pickle
import sqlite3
import traceback
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Final

import pytest

from database_worlds import World
from group_runs import (
    ALL,
    MEMBERS,
    MODES,
    BrokenMemberError,
    Mode,
    Script,
    payment_flow,
)
from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.atomicity import SqliteTransaction
from hbia_dsl.cli.vertex_phase import phases
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import COMPENSATION_FAILED
from hbia_dsl.errors import CompensationError, RunUsageError, VertexTimeout
from hbia_dsl.flow.run_account import states_of
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.kernel.run_watch import watching_runs
from hbia_dsl.locking.flow_lock import lock_flow
from hbia_dsl.locking.lock_text import lock_text

every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
on_sqlite = pytest.mark.parametrize("world", ["sqlite3"], indirect=True)


@atomic(group="payment")
@vertex(effect="side_effect")
def reserve(item: int, db: sqlite3.Connection) -> int:
    db.execute("CREATE TABLE IF NOT EXISTS payment (item INTEGER)")
    db.execute("INSERT INTO payment VALUES (?)", [item])
    return item


@atomic(group="payment")
@vertex(inputs={"reserved": reserve}, effect="side_effect")
def charge(reserved: int, *, db: sqlite3.Connection) -> str:
    if reserved < 0:
        raise BrokenMemberError("less than nothing")
    return str(reserved)


SHOP: Final = Flow.of("shop", reserve, charge, result=charge)


def test_the_source_takes_the_connection_as_an_argument_and_can_be_run(tmp_path: Path) -> None:
    text = SHOP.source()
    assert "def shop(item: int, payment_connection: sqlite3.Connection):" in text
    assert text.count("=payment_connection,") == 2
    module = __name__.rpartition(".")[2]
    code = text.replace(f"{__name__}.", "").replace(f"import {__name__}\n", "")
    space: dict[str, object] = {"reserve": reserve, "charge": charge}
    exec(compile(code, f"{module}.py", "exec"), space)  # noqa: S102 - our own text
    written = space["shop"]
    assert callable(written)
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        assert written(3, connection) == "3"
        assert connection.execute("SELECT item FROM payment").fetchall() == [(3,)]


def test_the_lock_knows_a_connection_as_no_input_and_not_what_is_attached() -> None:
    locked = lock_text([lock_flow("app:shop", SHOP.wired)])
    assert [line.strip() for line in locked.splitlines() if "input" in line] == [
        "input item: int",
        "takes item: int <- input.item (input)",
    ]
    assert locked.count("takes db: Connection <- the group's transaction (resource)") == 2
    attached = SHOP.options(transactions={"payment": SqliteTransaction("app.db")})
    assert lock_text([lock_flow("app:shop", attached.wired)]) == locked


def test_the_graph_and_the_document_have_no_trace_of_a_connection() -> None:
    assert {name: dict(v.inputs) for name, v in SHOP.graph.vertices.items()} == {
        "reserve": {"item": "int"},
        "charge": {"reserved": "reserve.reserve"},
    }
    assert "db" not in SHOP.to_yaml()
    assert set(SHOP.wired.inputs) == {"item"}


def test_a_flow_with_connections_shows_itself_as_any_other() -> None:
    attached = SHOP.options(transactions={"payment": SqliteTransaction("app.db")})
    assert repr(attached) == repr(SHOP) == "Flow('shop', 2 vertices)"
    assert attached.source() == SHOP.source()
    assert [[v.name for v in stage] for stage in attached.topology.execution_stages()] == [
        [v.name for v in stage] for stage in SHOP.topology.execution_stages()
    ]


# The steps before and after the members are nobody's vertices.


@on_sqlite
@every_mode
@pytest.mark.parametrize("fails", [False, True])
def test_the_steps_of_a_group_never_show_as_vertices(
    world: World, mode: Mode, *, fails: bool
) -> None:
    def act() -> None:
        if fails:
            raise BrokenMemberError("charge")

    vertices = {"before", *MEMBERS, "beside", "after"}
    seen: list[RunState] = []
    flow = payment_flow(world, Script("charge", act))
    with watching_runs(seen.append):
        if fails:
            with pytest.raises(FlowFailed) as failed:
                mode.run(flow, x=1)
            assert set(failed.value.failures) | set(failed.value.skipped) <= vertices
            told = {phase.name: phase.phase for phase in phases(seen[0])}
            assert (told["reserve"], told["charge"]) == ("rolled back", "failed")
        else:
            run = mode.run(flow, x=1)
            assert set(run.states) == set(run.timings) == vertices
            assert {key.partition(".")[0] for key in run} == vertices
            assert "group" not in repr(run)
        assert [phase.name for phase in phases(seen[0])] == list(states_of(seen[0]))
        assert {phase.name for phase in phases(seen[0])} == vertices


@on_sqlite
@every_mode
def test_a_commit_that_fails_is_named_as_the_commit_of_its_group(world: World, mode: Mode) -> None:
    with sqlite3.connect(world.source.database) as connection:  # type: ignore[attr-defined]  # a SqliteTransaction
        connection.execute(
            "CREATE TABLE child (of INTEGER REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED)"
        )
    connection.close()

    @atomic(group="g")
    @vertex(effect="side_effect")
    def orphan(x: int, db: sqlite3.Connection) -> int:
        db.execute("INSERT INTO child VALUES (99)")
        return x

    @vertex(inputs={"x": orphan})
    def after(x: int) -> str:
        raise AssertionError(x)

    source = SqliteTransaction(world.source.database, pragmas={"foreign_keys": "ON"})  # type: ignore[attr-defined]  # as above
    flow = Flow.of("family", orphan, after).options(transactions={"g": source})
    with pytest.raises(FlowFailed) as failed:
        mode.run(flow, x=1)

    assert isinstance(failed.value.root, sqlite3.IntegrityError)
    assert list(failed.value.failures) == ["the commit of group `g`"]
    assert str(failed.value) == (
        "flow `family` failed: the commit of group `g` raised IntegrityError; 1 skipped"
    )
    assert failed.value.skipped == ("after",)
    assert failed.value.__notes__ == ["group `g` was rolled back: `orphan`"]
    (note,) = failed.value.root.__notes__
    assert note.startswith("the commit of group `g` of flow `family`, run ")


@on_sqlite
@every_mode
def test_a_traceback_leads_to_the_line_of_the_member(world: World, mode: Mode) -> None:
    def act() -> None:
        raise BrokenMemberError("here")

    with pytest.raises(FlowFailed) as failed:
        mode.run(payment_flow(world, Script("charge", act)), x=1)
    frames = traceback.extract_tb(failed.value.root.__traceback__)
    assert frames[-1].name == "act"
    ours = [frame for frame in frames if "/src/hbia_dsl/" in frame.filename]
    assert len(ours) <= 4, [f"{f.filename}:{f.name}" for f in ours]
    (note,) = failed.value.root.__notes__
    assert note.startswith("vertex `charge` (")
    assert "group_runs.py:" in note


def test_a_begin_that_fails_leaves_no_connection() -> None:
    class Refuses:
        """Cannot begin; says what was closed."""

        log: ClassVar[list[str]] = []

        def begin(self) -> None:
            Refuses.log.append("begin")
            raise ConnectionRefusedError("no")

        def commit(self) -> None:
            raise AssertionError

        def rollback(self) -> None:
            Refuses.log.append("rollback")

        def close(self) -> None:
            Refuses.log.append("close")

    @atomic(group="g")
    @vertex(effect="side_effect")
    def never(x: int) -> int:
        raise AssertionError(x)

    flow = Flow.of("f", never).options(transactions={"g": Refuses})
    for mode in MODES:
        Refuses.log.clear()
        with pytest.raises(FlowFailed) as failed:
            mode.run(flow, x=1)
        assert list(failed.value.failures) == ["the beginning of group `g`"]
        assert Refuses.log == ["begin", "rollback", "close"]
        assert not hasattr(failed.value, "__notes__")


# Errors keep what they know.


def undo_that_fails(_inputs: Mapping[str, object], _output: object) -> None:
    raise BrokenMemberError("cannot")


@atomic(group="trip", on_failure="compensate", compensate=undo_that_fails)
@vertex(effect="side_effect")
def book(city: str) -> int:
    return len(city)


@atomic(group="trip", on_failure="compensate", compensate=None)
@vertex(inputs={"number": book}, effect="side_effect")
def pay(number: int) -> None:
    raise ValueError(number)


@vertex
def beside(city: str) -> bytes:
    raise LookupError(city)


def failed_trip() -> FlowFailed:
    """Fail in three ways."""
    flow = Flow.of("trips", book, pay, beside).options(compensation_attempts=1, on_error="continue")
    with pytest.raises(FlowFailed) as failed:
        flow.run(city="Rome")
    return failed.value


def test_a_failed_run_survives_pickling_with_what_could_not_be_undone() -> None:
    failed = failed_trip()
    again = pickle.loads(pickle.dumps(failed))  # noqa: S301 - made in the same line

    assert isinstance(again, FlowFailed)
    assert list(again.compensation_failures) == ["book"]
    assert isinstance(again.compensation_failures["book"], BrokenMemberError)
    assert list(again.failures) == ["pay", "beside"]
    assert again.__notes__ == failed.__notes__
    assert (again.flow, again.run_id, again.skipped) == ("trips", failed.run_id, failed.skipped)


def test_except_star_keeps_what_could_not_be_undone() -> None:
    failed = failed_trip()
    seen: list[BaseException] = []
    try:
        try:
            raise failed
        except* LookupError as part:
            seen.append(part)
    except* ValueError as rest:
        seen.append(rest)
    for each in seen:
        assert isinstance(each, FlowFailed)
        assert list(each.compensation_failures) == ["book"]
        assert each.__notes__ == failed.__notes__


def test_errors_of_groups_survive_pickling() -> None:
    for kind in (CompensationError, VertexTimeout):
        error = kind(
            Diagnostic(COMPENSATION_FAILED, "the compensation of `book` raised SystemExit")
        )
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the same line
        assert type(again) is kind
        assert str(again) == str(error)


def test_a_run_of_a_transaction_survives_pickling(tmp_path: Path) -> None:
    flow = SHOP.options(transactions={"payment": SqliteTransaction(tmp_path / "app.db")})
    run = flow.run(item=3)
    assert run.value == "3"
    assert dict(run) == {"reserve.reserve": 3, "charge.charge": "3"}
    with pytest.raises(FlowFailed) as failed:
        flow.run(item=-1)
    again = pickle.loads(pickle.dumps(failed.value))  # noqa: S301 - made in the same line
    assert again.__notes__ == ["group `payment` was rolled back: `reserve`"]


# Runs inside runs.


@on_sqlite
def test_a_run_with_effects_inside_a_transaction_is_refused_before_it_begins(world: World) -> None:
    written: list[int] = []

    @vertex(effect="side_effect")
    def writes(x: int) -> int:
        written.append(x)
        return x

    inner = Flow.of("inner", writes)
    with pytest.raises(FlowFailed) as failed:
        payment_flow(world, Script("charge", lambda: inner.run(x=1))).run(x=1)

    assert isinstance(failed.value.root, RunUsageError)
    assert failed.value.root.diagnostic.code.number == "HB337"
    assert written == []
    assert world.rows() == ALL[:1]


@on_sqlite
def test_a_pure_run_inside_a_transaction_is_nobodys_harm(world: World) -> None:
    @vertex(effect="pure")
    def doubles(x: int) -> int:
        return 2 * x

    inner = Flow.of("inner", doubles, result=doubles)
    flow = payment_flow(world, Script("charge", lambda: inner.run(x=1)))

    flow.run(x=1)

    assert world.rows() == ALL
