"""Wiring: from vertices that know nothing of each other to a flow, or to every problem at once."""

from collections.abc import Callable, Mapping, Sequence

from hbia_dsl.declare.resource_types import resource_class
from hbia_dsl.diagnostics.diagnostic_code import ATOMIC_BOUNDARY, CYCLE
from hbia_dsl.errors import AtomicBoundaryError, GraphCycleError, WiringError
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.typeforms.strength import is_strong
from hbia_dsl.wiring.atomic_membership import atomic_groups
from hbia_dsl.wiring.binding import Binding, Rule
from hbia_dsl.wiring.flow_inputs import DeclaredInput, read_inputs
from hbia_dsl.wiring.flow_report import bad_result, duplicate_vertex
from hbia_dsl.wiring.flow_shape import check_shape
from hbia_dsl.wiring.found_inputs import FoundInputs
from hbia_dsl.wiring.group_rules import check_compensation
from hbia_dsl.wiring.inputs_report import InputsReport, name_of_inputs
from hbia_dsl.wiring.local_names import LocalNames
from hbia_dsl.wiring.paused_collector import collector_paused
from hbia_dsl.wiring.problems import AFTER_VERTICES, Problems
from hbia_dsl.wiring.producers import Producers
from hbia_dsl.wiring.references import References
from hbia_dsl.wiring.resolution import Resolver
from hbia_dsl.wiring.resolution_report import ResolutionReport
from hbia_dsl.wiring.restatement import Restatement
from hbia_dsl.wiring.signature import SignatureReader, VertexSignature
from hbia_dsl.wiring.wired_flow import NO_RESOURCES, FlowInput, WiredFlow, WiredVertex
from hbia_dsl.wiring.wired_graph import GraphWriter


def wire(
    name: str,
    vertices: Sequence[Callable[..., object] | Restatement],
    *,
    inputs: Callable[..., object] | None = None,
    result: Callable[..., object] | None = None,
    localns: LocalNames | None = None,
) -> WiredFlow:
    """Wire vertices to a flow.

    Args:
        name: Name of the flow.
        vertices: Decorated functions, in the order that breaks ties; or what a document
            states about functions.
        inputs: What declares the flow's inputs: an attrs class, dataclass, NamedTuple,
            TypedDict or function. None lets wiring find them.
        result: The vertex whose result is the flow's.
        localns: Gives names for annotations that are text and name something local to a
            function; called at the most once for each vertex that needs it.

    Returns:
        The flow, in which every parameter of every vertex has its source.

    Raises:
        GraphCycleError: Vertices wait for each other; nothing else is wrong.
        AtomicBoundaryError: Atomic groups cannot run as one; nothing else is wrong.
        WiringError: All other problems, together, in the order of the vertices.
    """
    with collector_paused(len(vertices)):
        return _Wiring(name, inputs, result, localns).wired(vertices)


class _Wiring:
    """The steps of one wiring, and what they hand on to each other."""

    def __init__(
        self,
        name: str,
        inputs: Callable[..., object] | None,
        result: Callable[..., object] | None,
        local_names: LocalNames | None,
    ) -> None:
        self._name = name
        self._inputs_from = inputs
        self._result = result
        self._problems = Problems()
        self._reader = SignatureReader(self._problems, local_names)
        self._declared: Mapping[str, DeclaredInput] = (
            {} if inputs is None else read_inputs(inputs, self._problems, local_names)
        )
        self._found = FoundInputs(self._problems)
        self._producers = Producers()
        self._by_name: dict[str, VertexSignature] = {}
        self._references = References(name, self._producers, self._by_name.values())
        self._report = ResolutionReport(
            self._problems,
            self._producers,
            self._by_name,
            None if inputs is None else name_of_inputs(inputs),
        )

    def wired(self, vertices: Sequence[Callable[..., object] | Restatement]) -> WiredFlow:
        """Take all steps."""
        signatures = self._read(vertices)
        bindings = self._resolve(signatures)
        groups = atomic_groups(self._by_name.values(), self._problems)
        result = self._result_name()
        writer = GraphWriter(self._by_name)
        for signature, bound in zip(signatures, bindings, strict=True):
            if self._by_name[signature.name] is signature:
                writer.add(signature, bound)
        graph = writer.graph(groups)
        cycle = check_shape(graph, writer.predecessors, self._problems)
        if groups and not cycle:
            check_compensation(self._by_name, GraphTopology(graph), self._problems)
        inputs = self._flow_inputs(writer.input_users)
        if self._problems:
            self._raise(cycle)
        return WiredFlow(
            self._name,
            {s.name: _wired(s, b) for s, b in zip(signatures, bindings, strict=True)},
            inputs,
            self._inputs_from,
            result,
            graph,
        )

    def _read(
        self, vertices: Sequence[Callable[..., object] | Restatement]
    ) -> list[VertexSignature]:
        """Read all vertices; those that nothing can be said about are left out."""
        for declared in self._declared.values():
            self._producers.add_input(declared.name, declared.form)
        found = []
        for order, fn in enumerate(vertices):
            stated = fn if isinstance(fn, Restatement) else None
            function = fn.handler if isinstance(fn, Restatement) else fn
            if stated is not None:
                self._problems.place_of[order] = stated.place
            signature = self._reader.read(function, order, stated)
            if signature is None:
                continue
            first = self._by_name.setdefault(signature.name, signature)
            if first is not signature:
                self._problems.add(order, duplicate_vertex(first, signature))
                if first.handler == signature.handler:
                    continue
            found.append(signature)
            self._producers.add_vertex(signature)
        return found

    def _resolve(self, signatures: list[VertexSignature]) -> list[tuple[Binding, ...]]:
        resolver = Resolver(
            self._producers,
            self._references,
            self._found if self._inputs_from is None else None,
            frozenset(d.name for d in self._declared.values() if d.may_be_missing),
            self._report,
        )
        return [resolver.bindings_of(signature) for signature in signatures]

    def _result_name(self) -> str | None:
        if self._result is None:
            return None
        name = self._references.vertex_of(self._result)
        if name is None:
            self._problems.add(AFTER_VERTICES, bad_result(self._name, self._result, self._by_name))
        return name

    def _flow_inputs(self, users: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, FlowInput]:
        if self._inputs_from is None:
            return {
                name: FlowInput(name, found.form, found.required, tuple(users.get(name, ())))
                for name, found in self._found.in_order().items()
            }
        self._report_unused(InputsReport(self._problems, self._inputs_from), users)
        return {
            name: FlowInput(name, declared.form, declared.required, tuple(users.get(name, ())))
            for name, declared in self._declared.items()
        }

    def _report_unused(self, report: InputsReport, users: Mapping[str, object]) -> None:
        # An input that a broken parameter may take, by its name or its type, may be in use.
        unread = self._problems.unread_parameters
        in_doubt = self._report.mentioned_inputs | unread
        for name, declared in self._declared.items():
            if name in users or name in in_doubt or declared.keyword is None:
                continue
            if not unread or not is_strong(declared.form):
                report.unused(name)

    def _raise(self, cycle: tuple[str, ...]) -> None:
        found = self._problems.in_order()
        count = f"{len(found)} problem{'' if len(found) == 1 else 's'}"
        message = f"flow `{self._name}` cannot be wired: {count}"
        codes = {diagnostic.code for diagnostic in found}
        error = WiringError(message, found)
        if codes == {CYCLE}:
            error = GraphCycleError(message, found, cycle)
        elif codes == {ATOMIC_BOUNDARY}:
            error = AtomicBoundaryError(message, found)
        error.flow_name = self._name
        raise error


def _wired(signature: VertexSignature, bindings: tuple[Binding, ...]) -> WiredVertex:
    return WiredVertex(
        signature.name,
        signature.handler,
        signature.declaration,
        signature.atomic,
        bindings,
        signature.keywords,
        signature.is_async,
        signature.returns,
        signature.output,
        signature.parts,
        NO_RESOURCES if signature.atomic is None else _resources(signature, bindings),
        {} if signature.stated is None else signature.stated.constants,
    )


def _resources(signature: VertexSignature, bindings: tuple[Binding, ...]) -> Mapping[str, object]:
    names = {binding.parameter for binding in bindings if binding.rule is Rule.RESOURCE}
    asked = [r for r in signature.requirements if r.name in names]
    return {r.name: resource_class(r.form) for r in asked} or NO_RESOURCES
