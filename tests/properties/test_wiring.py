"""Laws of wiring: order decides nothing, and a new vertex rewires nothing quietly."""

import inspect
from collections import Counter
from collections.abc import Callable
from typing import Final, NewType

import attrs
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.errors import WiringError
from hbia_dsl.wiring.binding import Binding, Rule
from hbia_dsl.wiring.wire import wire
from hbia_dsl.wiring.wired_flow import WiredFlow


class User:
    """A strong type."""


class Admin(User):
    """One that fits where the other is taken."""


class Order:
    """Another strong type."""


UserId = NewType("UserId", int)

PROVIDED: Final = (User, Admin, Order, UserId, int, str, User | None, list[Admin], None)
TAKEN: Final = (*PROVIDED, All[User], list[User], float, object)
NAMES: Final = tuple("abcdefgh")

EXAMPLES: Final = max(150, settings.default.max_examples if settings.default else 0)

MAY_DIFFER_IN_NUMBER: Final = frozenset({"HB203", "HB211"})
"""How many cycles have no vertex in common depends on which is found first."""


@attrs.frozen
class Drawn:
    """A vertex as Hypothesis draws it."""

    name: str
    returns: object
    parameters: tuple[tuple[str, object, bool], ...]
    """Name, type, and whether it has a default."""

    def declared(self) -> Callable[..., object]:
        """Make the function."""

        def handler(**_: object) -> object:
            return None

        handler.__name__ = handler.__qualname__ = self.name
        handler.__annotations__ = {name: form for name, form, _ in self.parameters}
        handler.__annotations__["return"] = self.returns
        empty = inspect.Parameter.empty
        handler.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # read by inspect
            [
                inspect.Parameter(
                    name, inspect.Parameter.KEYWORD_ONLY, default=None if d else empty
                )
                for name, _, d in self.parameters
            ]
        )
        return vertex(handler)


def _drawn(name: str) -> st.SearchStrategy[Drawn]:
    parameter = st.tuples(st.sampled_from(NAMES), st.sampled_from(TAKEN), st.booleans())
    parameters = st.lists(parameter, max_size=2, unique_by=lambda p: p[0]).map(tuple)
    return st.builds(Drawn, st.just(name), st.sampled_from(PROVIDED), parameters)


@st.composite
def flows(draw: st.DrawFn) -> list[Callable[..., object]]:
    """Draw the vertices of a flow, which may or may not be wirable."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    return [draw(_drawn(name)).declared() for name in names]


def _wired(vertices: list[Callable[..., object]]) -> WiredFlow | Counter[str]:
    """Wire; if that fails, return how often each code is in the report."""
    try:
        return wire("flow", vertices)
    except WiringError as error:
        found = Counter(d.code.number for d in error.diagnostics)
        return Counter({n: 1 if n in MAY_DIFFER_IN_NUMBER else found[n] for n in found})


@settings(max_examples=EXAMPLES)
@given(flows(), st.randoms(use_true_random=False))
def test_the_order_of_vertices_changes_neither_the_graph_nor_the_report(
    vertices: list[Callable[..., object]], random: object
) -> None:
    shuffled = list(vertices)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random, which Hypothesis does not type

    first, other = _wired(vertices), _wired(shuffled)

    if isinstance(first, Counter) or isinstance(other, Counter):
        event("refused")
        assert first == other
        return
    event("wired")
    assert set(first.graph.edges) == set(other.graph.edges)
    assert _bindings(first) == _bindings(other)
    assert {n: (i.form, i.required, set(i.users)) for n, i in first.inputs.items()} == {
        n: (i.form, i.required, set(i.users)) for n, i in other.inputs.items()
    }


@settings(max_examples=EXAMPLES)
@given(flows(), st.data())
def test_a_new_vertex_leaves_edges_alone_or_fails_loudly(
    vertices: list[Callable[..., object]], data: st.DataObject
) -> None:
    before = _wired(vertices)
    assume(isinstance(before, WiredFlow))
    assert isinstance(before, WiredFlow)
    free = [name for name in NAMES if name not in before.vertices]
    new = data.draw(_drawn(data.draw(st.sampled_from(free))))
    place = data.draw(st.integers(0, len(vertices)))

    after = _wired([*vertices[:place], new.declared(), *vertices[place:]])

    if isinstance(after, Counter):
        event("refused")
        return
    event("wired")
    was, now = _bindings(before), _bindings(after)
    changed = {key for key in was if was[key] != now[key]}
    assert all(_is_documented(was[key], now[key], new.name) for key in changed)


def _bindings(flow: WiredFlow) -> dict[tuple[str, str], tuple[Rule, frozenset[str]]]:
    return {
        (name, binding.parameter): (binding.rule, _sources(binding))
        for name, wired in flow.vertices.items()
        for binding in wired.bindings
    }


def _sources(binding: Binding) -> frozenset[str]:
    return frozenset(map(str, binding.sources))


def _is_documented(
    was: tuple[Rule, frozenset[str]], now: tuple[Rule, frozenset[str]], new: str
) -> bool:
    """Whether a change is one that the documentation allows: only ever towards the new vertex."""
    source = frozenset({f"{new}.{new}"})
    if was[0] is Rule.FAN_IN:
        return now == (Rule.FAN_IN, was[1] | source)
    by_name = (Rule.NAME, source)
    return (was[0] in (Rule.TYPE, Rule.INPUT, Rule.DEFAULT) and now == by_name) or (
        was[0] is Rule.DEFAULT and now == (Rule.TYPE, source)
    )
