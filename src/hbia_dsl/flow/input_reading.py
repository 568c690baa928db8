"""The inputs of one run: from a call's arguments, or from untyped data, into slots.

What declares the inputs is called as the user would call it, so defaults, aliases,
converters and validators of a class apply; a function that declares inputs only lends
its signature.
"""

from collections.abc import Callable, Mapping, Sequence

from hbia_dsl.flow.input_plan import InputKind
from hbia_dsl.flow.input_refusal import (
    bad_data,
    broken_contracts,
    cannot_run,
    missing_and_unknown,
    refused_by_class,
)
from hbia_dsl.flow.planned_flow import PlannedFlow
from hbia_dsl.kernel.arguments import ABSENT
from hbia_dsl.wiring.wired_flow import WiredFlow


def read_call(
    flow: WiredFlow,
    planned: PlannedFlow,
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> dict[int, object]:
    """Turn the arguments of `run` into values by slot.

    Raises:
        RunInputError: An input is missing, unknown or refused by the class that declares
            it; all such problems at once.
        ContractInputError: An input is not of its declared type.
    """
    kind = planned.input_kind
    make = flow.inputs_from
    if kind is InputKind.OBJECT and make is not None:
        try:
            made = make(*args, **kwargs)
        except Exception as error:
            bound = _bound(flow, make, args, kwargs)
            raise refused_by_class(flow.name, make, bound, error) from error
        return _object_into_slots(flow, planned, made)
    if not args and kwargs.keys() == planned.input_slots.keys():
        return into_slots(flow, planned, kwargs)  # every input by keyword: nothing to fill in
    if kind is InputKind.SIGNATURE and make is not None:
        return into_slots(flow, planned, _bound(flow, make, args, kwargs))
    return into_slots(flow, planned, _by_keyword(flow, args, kwargs))


def into_slots(
    flow: WiredFlow, planned: PlannedFlow, values: Mapping[str, object]
) -> dict[int, object]:
    """Check values against the contracts of the inputs and give them their slots.

    Raises:
        ContractInputError: Inputs are not of their declared types; all of them at once.
    """
    slots = planned.input_slots
    checks = planned.input_checks
    found: dict[int, object] = {}
    for name, value in values.items():
        check = checks.get(name)
        if check is not None and type(value) not in check.sure and not check.accepts(value):
            raise broken_contracts(flow.name, checks, values)
        found[slots[name]] = value
    if len(found) < len(slots):  # optional inputs that were not given
        found |= {slot: ABSENT for slot in slots.values() if slot not in found}
    return found


def read_data(flow: WiredFlow, planned: PlannedFlow, data: object) -> Mapping[str, object]:
    """Turn untyped data, such as JSON gives it, into the inputs of a flow.

    Nothing is coerced silently; every problem is reported, with its path.

    Raises:
        RunInputError: The data do not fit.
    """
    if planned.input_kind is InputKind.OBJECT or planned.input_kind is InputKind.MAPPING:
        from hbia_dsl.structuring.strict_converter import structure_value  # loads cattrs

        built, problems = structure_value(data, flow.inputs_from)
        if problems:
            raise bad_data(flow.name, data, problems)
        return _of_object(flow, built)
    values = _of_fields(flow, data)
    if planned.input_kind is InputKind.SIGNATURE and flow.inputs_from is not None:
        return _bound(flow, flow.inputs_from, (), values)
    return values


def _of_fields(flow: WiredFlow, data: object) -> dict[str, object]:
    """Structure each input by itself: no class says what they are together."""
    from hbia_dsl.diagnostics.near_miss import nearest
    from hbia_dsl.structuring.data_problem import DataProblem, kind_text
    from hbia_dsl.structuring.strict_converter import structure_value  # loads cattrs
    from hbia_dsl.typeforms.type_display import display

    if not isinstance(data, Mapping):
        text = f"expected a mapping, found {kind_text(data)}"
        raise bad_data(flow.name, data, [DataProblem("input", text)])
    values: dict[str, object] = {}
    problems: list[DataProblem] = []
    for name, declared in flow.inputs.items():
        path = f"input.{name}"
        if name in data:
            values[name], found = structure_value(data[name], declared.form, path)
            problems += found
        elif declared.required:
            problems.append(DataProblem(path, f"missing, expected {display(declared.form)}"))
    for key in data:
        if key not in flow.inputs:
            meant = nearest(str(key), flow.inputs)
            suggestion = meant[0] if meant else None
            problem = DataProblem(f"input.{key}", "unknown field", suggestion=suggestion)
            problems.append(problem)
    if problems:
        raise bad_data(flow.name, data, problems)
    return values


def _object_into_slots(flow: WiredFlow, planned: PlannedFlow, made: object) -> dict[int, object]:
    """Do what `into_slots` does, for attributes; this is on the way of nearly every run."""
    checks = planned.input_checks
    found: dict[int, object] = {}
    for name, slot in planned.input_slots.items():
        found[slot] = value = getattr(made, name)
        check = checks.get(name)
        if check is not None and type(value) not in check.sure and not check.accepts(value):
            raise broken_contracts(flow.name, checks, _of_object(flow, made))
    return found


def _of_object(flow: WiredFlow, made: object) -> Mapping[str, object]:
    if isinstance(made, dict):  # a TypedDict, which may lack keys
        return {name: made[name] for name in flow.inputs if name in made}
    return {name: getattr(made, name) for name in flow.inputs}


def _bound(
    flow: WiredFlow,
    make: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> Mapping[str, object]:
    """Give arguments their names, and fill in defaults, as a call would.

    Raises:
        RunInputError: Arguments are missing, unknown or too many.
    """
    from inspect import Parameter, signature  # loaded with attrs anyway

    found = signature(make)
    try:
        bound = found.bind(*args, **kwargs)
    except TypeError as error:
        parameters = found.parameters
        given_by_position = list(parameters)[: len(args)]
        required = [
            name
            for name, p in parameters.items()
            if p.default is Parameter.empty and name not in given_by_position
        ]
        problem = missing_and_unknown(flow, required, list(parameters), kwargs)
        raise problem or cannot_run(flow.name, [str(error)], None) from error
    bound.apply_defaults()
    return bound.arguments


def _by_keyword(
    flow: WiredFlow, args: Sequence[object], kwargs: Mapping[str, object]
) -> Mapping[str, object]:
    inputs = flow.inputs
    if args:
        count = "1 input was" if len(args) == 1 else f"{len(args)} inputs were"
        raise cannot_run(flow.name, [f"{count} given by position"], "give inputs by keyword")
    required = [name for name, declared in inputs.items() if declared.required]
    problem = missing_and_unknown(flow, required, list(inputs), kwargs)
    if problem is not None:
        raise problem
    return kwargs
