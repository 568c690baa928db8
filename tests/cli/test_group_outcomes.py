"""What `hbia run` tells of atomic groups that did not come to their end."""

import json
from typing import Final

import pytest

from written_apps import WrittenApp

HANDLERS: Final = '''
    """Handlers of a payment that fails at its end."""

    def charge(n: int) -> dict[str, int]:
        return {"id": n}

    def ship(id: int) -> dict[str, int]:
        raise RuntimeError("no lorry")

    def undo(inputs: object, output: object) -> None:
        """Take it back."""

    def undo_fails(inputs: object, output: object) -> None:
        raise OSError("bank down")
'''

DOCUMENT: Final = """
    flow:
      order:
        charge:
          handler: app_pay.charge
          effect: side_effect
          inputs: {n: int}
          outputs: {id: int}COMPENSATE
        ship: {handler: app_pay.ship, effect: pure, inputs: {id: charge.id}}
        log: {handler: app_pay.charge, effect: pure, inputs: {n: int}}
    atomic_groups:
      g: {vertices: [charge, ship], on_failure: POLICY}
"""

CODE: Final = """
    import sqlite3
    from hbia_dsl import Flow, atomic, vertex
    from hbia_dsl.atomicity import SqliteTransaction

    @atomic(group="g")
    @vertex
    def charge(conn: sqlite3.Connection, n: int) -> int:
        conn.execute("CREATE TABLE paid (n)")
        return n

    @atomic(group="g")
    @vertex
    def ship(charge: int) -> str:
        raise RuntimeError("no lorry")

    order = Flow.of("order", charge, ship).options(
        transactions={"g": SqliteTransaction("paid.db")}
    )
"""

DONE: Final = "done        charge"


def _document(app: WrittenApp, policy: str, undo: str = "") -> tuple[str, ...]:
    more = f"\n          compensate: app_pay.{undo}" if undo else ""
    text = DOCUMENT.replace("COMPENSATE", more).replace("POLICY", policy)
    app.write("app_pay.py", HANDLERS)
    app.write("order.yaml", text)
    return ("run", "order.yaml", "--handlers", "app_pay", "--set", "n=1")


Ending = tuple[tuple[str, ...], str, list[str], dict[str, object]]
"""Policy and undo of the group; the state of `charge`, the notes, what programs are told."""

UNDONE: Final[dict[str, Ending]] = {
    "compensated": (
        ("compensate", "undo"),
        "compensated",
        ["group `g` was compensated: `charge`"],
        {"state": "compensated", "undone": ["charge"], "not_undone": [], "reason": None},
    ),
    "not undone": (
        ("compensate", "undo_fails"),
        "not undone",
        [
            "group `g` could not be undone completely",
            "`charge` was not undone: OSError: bank down",
        ],
        {"state": "not undone", "undone": [], "not_undone": ["charge"], "reason": None},
    ),
    "rolled back without a transaction": (
        ("rollback",),
        "discarded",
        [
            (
                "group `g` was rolled back (it has no transaction, so only the values of the flow "
                "are): `charge`"
            )
        ],
        {
            "state": "discarded",
            "undone": [],
            "not_undone": ["charge"],
            "reason": "it has no transaction, so only the values of the flow are",
        },
    ),
    "left": (
        ("abort",),
        "done",
        ['group `g` was left as it is (its on_failure is "abort"): `charge`'],
        {
            "state": "left",
            "undone": [],
            "not_undone": ["charge"],
            "reason": 'its on_failure is "abort"',
        },
    ),
}


@pytest.mark.parametrize("ending", list(UNDONE))
@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_the_report_of_a_failed_run_says_what_became_of_its_group(
    app: WrittenApp, ending: str, quiet: tuple[str, ...]
) -> None:
    group, _, notes, _ = UNDONE[ending]

    done = app.hbia(*_document(app, *group), *quiet)

    assert done.code == 1
    assert "\n\n" + "\n".join(notes) + "\n\nskipped: log\n\nflow `order` failed" in done.err
    assert done.err.index("raised RuntimeError") < done.err.index(notes[0])


@pytest.mark.parametrize("ending", list(UNDONE))
@pytest.mark.parametrize("mode", [(), ("--parallel",), ("--parallel", "--schedule", "eager")])
def test_programs_are_told_what_became_of_a_group(
    app: WrittenApp, ending: str, mode: tuple[str, ...]
) -> None:
    group, state, notes, account = UNDONE[ending]

    content = json.loads(app.hbia(*_document(app, *group), *mode, "--json").out)

    assert content["vertices"]["charge"]["state"] == state
    assert content["vertices"]["ship"]["state"] == "failed"
    assert content["notes"] == notes
    assert content["groups"] == [{"name": "g", **account}]
    fails = [(f["vertex"], f["type"], f["message"]) for f in content["compensation_failures"]]
    assert fails == ([("charge", "OSError", "bank down")] if ending == "not undone" else [])


@pytest.mark.parametrize("ending", list(UNDONE))
def test_progress_tells_events_in_their_order(app: WrittenApp, ending: str) -> None:
    group, state, _, _ = UNDONE[ending]

    done = app.hbia(*_document(app, *group))

    lines = done.err.splitlines()
    assert [line.split("  0.")[0] for line in lines[:3]] == [
        "started     charge",
        DONE,
        "started     ship",
    ]
    assert lines[3].startswith("failed      ship  0.")
    rest = lines[4 : lines.index(next(line for line in lines if line.startswith("order: ")))]
    undone = [] if state == "done" else [f"{state:<11} charge"]
    assert rest == ["skipped     log", *undone]
    assert f"1 {state}, 1 failed" in done.err


def test_members_are_told_to_be_undone_in_reverse(app: WrittenApp) -> None:
    app.write("app_pay.py", HANDLERS)
    app.write(
        "trip.yaml",
        """
        flow:
          trip:
            first:
              handler: app_pay.charge
              inputs: {n: int}
              outputs: {id: int}
              compensate: app_pay.undo
            second:
              handler: app_pay.charge
              inputs: {n: first.id}
              outputs: {id: int}
              compensate: app_pay.undo
            third: {handler: app_pay.ship, inputs: {id: second.id}, compensate: null}
        atomic_groups: {g: {vertices: [first, second, third], on_failure: compensate}}
        """,
    )

    done = app.hbia("run", "trip.yaml", "--handlers", "app_pay", "--set", "n=1")

    told = [line for line in done.err.splitlines() if line.startswith("compensated")]
    assert told == ["compensated second", "compensated first"]


def test_a_rolled_back_transaction_is_told_as_such(app: WrittenApp) -> None:
    app.write("app_shop.py", CODE)
    call = ("run", "app_shop:order", "--set", "n=1")

    done, content = app.hbia(*call), json.loads(app.hbia(*call, "--json").out)

    assert done.code == 1
    assert "group `g` was rolled back: `charge`" in done.err
    lines = done.err.splitlines()
    assert lines.index("rolled back charge") > lines.index(
        next(line for line in lines if line.startswith("failed      ship"))
    )
    assert content["vertices"]["charge"]["state"] == "rolled back"
    assert content["groups"] == [
        {
            "name": "g",
            "state": "rolled back",
            "undone": ["charge"],
            "not_undone": [],
            "reason": None,
        }
    ]


def test_a_run_that_succeeds_tells_nothing_of_its_groups(app: WrittenApp) -> None:
    call = _document(app, "rollback")
    app.write("app_pay.py", HANDLERS.replace('raise RuntimeError("no lorry")', "return {}"))

    done = app.hbia(*call, "--json")

    assert done.code == 0
    assert "groups" not in json.loads(done.out)
    assert "group" not in done.err
