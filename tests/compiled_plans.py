"""Plans as compiled source, without a flow behind them: one more way to run the sample plans."""

from collections.abc import Callable

from hbia_dsl.drivers.stepping import awaitable
from hbia_dsl.kernel.plan import Plan, PlannedVertex, Slots
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.lowering.await_text import AwaitedRun, compile_awaits
from hbia_dsl.lowering.run_text import CompiledRun, RunCall


class CompiledPlan:
    """Gives a plan as compiled source, where a flow would."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._compiled: AwaitedRun | None = None

    def awaited(self, *, check: bool) -> AwaitedRun | None:
        """Return the plan, unless it has atomic groups."""
        del check
        if self._compiled is None and not self.plan.inner_counts:
            self._compiled = compile_plan(self.plan)
        return self._compiled

    def lowered(self, *, check: bool, timed: bool) -> CompiledRun | None:
        """Return None: only plans that are async are compiled here."""
        del check, timed
        return None


def compile_plan(plan: Plan) -> AwaitedRun:
    """Compile a plan whose vertices are all async; arguments are taken as the plan takes them."""
    names: dict[str, object] = {"awaitable": awaitable}
    calls = []
    for number, vertex in enumerate(plan.vertices):
        variable = f"v{number}"
        names[f"take_{variable}"] = vertex.positional
        names[f"name_{variable}"] = _named_by(vertex)
        taken = (f"*take_{variable}(S)", f"**name_{variable}(S)")
        call = RunCall(variable, vertex.handler, taken, (), vertex.slot, vertex.store, None, ())
        calls.append(call)
    return compile_awaits(plan.flow, calls, {}, names)


def compiled_if_plain(run: RunState) -> AwaitedRun | None:
    """Compile what a run executes, unless somebody must look at it between its vertices."""
    plan, scope = run.plan, run.scope
    is_watched = plan.has_timeouts or scope.deadline is not None or scope.parent is not None
    if not plan.is_all_async or plan.inner_counts or is_watched or run.keeps_going:
        return None
    return compile_plan(plan)


def _named_by(vertex: PlannedVertex) -> Callable[[Slots], dict[str, object]]:
    def named(slots: Slots) -> dict[str, object]:
        keywords = () if vertex.keywords is None else vertex.keywords(slots)
        return dict(zip(vertex.keyword_names, keywords, strict=True))

    return named
