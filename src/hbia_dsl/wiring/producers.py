"""Every value that a flow provides, found by name, by vertex or by type.

All values of a flow must be added before any is looked for. The index by type is made only
if some parameter is left to that rule: it files each value under the classes that it could
be taken for, so that a look-up sees few candidates however large the flow is.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import attrs

from hbia_dsl.typeforms.strength import index_keys_of_source, index_keys_of_target, is_strong
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName, Rule
from hbia_dsl.wiring.signature import UNREADABLE, VertexSignature

INPUT_ORDER: Final = -1
"""Place of the virtual vertex `input`: before all others."""


@attrs.frozen(eq=False)
class Provided:
    """One value: where it comes from and what type it has."""

    name: OutputName
    form: object
    """Its type; `UNREADABLE` if it is not known."""
    order: int
    """Place in the flow of the vertex that provides it."""
    by_name: Binding
    """The binding of every parameter that takes it by name: one object for all of them."""
    overloads: tuple[object, ...] = ()
    """Types that it may have instead, if its vertex is overloaded."""


class Producers:
    """The values of one flow, in flow order; the flow's declared inputs come first."""

    def __init__(self) -> None:
        self._all: list[Provided] = []
        self._by_name: dict[str, Provided | list[Provided]] = {}

    def add_vertex(self, vertex: VertexSignature) -> None:
        """Add the result of a vertex and the parts it is split into."""
        self._add(vertex.name, vertex.output, vertex.returns, vertex.order, vertex.overloads)
        for part in vertex.parts:
            self._add(vertex.name, part.name, part.form, vertex.order)

    def add_input(self, name: str, form: object) -> None:
        """Add a declared input of the flow."""
        self._add(INPUT, name, form, INPUT_ORDER)

    def called(self, name: str) -> "Provided | list[Provided] | None":
        """Return the value of that name; a list if there are several."""
        return self._by_name.get(name)

    def of_vertex(self, vertex: str) -> Sequence[Provided]:
        """Return the whole result of a vertex, then its parts; nothing if it is not there."""
        return self._by_vertex.get(vertex, ())

    def of_type(self, form: object) -> Sequence[Provided]:
        """Return the values that might be meant by a strong type; in flow order.

        Values of a weak type are left out: a type that says nothing cannot be meant.
        """
        keys = index_keys_of_target(form)
        if keys is None:  # a protocol: whatever has its members fits
            return self._strong
        found = {id(p): p for key in keys for p in self._by_key.get(key, ())}
        return sorted(found.values(), key=_order)

    def all_values(self) -> Sequence[Provided]:
        """Return every value, in flow order."""
        return self._all

    def vertex_names(self) -> Iterable[str]:
        """Return the names of all vertices."""
        return (name for name in self._by_vertex if name != INPUT)

    @cached_property
    def _by_vertex(self) -> dict[str, list[Provided]]:
        found: dict[str, list[Provided]] = {}
        for provided in self._all:
            values = found.setdefault(provided.name.vertex, [])
            # Of two vertices of one name, which is an error, references mean the first.
            if not values or values[0].order == provided.order:
                values.append(provided)
        return found

    @cached_property
    def _strong(self) -> list[Provided]:
        return [p for p in self._all if p.form is not UNREADABLE and is_strong(p.form)]

    @cached_property
    def _by_key(self) -> dict[object, list[Provided]]:
        found: dict[object, list[Provided]] = {}
        for provided in self._strong:
            for key in index_keys_of_source(provided.form):
                found.setdefault(key, []).append(provided)
        return found

    def _add(
        self,
        vertex: str,
        output: str,
        form: object,
        order: int,
        overloads: tuple[object, ...] = (),
    ) -> None:
        name = OutputName(vertex, output)
        provided = Provided(name, form, order, Binding(output, (name,), Rule.NAME), overloads)
        self._all.append(provided)
        others = self._by_name.setdefault(output, provided)
        if isinstance(others, list):
            others.append(provided)
        elif others is not provided:
            self._by_name[output] = [others, provided]


def _order(provided: Provided) -> int:
    return provided.order
