"""Random graphs with everything that a document can say, each from a seed."""

import random
from typing import Final

from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.input_text import is_collected
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.wiring.binding import INPUT

ODD_NAMES: Final = (
    *("yes", "No", "on", "null", "TRUE", "y", "2", "007", "1e3", "0x1f", "größe", "名前", "_"),
    *("two words", "kebab-case", "flow", "value", "Ω", "a" * 100, "inf", "nan", "0_1"),
)
NAMES: Final = (*ODD_NAMES, *(f"vertex_{k}" for k in range(30)))
PARAMETERS: Final = ("x", "yes", "on", "null", "class_", "größe", "n", "value", "_", "off")
TYPES: Final = (
    *("str", "int", "float", "bool", "dict", "list", "tuple", "set", "bytes", "none", "any"),
    *("str?", "list[int]", "dict[str, list[float]?]", "tuple[int, ...]", "int | str", "str | None"),
)
VERSIONS: Final = (None, None, "1", "2.0", "yes", "v-3: beta #1", "~", "010", " ")
SCALARS: Final = (
    *(None, True, False, 0, 7, -1, 10**30, 0.5, -0.0, 1e20, 1e-7, 123456789.123),
    *("", "2.0", "yes", "~", "- x", "a: b", "#", "1e5", "'", '"', "%", "\n", "\t", "\x1b", "\\"),
    *("null", "x #y", " x ", "[", "{}", "&a", "*a", "!!str", "<<", "|", ">", "@", "`", "---"),
    *("\u2028", "\x85", "\ufeff", "\ufffe", "\U0001f600", "é", "10:30", "2020-01-01", "0x1F", "_1"),
)


def written_graph(seed: int) -> Graph:
    """Return a graph of one flow or several, with groups, constants and compensations."""
    return _Maker(random.Random(seed)).graph()


class _Maker:
    def __init__(self, source: random.Random) -> None:
        self._random = source
        self._graph = Graph()
        self._names = source.sample(NAMES, len(NAMES))
        self._groups = source.sample(NAMES, len(NAMES))

    def graph(self) -> Graph:
        """Make the graph."""
        flows = {}
        for name in self._random.sample(NAMES, self._random.choice((1, 1, 2, 3))):
            members = [self._names.pop() for _ in range(self._random.randint(1, 7))]
            self._add_flow(members)
            self._random.shuffle(members)
            flows[name] = members
        for name, members in flows.items():
            self._graph.add_flow(name, members)
        return self._graph

    def _add_flow(self, names: list[str]) -> None:
        """Add vertices; edges go from the left to the right of `names`."""
        pick = self._random
        pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
        edges = pick.sample(pairs, pick.randint(0, min(len(pairs), 2 * len(names))))
        outputs = {name: self._some(NAMES, TYPES) for name in names}
        inputs = {name: self._some(PARAMETERS, TYPES) for name in names}
        for source, target in edges:
            if outputs[source] and pick.random() < 0.6:
                output = pick.choice(list(outputs[source]))
                self._bind(inputs[target], f"{source}.{output}")
        for name in names:
            if pick.random() < 0.2:
                self._bind(inputs[name], f"{INPUT}.{pick.choice(PARAMETERS)}")
        groups = list(self._neighbours(names, edges))
        compensated = {
            m for group in groups if group.on_failure == "compensate" for m in group.vertices
        }
        for name in pick.sample(names, len(names)):
            free = [p for p in PARAMETERS if p not in inputs[name]]
            undone = name in compensated
            self._graph.add_vertex(
                Vertex(
                    name,
                    f"app.handlers.{pick.choice(('save', 'größe', 'yes', 'h_1'))}",
                    inputs[name],
                    outputs[name],
                    pick.choice(VERSIONS),
                    "side_effect" if undone else pick.choice(("pure", "side_effect")),
                    {p: self._value(3) for p in pick.sample(free, pick.choice((0, 0, 1, 2)))},
                    "app.handlers.undo" if undone else None,
                )
            )
        for source, target in edges:
            self._graph.add_edge(Edge(source, target))
        for group in groups:
            self._graph.add_atomic_group(group)

    def _bind(self, inputs: dict[str, str], binding: str) -> None:
        """Bind an input to an output or to initial data; or collect it in a list, with others."""
        pick = self._random
        parameter = pick.choice(PARAMETERS)
        before = inputs.get(parameter, "")
        if is_collected(before) and pick.random() < 0.7:
            inputs[parameter] = f"{before.rstrip(', ')}, {binding}"
        else:
            # A comma at the end: a list of one.
            inputs[parameter] = f"{binding}," if pick.random() < 0.3 else binding

    def _neighbours(self, names: list[str], edges: list[tuple[str, str]]) -> list[AtomicGroup]:
        """Make groups of single vertices, and of neighbours in `names` that share an edge."""
        pick = self._random
        found, place = [], 0
        while place < len(names):
            pair = tuple(names[place : place + 2])
            members = list(pair if pair in edges and pick.random() < 0.7 else pair[:1])
            place += len(members)
            if pick.random() < 0.4:
                pick.shuffle(members)
                policy = pick.choice(("rollback", "abort", "compensate"))
                flags = pick.random() < 0.5, pick.random() < 0.5
                found.append(AtomicGroup(self._groups.pop(), members, policy, *flags))
        return found

    def _some(self, names: tuple[str, ...], values: tuple[str, ...]) -> dict[str, str]:
        chosen = self._random.sample(names, self._random.choice((0, 1, 1, 2, 3)))
        return {name: self._random.choice(values) for name in chosen}

    def _value(self, levels: int) -> object:
        kind = self._random.choice(("scalar", "scalar", "list", "dict") if levels else ("scalar",))
        if kind == "scalar":
            return self._random.choice(SCALARS)
        values = [self._value(levels - 1) for _ in range(self._random.randint(0, 3))]
        if kind == "list":
            return values
        return {str(self._random.choice(SCALARS)): value for value in values}
