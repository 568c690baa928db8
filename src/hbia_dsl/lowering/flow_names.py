"""What source code calls everything that a flow mentions, before any text is written.

The imports of a text depend on all names in it, so names are found first.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import attrs

from hbia_dsl.declare.resource_types import resource_name
from hbia_dsl.lowering.source_names import SourceName, source_name_of
from hbia_dsl.lowering.type_source import TypeSource, type_source_of
from hbia_dsl.wiring.record_fields import RecordKind, record_kind
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex

ResourceKey = tuple[str, str]
"""An atomic group, and the class of connection that its members take."""


@attrs.frozen
class FlowNames:
    """The names of one flow."""

    callees: Mapping[str, SourceName | None]
    """The function of each vertex; None if no source can name it."""
    inputs_object: TypeSource | None
    """The class whose one object holds all inputs; None if each input stands for itself,
    because they are not declared by a class, or by one that no source can name."""
    inputs_by_key: bool
    """Whether that object is a dictionary."""
    input_types: Mapping[str, TypeSource | None]
    """The type of each input; None if no source can name it."""
    inputs_function: SourceName | None = None
    """The function whose parameters declare the inputs."""
    resource_types: Mapping[ResourceKey, TypeSource | None] = MappingProxyType({})
    """The class of each connection that members of atomic groups take."""

    def modules(self) -> Iterator[str]:
        """Return every module that the names are from."""
        yield from (name.module for name in self.callees.values() if name is not None)
        for resource in self.resource_types.values():
            if resource is not None:
                yield from resource.modules()
        if self.inputs_object is not None:
            yield from self.inputs_object.modules()
            return
        for source in self.input_types.values():
            if source is not None:
                yield from source.modules()
        if self.inputs_function is not None:
            yield self.inputs_function.module


def name_flow(flow: WiredFlow, homes: Iterable[str] = ()) -> FlowNames:
    """Find what source code calls the functions and the inputs of a flow.

    Args:
        flow: The flow.
        homes: Modules whose variables may hold the objects of which vertices are
            methods, beside those in which the vertices were written.
    """
    declared = flow.inputs_from
    kind = None if declared is None else record_kind(declared)
    homes = [*homes, *_modules_of(flow)]
    return FlowNames(
        {v.name: source_name_of(v.handler, homes) for v in flow.vertices.values()},
        None if kind is None else type_source_of(declared),
        kind is RecordKind.TYPED_DICT,
        {i.name: type_source_of(i.form) for i in flow.inputs.values()},
        None if declared is None or kind is not None else source_name_of(declared, homes),
        _resource_types(flow),
    )


def resource_key(vertex: WiredVertex, parameter: str) -> ResourceKey:
    """Return what members that take the same connection have in common."""
    group = "" if vertex.atomic is None else vertex.atomic.group
    return group, resource_name(vertex.resources[parameter]) or parameter


def _resource_types(flow: WiredFlow) -> dict[ResourceKey, TypeSource | None]:
    return {
        resource_key(vertex, parameter): type_source_of(form)
        for _, vertex in sorted(flow.vertices.items())
        for parameter, form in vertex.resources.items()
    }


def _modules_of(flow: WiredFlow) -> Iterator[str]:
    seen: set[object] = set()
    for vertex in flow.vertices.values():
        module = getattr(vertex.handler, "__module__", None)
        if isinstance(module, str) and module not in seen:
            seen.add(module)
            yield module
