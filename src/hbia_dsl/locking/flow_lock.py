"""What a lock holds of a flow: everything that decides what a run does and calls.

Not locked is what changes nothing of that: the order of declarations, places in files,
docstrings, the code of the functions.
"""

from collections.abc import Iterator
from typing import Final

from hbia_dsl.declare.declaration import NOT_SAID, AtomicDeclaration
from hbia_dsl.locking.lock_text import FactKey, LockedFlow
from hbia_dsl.locking.locked_types import TypeNames
from hbia_dsl.wiring.binding import Binding, Rule
from hbia_dsl.wiring.parameter_types import parameter_types
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex

NOTHING: Final = "nothing"
"""Stands for the source of a parameter that keeps its default."""

_UNSAID: Final = {Rule.RESOURCE: "the group's transaction", Rule.CONSTANT: "the document"}


def lock_flow(target: str, flow: WiredFlow) -> LockedFlow:
    """Return what is to be written down about a flow.

    Args:
        target: Where the flow is, as one names it on the command line.
        flow: The flow.
    """
    names = TypeNames(_forms(flow))
    facts: dict[FactKey, str] = {("name",): flow.name}
    if flow.inputs_from is not None:
        facts["inputs",] = getattr(flow.inputs_from, "__qualname__", "?")
    for drawn in flow.inputs.values():
        optional = "" if drawn.required else " (optional)"
        facts["input", drawn.name] = names.text(drawn.form) + optional
    if flow.result is not None:
        facts["result",] = flow.result
    for group in flow.graph.atomic_groups.values():
        parallel = "serial" if group.no_parallel else "parallel"
        cached = "not cached" if group.no_cache else "cached"
        facts["group", group.name] = f"on failure {group.on_failure}, {parallel}, {cached}"
    facts.update((("type", name), home) for name, home in names.facts())
    for vertex in flow.vertices.values():
        facts["vertex", vertex.name] = ""
        for key, value in _facts_of_vertex(vertex, names):
            facts["vertex", vertex.name, *key] = value
    return LockedFlow(target, facts)


def _facts_of_vertex(vertex: WiredVertex, names: TypeNames) -> Iterator[tuple[FactKey, str]]:
    yield ("kind",), "async" if vertex.is_async else "sync"
    yield ("effect",), vertex.declaration.effect or "side_effect"
    if vertex.declaration.version is not None:
        yield ("version",), vertex.declaration.version
    if vertex.atomic is not None:
        yield ("group",), vertex.atomic.group
        yield from _facts_of_member(vertex.atomic)
    types = parameter_types(vertex)
    for binding in vertex.bindings:
        taken = types[binding.parameter]
        text = taken.text if taken.form is None else names.text(taken.form, taken.text)
        yield ("takes", binding.parameter), f"{text} <- {source_text(binding)}"
    yield ("returns",), names.text(vertex.returns)
    if vertex.output != vertex.name:
        yield ("gives", vertex.output), names.text(vertex.returns)
    for part in vertex.parts:
        yield ("gives", part.name), names.text(part.form)


def _facts_of_member(told: AtomicDeclaration) -> Iterator[tuple[FactKey, str]]:
    """Say what becomes of a member when its group fails, where anything was said."""
    if told.compensate is None:
        yield ("undo",), NOTHING
    elif told.compensate is not NOT_SAID:
        undo = told.compensate
        module = getattr(undo, "__module__", "?")
        yield ("undo",), f"{module}:{getattr(undo, '__qualname__', type(undo).__name__)}"
    if told.is_pivot:
        yield ("place",), "pivot"
    if told.is_retriable:
        yield ("place",), "retriable"


def source_text(binding: Binding) -> str:
    """Return the sources of a binding and the rule that chose them.

    A fan-in keeps the order of the flow: it is the order of the list that the vertex gets.
    """
    sources = ", ".join(map(str, binding.sources)) or _UNSAID.get(binding.rule, NOTHING)
    return f"{sources} ({binding.rule.value})"


def _forms(flow: WiredFlow) -> Iterator[object]:
    if isinstance(flow.inputs_from, type):
        yield flow.inputs_from
    for drawn in flow.inputs.values():
        yield drawn.form
    for vertex in flow.vertices.values():
        yield vertex.returns
        yield from (part.form for part in vertex.parts)
        yield from (taken.form for taken in parameter_types(vertex).values())
