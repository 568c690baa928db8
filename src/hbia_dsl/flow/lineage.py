"""Lineage: which values a value came from.

A flow's wiring is fixed, so the lineage of a run is that of its flow: nothing is
recorded while vertices run.
"""

from collections.abc import Mapping

from hbia_dsl.errors import ResultError
from hbia_dsl.flow.missing_value import missing_value
from hbia_dsl.wiring.binding import INPUT, OutputName, sources_text
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


class Lineage:
    """Answers where the values of a flow come from."""

    def __init__(self, flow: WiredFlow) -> None:
        self._flow = flow

    def of(self, name: str) -> tuple[str, ...]:
        """Name every value that a value came from, directly or not.

        Args:
            name: `vertex.output`, the name of a vertex for its whole result, or
                `input.name`.

        Returns:
            Names such as `normalize.normalize` and `input.email`: inputs first, then
            values of vertices in declaration order.

        Raises:
            ResultError: The flow has no such value.
        """
        first = self._parse(name)
        seen: set[OutputName] = set()
        front = list(self.direct(first))
        while front:
            value = front.pop()
            if value not in seen:
                seen.add(value)
                front.extend(self.direct(value))
        rank = {vertex: index for index, vertex in enumerate((INPUT, *self._flow.vertices))}
        return tuple(str(v) for v in sorted(seen, key=lambda v: (rank[v.vertex], v.output)))

    def direct(self, value: OutputName) -> tuple[OutputName, ...]:
        """Return the values that the vertex behind `value` took as arguments."""
        if value.vertex == INPUT:
            return ()
        bindings = self._flow.vertices[value.vertex].bindings
        return tuple(dict.fromkeys(source for b in bindings for source in b.sources))

    def why(self, vertex: str) -> Mapping[str, str]:
        """Say for each parameter of a vertex where its value comes from, and by which rule."""
        wired = self._flow.vertices.get(vertex)
        if wired is None:
            raise self._unknown(vertex)
        return {
            b.parameter: f"{sources_text(b.sources, b.rule)} ({b.rule.value})"
            for b in wired.bindings
        }

    def _parse(self, name: str) -> OutputName:
        vertex, _, output = name.partition(".")
        if vertex == INPUT and output in self._flow.inputs:
            return OutputName(vertex, output)
        wired = self._flow.vertices.get(vertex)
        if wired is not None and (
            output in ("", vertex, wired.output) or any(p.name == output for p in wired.parts)
        ):
            return OutputName(vertex, output or wired.output)
        raise self._unknown(name)

    def _unknown(self, name: str) -> ResultError:
        known = [
            *(f"{INPUT}.{i}" for i in self._flow.inputs),
            *(f"{v.name}.{o}" for v in self._flow.vertices.values() for o in _outputs(v)),
            *self._flow.vertices,
        ]
        text = f"flow `{self._flow.name}` has no value `{name}`"
        return missing_value(text, name, known, f"values are {', '.join(known[:5])}, ...")


def _outputs(vertex: WiredVertex) -> tuple[str, ...]:
    return tuple(part.name for part in vertex.parts) or (vertex.output,)
