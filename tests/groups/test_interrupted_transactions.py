"""A Ctrl-C at any moment, also between two lines of our own: the group is there, or it is not.

The signal is sent by a thread of this process after a delay drawn from a seed, so it strikes
anywhere between the start of a run and its end: inside BEGIN and COMMIT as well.
"""

import os
import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from assailant import assailant
from cancel.cancel_world import assert_no_thread_works
from group_runs import MODES, Mode
from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.atomicity import SqliteTransaction
from hbia_dsl.drivers.own_loop import running_loop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

TRIALS: Final = 4_000 if os.environ.get("HBIA_LONG") == "1" else 60


def ledger(path: Path) -> Flow[..., object]:
    """Make a flow that writes two rows in one group."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE entry (trial INTEGER, side TEXT)")

    @atomic(group="entry")
    @vertex(effect="side_effect")
    def debit(trial: int, db: sqlite3.Connection) -> int:
        db.execute("INSERT INTO entry VALUES (?, 'debit')", [trial])
        return trial

    @atomic(group="entry")
    @vertex(inputs={"debited": debit}, effect="side_effect")
    def credit(debited: int, db: sqlite3.Connection) -> int:
        db.execute("INSERT INTO entry VALUES (?, 'credit')", [debited])
        return debited

    @vertex
    def beside(trial: int) -> str:
        return str(trial)

    flow = Flow.of("ledger", debit, credit, beside)
    return flow.options(transactions={"entry": SqliteTransaction(path)})


def entries(path: Path, trial: int) -> int:
    """Return how many rows of a trial are there; fail if somebody still has a transaction."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        (count,) = connection.execute(
            "SELECT count(*) FROM entry WHERE trial = ?", [trial]
        ).fetchone()
        connection.execute("ROLLBACK")
    assert isinstance(count, int)
    return count


# A loop that is being made when the signal comes cannot be closed by anybody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.timeout(900 if TRIALS > 1_000 else 60)
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_an_interrupt_at_any_moment_leaves_all_or_nothing(mode: Mode, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    flow = ledger(path)
    draw = random.Random(str(mode))
    seen: dict[int, int] = {0: 0, 2: 0}
    with assailant() as enemy:
        began = time.perf_counter()
        for trial in range(-5, 0):
            mode.run(flow, trial=trial)
        usual_s = (time.perf_counter() - began) / 5
        for trial in range(TRIALS):
            is_over = False
            try:
                enemy.orders.put(draw.uniform(0, 1.2 * usual_s))
                mode.run(flow, trial=trial)
                is_over = True
                # Until it strikes. Inside a callback of a weak reference it strikes in vain:
                # there Python can only print an exception.
                until = time.monotonic() + 2
                while time.monotonic() < until:
                    time.sleep(0.001)
            except KeyboardInterrupt as interrupt:
                notes = [n for n in getattr(interrupt, "__notes__", []) if n.startswith("group")]
                count = entries(path, trial)
                seen[count] += not is_over
                if notes:
                    assert count == 0, notes
            assert entries(path, trial) in ((2,) if is_over else (0, 2))
            assert_no_thread_works()

    assert seen[0] > 0
    assert running_loop() is None
