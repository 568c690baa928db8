"""Handlers that are decorated functions: their values become outputs as in a flow.

A graph's handlers return a dict of their outputs. A function with `@vertex` returns its
value, and its declaration says what that is called. Where the graph calls it the same, the
function does its work in both: so a flow that was written as a document runs from it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from hbia_dsl.compat.named_check import check_of_type_name
from hbia_dsl.declare.declaration import VertexDeclaration, declaration_of
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BROKEN_CONTRACT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import ContractOutputError
from hbia_dsl.flow.result_storing import Contract
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.plan import Slots
from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.typeforms.hint_reading import read_hints
from hbia_dsl.typeforms.signature_reading import MISSING
from hbia_dsl.typeforms.value_check import compile_check
from hbia_dsl.wiring.output_names import (
    UnresolvedFieldError,
    UnsplittableResultError,
    parts_of_result,
)
from hbia_dsl.wiring.signature import is_coroutine_function
from hbia_dsl.wiring.wired_flow import OutputPart


class DecoratedOutputs(dict[str, object]):
    """The outputs of a decorated function by name, and its value as it returned it."""

    def __init__(self, outputs: Mapping[str, object], value: object) -> None:
        super().__init__(outputs)
        self.value = value


@attrs.frozen(eq=False)
class DecoratedResult:
    """How the value of a decorated function becomes the outputs of its vertex."""

    whole: str | None
    """The output that is the whole value; None if only parts are outputs."""
    parts: tuple[OutputPart, ...]
    returns: object
    """The type of the value, after awaiting."""
    is_checked: bool
    """Whether the value is checked, as `@vertex(check=...)` says."""


def decorated_results(
    vertices: Iterable[Vertex], handlers: Mapping[str, Callable[..., object]]
) -> dict[str, DecoratedResult]:
    """Return how values become outputs, by vertex; those that return dicts are left out."""
    ways = ((vertex.name, decorated_result(vertex, handlers[vertex.name])) for vertex in vertices)
    return {name: way for name, way in ways if way is not None}


def decorated_result(vertex: Vertex, handler: Callable[..., object]) -> DecoratedResult | None:
    """Return how a handler's value becomes outputs; None if it returns a dict of them.

    It returns a value if it was declared with `@vertex`, and the graph's vertex declares
    exactly the outputs that the declaration names: one name, the parts of a split, or
    the name of the vertex if it names none. Beside its parts, the graph may also
    declare the whole, under the name of the vertex.
    """
    told = _declared(handler)
    if told is None:
        return None
    names = told.outputs
    if not _is_named_alike(vertex, names):
        return None
    returns = read_hints(handler).returns
    form: object = Any if returns is MISSING else returns
    if not isinstance(names, tuple):
        return DecoratedResult(names or vertex.name, (), form, told.check)
    try:
        parts = parts_of_result(form, names)
    except (UnsplittableResultError, UnresolvedFieldError):
        return None  # no flow could split it either
    is_whole_too = vertex.name in vertex.outputs and vertex.name not in names
    return DecoratedResult(vertex.name if is_whole_too else None, parts, form, told.check)


def _is_named_alike(vertex: Vertex, names: str | tuple[str, ...] | None) -> bool:
    declared = vertex.outputs.keys()
    if not isinstance(names, tuple):
        return declared == {names or vertex.name}
    return declared >= {*names} and declared <= {*names, vertex.name}


def other_names(vertex: Vertex, handler: Callable[..., object]) -> str | None:
    """Return how `@vertex` of a handler names its outputs, for a report.

    None without `@vertex`, or if the graph's vertex names them so too.
    """
    told = _declared(handler)
    if told is None or _is_named_alike(vertex, told.outputs):
        return None
    if told.outputs is None:
        return "its whole result, which has the name of the vertex"
    names = (told.outputs,) if isinstance(told.outputs, str) else told.outputs
    return " and ".join(f"`{name}`" for name in names)


def store_decorated(
    vertex: Vertex, handler: Callable[..., object], way: DecoratedResult, slot: int
) -> Callable[[Slots, object], None]:
    """Return what checks a value, takes it apart and puts the outputs away."""
    contract = Contract(
        compile_check(way.returns) if way.is_checked else None, vertex.name, handler
    )
    accepts = None if contract.check is None else contract.check.accepts
    checks: dict[str, ValueCheck] = {}
    if way.is_checked:
        found = {name: check_of_type_name(text) for name, text in vertex.outputs.items()}
        checks = {name: check for name, check in found.items() if check is not None}

    def store(slots: Slots, result: object) -> None:
        if accepts is not None and not accepts(result):
            raise contract.refusal(result)
        outputs = _outputs(way, contract, result)
        for name, check in checks.items():
            if not check.accepts(outputs[name]):
                raise wrong_output(vertex, handler, name, check, outputs[name])
        slots[slot] = DecoratedOutputs(outputs, result)

    return store


def _outputs(way: DecoratedResult, contract: Contract, result: object) -> dict[str, object]:
    outputs: dict[str, object] = {} if way.whole is None else {way.whole: result}
    for part in way.parts:
        try:
            outputs[part.name] = (
                getattr(result, str(part.key)) if part.by_attribute else result[part.key]  # type: ignore[index]  # nearly always it has it
            )
        except (LookupError, TypeError, AttributeError) as error:
            raise contract.lacks(part.key, result) from error
    return outputs


def taking_value(undo: Callable[..., object]) -> Callable[..., object]:
    """Return a compensation that gets what the decorated function returned, as in a flow."""
    if is_coroutine_function(undo):

        async def undo_async(inputs: object, outputs: object) -> object:
            return await undo(inputs, _value(outputs))  # type: ignore[misc]  # it is async

        return undo_async
    return lambda inputs, outputs: undo(inputs, _value(outputs))


def _value(outputs: object) -> object:
    return outputs.value if isinstance(outputs, DecoratedOutputs) else outputs


def wrong_output(
    vertex: Vertex, handler: Callable[..., object], name: str, check: ValueCheck, value: object
) -> ContractOutputError:
    """Describe an output that is not of the type that the graph's vertex declares."""
    return ContractOutputError(
        Diagnostic(
            BROKEN_CONTRACT,
            f"output `{name}` of vertex `{vertex.name}` is not `{check.expected}`: "
            f"{check.explain(value)}",
            location=location_of(handler),
            help="return what the vertex declares, or correct the declaration",
        )
    )


def _declared(handler: Callable[..., object]) -> VertexDeclaration | None:
    declaration = declaration_of(handler)
    return None if declaration is None else declaration.vertex
