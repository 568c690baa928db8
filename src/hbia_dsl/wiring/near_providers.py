"""What nearly provides a missing value: by type, by name, or by a type of a similar name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import nearest
from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.strength import is_strong
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES
from hbia_dsl.wiring.binding import INPUT
from hbia_dsl.wiring.mismatch import explain_mismatch
from hbia_dsl.wiring.producers import Producers, Provided
from hbia_dsl.wiring.requirement import Requirement
from hbia_dsl.wiring.signature import UNREADABLE, VertexSignature

MOST_NOTES: Final = 3
"""How many near providers a report names."""

MOST_VALUES: Final = 2_000
"""How many values of a flow are compared for one report."""


@attrs.frozen
class Nearness:
    """What a report says about near providers."""

    notes: tuple[str, ...] = ()
    help: str | None = None
    input_name: str | None = None
    """The input that was probably meant."""


class NearProviders:
    """Looks for what the author may have meant."""

    def __init__(self, producers: Producers, vertices: Mapping[str, VertexSignature]) -> None:
        self._producers = producers
        self._vertices = vertices

    def near(self, vertex: VertexSignature, requirement: Requirement) -> Nearness:
        """Find what nearly provides a requirement of a vertex."""
        values = [
            p
            for p in self._producers.all_values()[:MOST_VALUES]
            if p.order != vertex.order and p.form is not UNREADABLE
        ]
        found = self._by_name(requirement, values)
        if not is_strong(requirement.form):
            return found or Nearness()
        own = self._own_value(vertex, requirement)
        found = (
            found or self._by_type(requirement, values) or self._by_type_name(requirement, values)
        )
        if found is None:
            return Nearness(own)
        return attrs.evolve(found, notes=(*own, *found.notes))

    def place(self, provided: Provided) -> str:
        """Return where a value comes from, in brackets; nothing if that is not known."""
        vertex = self._vertices.get(provided.name.vertex)
        place = None if vertex is None else location_of(vertex.handler)
        return "" if place is None else f" ({place.short()})"

    def _by_name(self, requirement: Requirement, values: Sequence[Provided]) -> Nearness | None:
        fitting = {
            p.name.output: p
            for p in values
            if p.form is not None and is_assignable(p.form, requirement.form) is not NO
        }
        match = nearest(requirement.name, fitting)
        if not match:
            return None
        meant = fitting[match[0]].name
        return Nearness(
            help=f"did you mean `{meant}`? rename `{requirement.name}` to `{meant.output}`, "
            f'or bind it: inputs={{"{requirement.name}": "{meant}"}}',
            input_name=meant.output if meant.vertex == INPUT else None,
        )

    def _by_type(self, requirement: Requirement, values: Sequence[Provided]) -> Nearness | None:
        notes = []
        help_ = None
        for provided, reason, way_out in self._near_types(requirement, values):
            notes.append(f"{called(provided)} {reason}{self.place(provided)}")
            help_ = help_ or way_out
            if len(notes) == MOST_NOTES:
                break
        return Nearness(tuple(notes), help_) if notes else None

    def _near_types(
        self, requirement: Requirement, values: Sequence[Provided]
    ) -> Iterator[tuple[Provided, str, str]]:
        for provided in values:
            source, target = provided.form, requirement.form
            if source is None:
                continue
            bind = f'bind it: inputs={{"{requirement.name}": "{provided.name}"}}'
            mismatch = explain_mismatch(source, target)
            if mismatch is not None:
                way_out = mismatch.help_for(requirement.name, provided.name.vertex)
                yield provided, mismatch.reason, way_out
            elif source is Any:
                yield provided, "does not say what it yields", f"annotate its result, or {bind}"
            elif is_assignable(source, target) is UNKNOWN:
                shown = f"`{display(source)}`, which may or may not be a `{display(target)}`"
                yield provided, f"yields {shown}", bind

    def _by_type_name(
        self, requirement: Requirement, values: Sequence[Provided]
    ) -> Nearness | None:
        wanted = display(requirement.form)
        shown = {display(p.form): p for p in reversed(values) if is_strong(p.form)}
        match = nearest(wanted, shown)
        if not match:
            return None
        provided, similar = shown[match[0]], match[0]
        return Nearness(
            (f"{called(provided)} provides the similar `{similar}`{self.place(provided)}",),
            f"add a vertex that returns `{wanted}`, "
            f"or annotate `{requirement.name}` as `{similar}`",
        )

    def _own_value(self, vertex: VertexSignature, requirement: Requirement) -> tuple[str, ...]:
        for provided in self._producers.of_vertex(vertex.name):
            form = provided.form
            if form is not UNREADABLE and is_assignable(form, requirement.form) is YES:
                return (f"`{vertex.name}` itself yields one, but no vertex feeds itself",)
        return ()


def called(provided: Provided) -> str:
    """Return the name of a value as a sentence uses it: the short one, if it is enough."""
    name = provided.name
    short = name.vertex if name.vertex == name.output else str(name)
    return f"`{short}`"
