"""The inputs of one run: from a call's arguments, or from untyped data, into slots."""

from collections.abc import Callable, Mapping, Sequence

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_RUN_INPUT
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import RunInputError
from hbia_dsl.flow.plan_flow import PlannedFlow
from hbia_dsl.flow.result_storing import input_refusal
from hbia_dsl.kernel.arguments import ABSENT
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.wired_flow import WiredFlow


def read_call(
    flow: WiredFlow,
    planned: PlannedFlow,
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> dict[int, object]:
    """Turn the arguments of `run` into values by slot.

    Raises:
        RunInputError: An input is missing or unknown; all such problems at once.
        ContractInputError: An input is not of its declared type.
    """
    make = flow.inputs_from
    if make is None:
        values = _undeclared(flow, args, kwargs)
    elif isinstance(make, type):
        values = _of_object(flow, _construct(flow, make, args, kwargs))
    else:
        values = _of_signature(flow, make, args, kwargs)
    return into_slots(flow, planned, values)


def into_slots(
    flow: WiredFlow, planned: PlannedFlow, values: Mapping[str, object]
) -> dict[int, object]:
    """Check values against the contracts of the inputs and give them their slots.

    Raises:
        ContractInputError: An input is not of its declared type.
    """
    slots = planned.input_slots
    checks = planned.input_checks
    found: dict[int, object] = {}
    for name, value in values.items():
        check = checks.get(name)
        if check is not None and type(value) not in check.sure and not check.accepts(value):
            raise input_refusal(flow.name, name, check, value)
        found[slots[name]] = value
    if len(found) < len(slots):  # optional inputs that were not given
        found |= {slot: ABSENT for slot in slots.values() if slot not in found}
    return found


def read_data(flow: WiredFlow, data: Mapping[str, object]) -> dict[str, object]:
    """Turn untyped data, such as JSON gives it, into the inputs of a flow.

    Nothing is coerced silently; every problem is reported, with its path.

    Raises:
        RunInputError: The data do not fit.
    """
    from hbia_dsl.structuring.strict_converter import (  # cattrs is loaded where it is used
        structure_inputs,
        structure_value,
    )

    if isinstance(flow.inputs_from, type):
        built, problems = structure_inputs(data, flow.inputs_from)
        if problems:
            raise _bad_data(flow, [str(problem) for problem in problems])
        return dict(_of_object(flow, built))
    given: object = data  # callers without a type checker pass anything
    if not isinstance(given, Mapping):
        raise _bad_data(flow, [f"expected a mapping, found {type(given).__name__}"])
    texts: list[str] = []
    values: dict[str, object] = {}
    for name in given:
        if name not in flow.inputs:
            hint = did_you_mean(str(name), flow.inputs)
            texts.append(f"unknown input @ input.{name}" + (f" ({hint})" if hint else ""))
    for name, declared in flow.inputs.items():
        if name in given:
            value, problems = structure_value(given[name], declared.form, f"input.{name}")
            texts += [str(problem) for problem in problems]
            values[name] = value
        elif declared.required:
            texts.append(f"missing @ input.{name}")
    if texts:
        raise _bad_data(flow, texts)
    if flow.inputs_from is not None:
        return dict(_of_signature(flow, flow.inputs_from, (), values))
    return values


def _undeclared(
    flow: WiredFlow, args: Sequence[object], kwargs: Mapping[str, object]
) -> Mapping[str, object]:
    inputs = flow.inputs
    if args:
        raise _problem(
            flow, [f"{len(args)} inputs were given by position"], "give inputs by keyword"
        )
    if kwargs.keys() == inputs.keys():
        return kwargs
    _refuse_missing_and_unknown(
        flow, [n for n, i in inputs.items() if i.required], list(inputs), kwargs
    )
    return kwargs


def _construct(
    flow: WiredFlow, make: type, args: Sequence[object], kwargs: Mapping[str, object]
) -> object:
    try:
        return make(*args, **kwargs)
    except TypeError as error:
        _explain_call(flow, make, args, kwargs)
        raise _problem(flow, [f"`{make.__name__}` refused them: {error}"], None) from error


def _of_object(flow: WiredFlow, made: object) -> Mapping[str, object]:
    if isinstance(made, dict):  # a TypedDict
        return {name: made[name] for name in flow.inputs if name in made}
    return {name: getattr(made, name) for name in flow.inputs}


def _of_signature(
    flow: WiredFlow,
    make: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> Mapping[str, object]:
    from inspect import signature  # inspect is loaded with attrs

    try:
        bound = signature(make).bind(*args, **kwargs)
    except TypeError as error:
        _explain_call(flow, make, args, kwargs)
        raise _problem(flow, [str(error)], None) from error
    bound.apply_defaults()
    return bound.arguments


def _explain_call(
    flow: WiredFlow,
    make: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> None:
    """Raise if arguments are missing or unknown; return if the fault is another one."""
    from inspect import Parameter, signature

    parameters = signature(make).parameters
    given_by_position = set(list(parameters)[: len(args)])
    required = [
        name
        for name, p in parameters.items()
        if p.default is Parameter.empty and name not in given_by_position
    ]
    _refuse_missing_and_unknown(flow, required, list(parameters), kwargs)


def _refuse_missing_and_unknown(
    flow: WiredFlow, required: Sequence[str], known: Sequence[str], kwargs: Mapping[str, object]
) -> None:
    missing = [name for name in required if name not in kwargs]
    unknown = [name for name in kwargs if name not in known]
    if not missing and not unknown:
        return
    texts = [f"missing input `{name}`{_type_of(flow, name)}" for name in missing]
    for name in unknown:
        hint = did_you_mean(name, known)
        texts.append(f"unknown input `{name}`" + (f"; {hint}" if hint else ""))
    takes = ", ".join(known) if known else "no inputs"
    raise _problem(flow, texts, f"flow `{flow.name}` takes {takes}")


def _type_of(flow: WiredFlow, name: str) -> str:
    declared = flow.inputs.get(name)
    return "" if declared is None else f" of type `{display(declared.form)}`"


def _bad_data(flow: WiredFlow, texts: Sequence[str]) -> RunInputError:
    return _problem(flow, texts, "correct the data; nothing is converted silently")


def _problem(flow: WiredFlow, texts: Sequence[str], help_: str | None) -> RunInputError:
    is_one = len(texts) == 1
    what = texts[0] if is_one else f"{len(texts)} problems with its inputs"
    message = f"flow `{flow.name}` cannot run: {what}"
    notes = () if is_one else tuple(texts)
    return RunInputError(
        Diagnostic(BAD_RUN_INPUT, message, location=caller_location(), notes=notes, help=help_)
    )
