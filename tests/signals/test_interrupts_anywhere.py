"""A Ctrl-C at any moment, also between two lines of the package's own code, loses no thread.

The signal is sent by a thread of this process, after a delay drawn from a seed, so it
strikes the caller anywhere between the start of a run and its end.
"""

import os
import random
import sys
import time

import pytest

from assailant import assailant
from cancel.cancel_world import assert_no_thread_works
from compiled_plans import CompiledPlan
from hbia_dsl.drivers.own_loop import running_loop
from hbia_dsl.flow.execution import execute
from hbia_dsl.flow.run_options import OptionsGiven, RunOptions
from hbia_dsl.kernel.run_scope import check_cancelled
from sample_plans import Colour, Sketch, layers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

TRIALS = 4_000 if os.environ.get("HBIA_LONG") == "1" else 120

MODES: dict[str, tuple[Colour, OptionsGiven]] = {
    "serial": (Colour.SYNC, {}),
    "staged": (Colour.SYNC, {"parallel": True}),
    "crew": (Colour.SYNC, {"parallel": True, "timeout_s": 60}),
    "eager": (Colour.SYNC, {"parallel": True, "schedule": "eager"}),
    "asyncio": (Colour.MIXED, {"parallel": True}),
    "trio": (Colour.MIXED, {"parallel": True, "async_backend": "trio"}),
    "compiled asyncio": (Colour.ASYNC, {}),
    "compiled trio": (Colour.ASYNC, {"async_backend": "trio"}),
}


def _counting_plan(colour: Colour, inside: list[int]) -> Sketch:
    def counted(*values: int) -> int:
        inside.append(1)
        try:
            for _ in range(20):
                check_cancelled()
            return sum(values) % 1_000
        finally:
            inside.pop()

    sketch = Sketch()
    for depth in range(5):
        for k in range(4):
            takes = ["x"] if depth == 0 else [f"v{depth - 1}_{k}", f"v{depth - 1}_{(k + 1) % 4}"]
            sketch.vertex(f"v{depth}_{k}", counted, *takes)
    return sketch


# A loop that is being made when the signal comes cannot be closed by anybody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.timeout(600 if TRIALS > 1_000 else 60)
@pytest.mark.parametrize("mode", MODES)
def test_an_interrupt_at_any_moment_leaves_no_thread_behind(mode: str) -> None:
    colour, given = MODES[mode]
    options = RunOptions().changed(given)
    inside: list[int] = []
    plan = _counting_plan(colour, inside).plan(colour)
    lowered = CompiledPlan(plan) if mode.startswith("compiled") else None
    draw = random.Random(mode)
    interrupted = 0
    with assailant() as enemy:
        began = time.perf_counter()
        for _ in range(5):
            execute(plan, {0: 1}, options, lowered=lowered)
        usual_s = (time.perf_counter() - began) / 5
        for _ in range(TRIALS):
            is_over = False
            try:
                enemy.orders.put(draw.uniform(0, 1.2 * usual_s))
                execute(plan, {0: 1}, options, lowered=lowered)
                is_over = True
                # Until it strikes. Inside a callback of a weak reference it strikes in vain: there
                # Python can only print an exception.
                until = time.monotonic() + 2
                while time.monotonic() < until:
                    time.sleep(0.001)
            except KeyboardInterrupt:
                interrupted += not is_over
            assert inside == []
            assert_no_thread_works()
            execute(layers(2, 3).plan(), {0: 1}, RunOptions(parallel=True))

    assert interrupted > 0
    assert running_loop() is None
