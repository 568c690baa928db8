"""Values of hand-made graphs: each vertex has one slot, with its dict of outputs."""

from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_HANDLER_RESULT, BROKEN_CONTRACT, UNBOUND_DATA
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import ContractInputError, ContractOutputError, DataResolutionError
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.plan import Slots
from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.typeforms.type_names import type_of_name
from hbia_dsl.typeforms.value_check import compile_check


@attrs.frozen
class Given:
    """Where one argument comes from: the first of these slots whose dict has the key."""

    places: tuple[tuple[int, str], ...]
    default: object = Parameter.empty


def arguments_by_name(
    vertex: str, given: Mapping[str, Given]
) -> Callable[[Slots], Iterable[object]]:
    """Return what takes a handler's keyword arguments out of the slots."""
    items = tuple(given.items())

    def take(slots: Slots) -> list[object]:
        return [_value(vertex, name, source, slots) for name, source in items]

    return take


def _value(vertex: str, parameter: str, given: Given, slots: Slots) -> object:
    for slot, key in given.places:
        values = slots[slot]
        if isinstance(values, Mapping) and key in values:
            return values[key]
    if given.default is not Parameter.empty:
        return given.default
    raise DataResolutionError(
        Diagnostic(
            UNBOUND_DATA,
            f"input `{parameter}` of vertex `{vertex}` has no source: no vertex before it "
            f"returned `{given.places[0][1]}`",
            help="declare the outputs of each vertex, so that this is found before the run",
        )
    )


def store_dict(
    vertex: Vertex, handler: Callable[..., object], slot: int
) -> Callable[[Slots, object], None]:
    """Return what checks a handler's dict of outputs and puts it away."""
    checks = {name: _check(text) for name, text in vertex.outputs.items()}

    def store(slots: Slots, result: object) -> None:
        if not isinstance(result, Mapping):
            if result is not None or checks:
                raise _not_a_dict(vertex, handler, result)
            result = {}
        for name, check in checks.items():
            if name not in result:
                raise _missing(vertex, handler, name, result)
            if check is not None and not check.accepts(result[name]):
                raise _wrong(vertex, handler, name, check, result[name])
        slots[slot] = result

    return store


def check_initial_data(vertices: Iterable[Vertex], initial_data: Mapping[str, object]) -> None:
    """Check initial data against the types that vertices declare for them.

    Raises:
        ContractInputError: A value is not of the type that a vertex declares.
    """
    for vertex in vertices:
        for parameter, text in vertex.inputs.items():
            check = None if "." in text else _check(text)
            key = f"{vertex.name}.{parameter}"
            key = key if key in initial_data else parameter
            if check is None or key not in initial_data or check.accepts(initial_data[key]):
                continue
            raise ContractInputError(
                Diagnostic(
                    BROKEN_CONTRACT,
                    f"initial data `{key}` is not `{text}`, which vertex `{vertex.name}` takes: "
                    f"{check.explain(initial_data[key])}",
                    help=f"give a value of type `{text}`",
                )
            )


def _check(text: str) -> ValueCheck | None:
    form = type_of_name(text)
    return None if form is None else compile_check(form)


def _not_a_dict(
    vertex: Vertex, handler: Callable[..., object], result: object
) -> ContractOutputError:
    shown = ", ".join(f'"{name}": ...' for name in vertex.outputs) or '"name": value'
    return ContractOutputError(
        Diagnostic(
            BAD_HANDLER_RESULT,
            f"the handler of vertex `{vertex.name}` returned a {type(result).__name__}, "
            "not a dict of its outputs",
            location=location_of(handler),
            help=f"return {{{shown}}}",
        )
    )


def _missing(
    vertex: Vertex, handler: Callable[..., object], name: str, result: Mapping[object, object]
) -> ContractOutputError:
    return ContractOutputError(
        Diagnostic(
            BAD_HANDLER_RESULT,
            f"the handler of vertex `{vertex.name}` did not return its output `{name}`",
            location=location_of(handler),
            notes=(f"it returned {', '.join(map(str, result)) or 'an empty dict'}",),
            help=f'add "{name}" to the dict, or take it out of the declared outputs',
        )
    )


def _wrong(
    vertex: Vertex, handler: Callable[..., object], name: str, check: ValueCheck, value: object
) -> ContractOutputError:
    return ContractOutputError(
        Diagnostic(
            BROKEN_CONTRACT,
            f"output `{name}` of vertex `{vertex.name}` is not `{check.expected}`: "
            f"{check.explain(value)}",
            location=location_of(handler),
            help="return what the vertex declares, or correct the declaration",
        )
    )
