"""The text of a document, line by line, from a graph."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNWRITABLE_GRAPH
from hbia_dsl.documents.function_path import path_of_function
from hbia_dsl.documents.type_text import ANY_TYPE
from hbia_dsl.documents.yaml_scalars import (
    UnwritableValueError,
    constant,
    flow_list,
    quoted,
    scalar,
    type_scalar,
)
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.input_text import bindings_of, is_collected
from hbia_dsl.graph.nothing_to_undo import nothing_to_undo
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.typeforms.type_names import type_of_name


class GraphWriting:
    """Writes one graph, line by line; what cannot be written becomes a problem."""

    def __init__(self, graph: Graph, flow_name: str) -> None:
        self.problems: list[Diagnostic] = []
        self._lines: list[str] = []
        self._graph = graph
        self._flows = dict(graph.flows) or {flow_name: tuple(graph.vertices)}
        self._successors = _successors(graph, self._flows)
        self._outputs = {v.name: dict(v.outputs) for v in graph.vertices.values()}
        for vertex in graph.vertices.values():
            for text in vertex.inputs.values():
                for source, output in bindings_of(text):
                    if source in self._outputs:
                        self._outputs[source].setdefault(output, ANY_TYPE)

    def text(self) -> str:
        """Write everything."""
        self._check_flows()
        self._lines.append("flow:")
        for number, (name, members) in enumerate(self._flows.items()):
            if number:
                self._lines.append("")
            self._head(1, name, "the name of a flow")
            for place, member in enumerate(members):
                if place:
                    self._lines.append("")
                self._vertex(self._graph.vertices[member])
        if self._graph.atomic_groups:
            self._lines += ["", "atomic_groups:"]
            for group in self._graph.atomic_groups.values():
                self._group(group)
        return "\n".join(self._lines) + "\n"

    def _check_flows(self) -> None:
        """Refuse vertices that are in no flow, or in two: a document has each once."""
        flows_of: dict[str, list[str]] = {name: [] for name in self._graph.vertices}
        for flow, members in self._flows.items():
            for member in members:
                flows_of[member].append(flow)
        for vertex, flows in flows_of.items():
            if not flows:
                self._problem(
                    f"vertex `{vertex}` is in none of the graph's flows",
                    f'add it to one: graph.add_flow("name", ["{vertex}"])',
                )
            elif len(flows) > 1:
                named = " and ".join(f"`{flow}`" for flow in flows)
                self._problem(
                    f"vertex `{vertex}` is in flows {named}; a document has it once",
                    "give each flow a vertex of its own",
                )

    def _vertex(self, vertex: Vertex) -> None:
        whose = f"vertex `{vertex.name}`"
        self._head(2, vertex.name, "the name of a vertex")
        if vertex.handler is None:
            help_ = f'give it a dotted path or a function: Vertex("{vertex.name}", handler=...)'
            self._problem(f"{whose} has no handler", help_)
        else:
            self._function("handler", whose, vertex.handler)
        self._entry("effect", whose, vertex.effect)
        if vertex.version is not None:
            self._entry("version", whose, vertex.version, quoted)
        self._mapping("inputs", dict(self._inputs(vertex)))
        whose_outputs = f"an output of {whose}"
        self._mapping(
            "outputs",
            {
                self._written(name, whose_outputs): type_scalar(_type(text))
                for name, text in self._outputs[vertex.name].items()
            },
        )
        if vertex.name in self._successors:
            self._lines.append(f"      next: {flow_list(self._successors[vertex.name])}")
        if vertex.compensate is nothing_to_undo:
            self._lines.append("      compensate: null")
        elif vertex.compensate is not None:
            self._function("compensate", whose, vertex.compensate)

    def _inputs(self, vertex: Vertex) -> Iterator[tuple[str, str]]:
        whose = f"an input of vertex `{vertex.name}`"
        for parameter, text in vertex.inputs.items():
            pieces = [".".join(binding) for binding in bindings_of(text)]
            if is_collected(text):
                value = flow_list(pieces)
            else:
                value = scalar(pieces[0]) if pieces else type_scalar(_type(text))
            yield self._written(parameter, whose), value
        for parameter, given in vertex.constants.items():
            if parameter in vertex.inputs:
                text = f"input `{parameter}` of vertex `{vertex.name}` is bound and a constant"
                self._problem(text, "leave one of the two out")
            what = f"the constant `{parameter}` of vertex `{vertex.name}`"
            value = self._written(given, what, constant)
            yield self._written(parameter, whose), f"{{value: {value}}}"

    def _group(self, group: AtomicGroup) -> None:
        whose = f"group `{group.name}`"
        self._head(1, group.name, "the name of a group")
        self._lines.append(f"    vertices: {flow_list(group.vertices)}")
        for key, value in (
            ("on_failure", self._written(group.on_failure, f"`on_failure` of {whose}")),
            ("no_cache", str(group.no_cache).lower()),
            ("no_parallel", str(group.no_parallel).lower()),
        ):
            self._lines.append(f"    {key}: {value}")

    def _head(self, level: int, name: str, what: str) -> None:
        self._lines.append(f"{'  ' * level}{self._written(name, what)}:")

    def _entry(
        self, key: str, whose: str, value: str, write: Callable[[str], str] = scalar
    ) -> None:
        self._lines.append(f"      {key}: {self._written(value, f'`{key}` of {whose}', write)}")

    def _function(self, key: str, whose: str, given: Callable[..., object] | str) -> None:
        path = given if isinstance(given, str) else path_of_function(given)
        if path is not None:
            self._entry(key, whose, path)
            return
        name = getattr(given, "__name__", type(given).__name__)
        kind = "a lambda" if name == "<lambda>" else f"`{name}`"
        self._problem(
            f"the {key} of {whose} is {kind}, which has no path that a document could name",
            "define a function in a module and use that",
        )

    def _mapping(self, key: str, entries: Mapping[str, str]) -> None:
        if entries:
            self._lines.append(f"      {key}:")
            self._lines += [f"        {name}: {value}" for name, value in entries.items()]

    def _written(self, value: object, what: str, write: Callable[..., str] = scalar) -> str:
        try:
            return write(value)
        except UnwritableValueError as problem:
            self._problem(f"{what} is {problem}", "give it a value that YAML has")
            return "?"

    def _problem(self, message: str, help_: str) -> None:
        self.problems.append(
            Diagnostic(UNWRITABLE_GRAPH, message, location=caller_location(), help=help_)
        )


def _successors(graph: Graph, flows: Mapping[str, Sequence[str]]) -> Mapping[str, list[str]]:
    """Return who follows each vertex, in the order in which they are written."""
    place = {name: k for k, name in enumerate(n for members in flows.values() for n in members)}
    found: dict[str, list[str]] = {}
    for edge in sorted(graph.edges, key=lambda edge: place.get(edge.target, -1)):
        found.setdefault(edge.source, []).append(edge.target)
    return found


def _type(text: str) -> str:
    """Return the type as a document says it."""
    return text.strip() if type_of_name(text) is not None else ANY_TYPE
