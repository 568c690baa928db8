"""Run an async flow without parallelism as its lowered source, inside a carrier.

The coroutine of the compiled source gives up its turn after each vertex. So each vertex
is stepped in a copy of the context of its own, exactly as its own coroutine would be,
and what suspends keeps the carrier to itself and is known to the loop's port: nothing
that a handler or its canceller can find out is different. What stops a run reaches it
while it is suspended; between two vertices there is only a look at the clock.

A carrier that takes no more vertices, because its task was cancelled, leaves the rest
to carriers that step the kernel.
"""

from functools import partial
from typing import Protocol

from hbia_dsl.drivers.carriers import SLICE_S, Carriers
from hbia_dsl.drivers.ctrl_c import CtrlC
from hbia_dsl.drivers.loop_port import LoopPort
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.await_text import TURN, AwaitedRun


class MakesCarriers(Protocol):
    """Makes the carriers of a run; as `Carriers` itself does."""

    def __call__(
        self,
        run: RunState,
        port: LoopPort,
        *,
        max_workers: int,
        max_tasks: int,
        grace_s: float,
        ctrl_c: CtrlC | None = None,
    ) -> Carriers:
        """Make them."""


def carriers_for(compiled: AwaitedRun | None) -> MakesCarriers:
    """Return what makes the carriers for compiled source, or for a plan if there is none."""
    return Carriers if compiled is None else partial(LoweredCarriers, compiled)


class LoweredCarriers(Carriers):
    """One serial, plain run of a flow whose vertices are all async."""

    def __init__(
        self,
        compiled: AwaitedRun,
        run: RunState,
        port: LoopPort,
        *,
        max_workers: int,
        max_tasks: int,
        grace_s: float,
        ctrl_c: CtrlC | None = None,
    ) -> None:
        super().__init__(
            run, port, max_workers=max_workers, max_tasks=max_tasks, grace_s=grace_s, ctrl_c=ctrl_c
        )
        self._compiled: AwaitedRun | None = compiled
        """None when the rest is left to other carriers."""

    async def carry(self, number: int) -> None:
        """Be a carrier: run all vertices, unless some are left to another one."""
        compiled, self._compiled = self._compiled, None
        if compiled is None or not self.todo:
            await super().carry(number)
            return
        self._unbegun.discard(number)
        self.todo.clear()
        try:
            await self._carry_compiled(compiled)
        finally:
            self._one_less_free()

    async def _carry_compiled(self, compiled: AwaitedRun) -> None:
        run, clock, new_context = self.run, self.run.clock, self.run.context.copy
        started, ended = run.started, run.ended
        is_spent, now = self.port.spent_check(), clock()
        slice_end = now + SLICE_S
        for numbers, piece in compiled.pieces:
            coroutine = piece(run.slots)
            step = coroutine.send
            try:
                for v in numbers:
                    context = new_context()
                    started[v] = now
                    try:
                        waits_for = context.run(step, None)
                        if waits_for is not TURN:
                            await self._rest(v, coroutine, context, waits_for)
                    except BaseException as error:  # noqa: BLE001 - judged in one place
                        ended[v] = clock()
                        self.kernel.all_succeeded_before(v)
                        self._vertex_raised(v, error)
                        return
                    ended[v] = now = clock()
                    if (is_spent is not None and is_spent()) or self.is_stopping:
                        self._leave_from(v + 1)
                        return
                    if now >= slice_end:
                        if not await self._may_go_on_with(v + 1):
                            return
                        slice_end = (now := clock()) + SLICE_S
            finally:
                coroutine.close()
        self.kernel.all_succeeded_before(len(run.vertices))

    async def _may_go_on_with(self, v: int) -> bool:
        """Let other tasks run; return whether the run goes on here."""
        if v == len(self.run.vertices):
            return True
        is_left = True
        try:
            await self._pause()
            is_left = self.is_stopping
        finally:
            if is_left:
                self._leave_from(v)
        return not is_left

    def _leave_from(self, v: int) -> None:
        """Leave the vertices from `v` on to other carriers, or to nobody if the run stops."""
        self.kernel.all_succeeded_before(v)
        if not self.is_stopping:
            self._advance(())
