"""Values of hand-made graphs: each vertex has one slot, with its dict of outputs."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from hbia_dsl.compat.argument_binding import INITIAL_DATA_SLOT, Given
from hbia_dsl.compat.decorated_results import (
    DecoratedResult,
    other_names,
    store_decorated,
    wrong_output,
)
from hbia_dsl.compat.named_check import check_of_type_name
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_HANDLER_RESULT, UNBOUND_DATA
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import ContractOutputError, DataResolutionError
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.plan import Slots
from hbia_dsl.typeforms.signature_reading import MISSING


def arguments_by_name(
    vertex: str, given: Mapping[str, Given]
) -> Callable[[Slots], Iterable[object]]:
    """Return what takes a handler's keyword arguments out of the slots."""
    nowhere = (INITIAL_DATA_SLOT, "")
    items = tuple(
        (name, source.places[0] if source.places else nowhere, source)
        for name, source in given.items()
    )

    def take(slots: Slots) -> list[object]:
        values: list[object] = []
        for name, (slot, key), source in items:
            if source.is_list:
                parts = (Given((place,)) for place in source.places)
                values.append([_value(vertex, name, part, slots) for part in parts])
                continue
            if len(source.places) == 1 and source.default is MISSING:
                found: Mapping[str, object] = slots[slot]  # type: ignore[assignment]  # every slot holds a dict
                if key in found:  # nearly always: the value is where the plan says
                    values.append(found[key])
                    continue
            values.append(_value(vertex, name, source, slots))
        return values

    return take


def _value(vertex: str, parameter: str, given: Given, slots: Slots) -> object:
    dicts: list[tuple[int, Mapping[str, object], str]] = [
        (slot, slots[slot], key)  # type: ignore[misc]  # every slot holds a dict
        for slot, key in given.places
    ]
    found = [(slot, values[key]) for slot, values, key in dicts if key in values]
    if sum(slot != INITIAL_DATA_SLOT for slot, _ in found) > 1:
        raise _ambiguous(vertex, parameter)
    if found:
        return found[0][1]
    if given.default is not MISSING:
        return given.default
    raise DataResolutionError(
        Diagnostic(
            UNBOUND_DATA,
            f"input `{parameter}` of vertex `{vertex}` has no source: no vertex before it "
            f"returned `{given.places[0][1]}`",
            help="declare the outputs of each vertex, so that this is found before the run",
        )
    )


def store_result(
    vertex: Vertex, handler: Callable[..., object], way: DecoratedResult | None, slot: int
) -> Callable[[Slots, object], None]:
    """Return what turns a handler's result into outputs by name, and puts them away.

    Args:
        vertex: What the graph declares.
        handler: What returns the result.
        way: How its value becomes outputs; None if it returns a dict of them.
        slot: Where they go.
    """
    if way is None:
        return store_dict(vertex, handler, slot)
    return store_decorated(vertex, handler, way, slot)


def store_dict(
    vertex: Vertex, handler: Callable[..., object], slot: int
) -> Callable[[Slots, object], None]:
    """Return what checks a handler's dict of outputs and puts a copy of it away."""
    checks = {name: check_of_type_name(text) for name, text in vertex.outputs.items()}

    def store(slots: Slots, result: object) -> None:
        if not isinstance(result, Mapping):
            if result is not None or checks:
                raise _not_a_dict(vertex, handler, result)
            result = {}
        missing = [name for name in checks if name not in result]
        if missing:
            raise _missing(vertex, handler, missing, result)
        for name, check in checks.items():
            if check is not None and not check.accepts(result[name]):
                raise wrong_output(vertex, handler, name, check, result[name])
        # A copy: a handler that goes on changing its dict does not change the run.
        slots[slot] = dict(result)

    return store


def _ambiguous(vertex: str, parameter: str) -> DataResolutionError:
    return DataResolutionError(
        Diagnostic(
            UNBOUND_DATA,
            f"input `{parameter}` of vertex `{vertex}` has several sources: more than one vertex "
            f"before it returned `{parameter}`",
            help=f'say which one: inputs={{"{parameter}": "vertex.{parameter}"}}',
        )
    )


def _not_a_dict(
    vertex: Vertex, handler: Callable[..., object], result: object
) -> ContractOutputError:
    shown = ", ".join(f'"{name}": ...' for name in vertex.outputs) or '"name": value'
    help_ = f"return {{{shown}}}"
    if isinstance(result, Awaitable):
        help_ = "make the handler `async def`, so that it is known to be async"
        close = getattr(result, "close", None)
        if callable(close):
            close()  # else Python warns that it was never awaited, on top of this error
    return ContractOutputError(
        Diagnostic(
            BAD_HANDLER_RESULT,
            f"the handler of vertex `{vertex.name}` returned a {type(result).__name__}, "
            "not a dict of its outputs",
            location=location_of(handler),
            notes=_named_otherwise(vertex, handler),
            help=help_,
        )
    )


def _named_otherwise(vertex: Vertex, handler: Callable[..., object]) -> tuple[str, ...]:
    """Say why the value of a decorated function does not do here."""
    named = other_names(vertex, handler)
    if named is None:
        return ()
    graph = " and ".join(f"`{name}`" for name in vertex.outputs) or "no output"
    text = f"its value would do, if the graph declared what its `@vertex` names: {named}"
    return (f"{text}; the graph declares {graph}",)


def _missing(
    vertex: Vertex,
    handler: Callable[..., object],
    names: list[str],
    result: Mapping[object, object],
) -> ContractOutputError:
    output = "output" if len(names) == 1 else "outputs"
    shown = " and ".join(f"`{name}`" for name in names)
    return ContractOutputError(
        Diagnostic(
            BAD_HANDLER_RESULT,
            f"the handler of vertex `{vertex.name}` did not return its {output} {shown}",
            location=location_of(handler),
            notes=(f"it returned {', '.join(map(str, result)) or 'an empty dict'}",),
            help=f'add "{names[0]}" to the dict, or take it out of the declared outputs',
        )
    )
