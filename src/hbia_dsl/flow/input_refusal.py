"""Why a run cannot begin: its inputs are missing, unknown, refused or of the wrong type.

Every problem is in the report, the place is the user's call, and no value is shown.
"""

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from hbia_dsl.declare.resource_types import is_known_resource
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    BAD_RUN_INPUT,
    BROKEN_CONTRACT,
    DiagnosticCode,
)
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import ContractInputError, RunInputError
from hbia_dsl.flow.run_options import RULES
from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.wired_flow import WiredFlow

_CONNECTION_HELP: Final = (
    'a group gives its members a connection: @atomic(group="payment") on the vertices that take '
    'one, and flow.options(transactions={"payment": SqliteTransaction("app.db")})'
)


def missing_and_unknown(
    flow: WiredFlow, required: Sequence[str], known: Sequence[str], kwargs: Mapping[str, object]
) -> RunInputError | None:
    """Describe arguments that are missing or unknown; None if there are none such.

    Args:
        flow: The flow.
        required: Names that must be given.
        known: Names that can be given.
        kwargs: What was given.
    """
    missing = [name for name in required if name not in kwargs]
    unknown = [name for name in kwargs if name not in known]
    if not missing and not unknown:
        return None
    texts = [f"missing input `{name}`{_type_of(flow, name)}" for name in missing]
    for name in unknown:
        hint = did_you_mean(name, known)
        texts.append(f"unknown input `{name}`" + (f"; {hint}" if hint else ""))
    options = [name for name in unknown if name in RULES]
    if options and not missing and len(options) == len(unknown):
        given = ", ".join(f"{name}=..." for name in options)
        return cannot_run(flow.name, texts, f"options go before the run: flow.options({given})")
    if any(is_known_resource(flow.inputs[name].form) for name in missing if name in flow.inputs):
        return cannot_run(flow.name, texts, _CONNECTION_HELP)
    takes = ", ".join(known) if known else "no inputs"
    return cannot_run(flow.name, texts, f"flow `{flow.name}` takes {takes}")


def refused_by_class(
    flow: str, make: Callable[..., object], values: Mapping[str, object], error: Exception
) -> RunInputError:
    """Describe inputs that the validators or converters of their class refused.

    Args:
        flow: Name of the flow.
        make: The class.
        values: What it was called with.
        error: What it raised.
    """
    from hbia_dsl.structuring.construction_fault import construction_problems

    cls = typing.get_origin(make) or make
    problems = construction_problems(typing.cast("type", cls), values, values, error)
    texts = [str(problem.under("input")) for problem in problems]
    name = getattr(cls, "__name__", "inputs")
    return cannot_run(flow, texts, f"give values that `{name}` accepts")


def bad_data(flow: str, data: object, problems: Iterable[object]) -> RunInputError:
    """Describe untyped data that do not fit; a problem is shown as its text."""
    texts = [str(problem) for problem in problems]
    help_ = "correct the data; nothing is converted silently"
    if isinstance(data, str | bytes):
        help_ = "give the data, not their text: json.loads(text)"
    return cannot_run(flow, texts, help_)


def broken_contracts(
    flow: str, checks: Mapping[str, ValueCheck], values: Mapping[str, object]
) -> ContractInputError:
    """Describe inputs that are not of their declared types; there is at least one."""
    texts = []
    wanted = ""
    for name, value in values.items():
        check = checks.get(name)
        if check is not None and not check.accepts(value):
            wanted = wanted or check.expected
            texts.append(f"input `{name}` is not `{check.expected}`: {check.explain(value)}")
    help_ = f"give a value of type `{wanted}`; run_data() reads JSON-like data"
    return ContractInputError(_diagnostic(BROKEN_CONTRACT, flow, texts, help_))


def cannot_run(flow: str, texts: Sequence[str], help_: str | None) -> RunInputError:
    """Describe why a run cannot begin: one problem in the message, several as notes."""
    return RunInputError(_diagnostic(BAD_RUN_INPUT, flow, texts, help_))


def _diagnostic(
    code: DiagnosticCode, flow: str, texts: Sequence[str], help_: str | None
) -> Diagnostic:
    is_one = len(texts) == 1
    what = texts[0] if is_one else f"{len(texts)} problems with its inputs"
    notes = () if is_one else tuple(texts)
    message = f"flow `{flow}` cannot run: {what}"
    return Diagnostic(code, message, location=caller_location(), notes=notes, help=help_)


def _type_of(flow: WiredFlow, name: str) -> str:
    declared = flow.inputs.get(name)
    return "" if declared is None else f" of type `{display(declared.form)}`"
