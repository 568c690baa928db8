"""A plan as source that runs: for serial runs of plain flows.

Where the values lie and how arguments are passed is the plan's; here it only becomes
text. So a run of this text and a run of the plan differ in speed alone.
"""

from collections.abc import Callable, Sequence

from hbia_dsl.drivers.stepping import awaitable
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.flow.result_storing import Contract
from hbia_dsl.flow.slot_table import SlotTable, passing
from hbia_dsl.kernel.arguments import (
    ABSENT,
    ConstantValue,
    DefaultValue,
    SlotOrDefault,
    Source,
)
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.lowering.await_text import AwaitedRun, compile_awaits
from hbia_dsl.lowering.run_text import CompiledRun, RunCall, compile_run
from hbia_dsl.lowering.variable_names import variable_names
from hbia_dsl.typeforms.value_check import compile_check
from hbia_dsl.wiring.binding import Binding
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex

_TAKEN = ("S", "T", "now", "copy", "run", "check", "ABSENT", "turn", "awaitable")
"""Names that the text uses itself."""

_TAKEN_PREFIXES = ("call_", "sure_", "store_", "default_")
"""What the text puts before the name of a variable."""


def lower_plan(flow: WiredFlow, planned: PlannedFlow, *, check: bool, timed: bool) -> CompiledRun:
    """Compile a flow for serial runs.

    Args:
        flow: The wired flow; it has no async vertices.
        planned: Its plan.
        check: Whether values are checked against their declared types.
        timed: Whether it is noted when each vertex ran.
    """
    return _Lowering(flow, planned.plan.vertices, check=check).compiled(timed=timed)


def lower_awaits(flow: WiredFlow, planned: PlannedFlow, *, check: bool) -> AwaitedRun:
    """Compile a flow for runs without parallelism inside an event loop.

    Args:
        flow: The wired flow; all its vertices are async.
        planned: Its plan.
        check: Whether values are checked against their declared types.
    """
    return _Lowering(flow, planned.plan.vertices, check=check).compiled_awaits()


class _Lowering:
    def __init__(self, flow: WiredFlow, planned: Sequence[PlannedVertex], *, check: bool) -> None:
        self.flow = flow
        self.planned = planned
        self.ordered = [flow.vertices[vertex.name] for vertex in planned]
        self.check = check
        self.slots = SlotTable(flow, self.ordered)
        self.variables = variable_names(flow.vertices, _TAKEN, _TAKEN_PREFIXES)
        self.variable_of_slot = {
            self.slots.whole[name]: variable for name, variable in self.variables.items()
        }
        self.names: dict[str, object] = {"ABSENT": ABSENT, "check": _checker(self.ordered)}

    def compiled(self, *, timed: bool) -> CompiledRun:
        """Compile all vertices."""
        calls, slot_of = self._calls()
        return compile_run(self.flow.name, calls, slot_of, self.names, timed=timed)

    def compiled_awaits(self) -> AwaitedRun:
        """Compile all vertices, which are async."""
        calls, slot_of = self._calls()
        names = {**self.names, "awaitable": awaitable}
        return compile_awaits(self.flow.name, calls, slot_of, names)

    def _calls(self) -> tuple[list[RunCall], dict[str, int]]:
        """Return the calls, and the slot of each variable."""
        calls = [self._call(v, p) for v, p in zip(self.ordered, self.planned, strict=True)]
        return calls, {variable: slot for slot, variable in self.variable_of_slot.items()}

    def _call(self, vertex: WiredVertex, planned: PlannedVertex) -> RunCall:
        by_position, by_keyword = passing(vertex)
        reads: list[str] = []
        variable = self.variables[vertex.name]
        contract = compile_check(vertex.returns) if self._is_checked(vertex) else None
        return RunCall(
            variable,
            vertex.handler,
            tuple(self._expression(vertex, b, reads) for b in by_position),
            tuple((b.parameter, self._expression(vertex, b, reads)) for b in by_keyword),
            self.slots.whole[vertex.name],
            planned.store if vertex.parts else None,
            None if contract is None else contract.sure,
            tuple(reads),
        )

    def _is_checked(self, vertex: WiredVertex) -> bool:
        return self.check and vertex.declaration.check

    def _expression(self, vertex: WiredVertex, binding: Binding, reads: list[str]) -> str:
        source = self.slots.source(vertex, binding)
        return self._of_source(source, f"{self.variables[vertex.name]}_{binding.parameter}", reads)

    def _of_source(self, source: Source, name: str, reads: list[str]) -> str:
        if isinstance(source, tuple):
            return f"[{', '.join(self._of_source(slot, name, reads) for slot in source)}]"
        if isinstance(source, ConstantValue):
            self.names[f"default_{name}"] = source.copy
            return f"default_{name}()"
        if isinstance(source, DefaultValue):
            self.names[f"default_{name}"] = source.value
            return f"default_{name}"
        if isinstance(source, SlotOrDefault):
            self.names[f"default_{name}"] = source.default
            return f"(default_{name} if S[{source.slot}] is ABSENT else S[{source.slot}])"
        variable = self.variable_of_slot.get(source)
        if variable is None:
            return f"S[{source}]"
        reads.append(variable)
        return variable


def _checker(vertices: Sequence[WiredVertex]) -> Callable[[int, object], None]:
    """Return what judges the results that a glance at their class did not settle."""

    def check(number: int, value: object) -> None:
        vertex = vertices[number]
        contract = compile_check(vertex.returns)
        if contract is not None and not contract.accepts(value):
            raise Contract(contract, vertex.name, vertex.handler).refusal(value)

    return check
