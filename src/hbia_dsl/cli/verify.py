"""`hbia verify TARGET`: let atomic groups fail at every point, and look what is left."""

from typing import Annotated

from cyclopts import Group, Parameter

from hbia_dsl.cli.call_place import without_call
from hbia_dsl.cli.command_failure import PROBLEMS, USAGE, CommandFailure, wrong_usage
from hbia_dsl.cli.document_file import is_document
from hbia_dsl.cli.named_flows import flows_named
from hbia_dsl.cli.named_function import function_named
from hbia_dsl.cli.text_output import print_text, printable
from hbia_dsl.diagnostics.text_report import render
from hbia_dsl.errors import (
    ContractInputError,
    RunInputError,
    RunOptionError,
    RunUsageError,
    SettingsError,
)
from hbia_dsl.flow.flow import Flow

_INPUTS = Group("Inputs", sort_key=1)
_WHAT = Group("What is verified", sort_key=2)


def verify(
    target: str,
    /,
    *,
    probe: Annotated[str, Parameter(group=_WHAT, metavar="MODULE:FUNCTION")],
    reset: Annotated[str | None, Parameter(group=_WHAT, metavar="MODULE:FUNCTION")] = None,
    groups: Annotated[tuple[str, ...], Parameter(name="--group", group=_WHAT, metavar="NAME")] = (),
    assignments: Annotated[
        tuple[str, ...],
        Parameter(name="--set", group=_INPUTS, metavar="NAME=VALUE", allow_leading_hyphen=True),
    ] = (),
    data: Annotated[
        str | None, Parameter(group=_INPUTS, metavar="FILE", allow_leading_hyphen=True)
    ] = None,
) -> int:
    """Let atomic groups fail at every point, and look what is left.

    Args:
        target: A flow in code: app.flows:signup, or app.flows:make_flow().
        probe: Returns what the groups change: a count, rows, a dict.
        reset: Brings back the state in which each run begins.
        groups: Verify only this group; repeatable.
        assignments: An input, name=value, repeatable; text for text, JSON for all other types.
        data: A JSON file with the inputs; - for the standard input.
    """
    from hbia_dsl.cli.given_inputs import given_inputs  # loaded where it is used
    from hbia_dsl.cli.runnable_target import input_forms  # as above
    from hbia_dsl.testing.verify_groups import verify_groups_on_data  # as above

    flow = _flow_named(target)
    given = given_inputs(assignments, data, input_forms(flow.wired))
    looks = function_named(probe, "--probe")
    resets = None if reset is None else function_named(reset, "--reset")
    try:
        found = verify_groups_on_data(flow, looks, data=given, reset=resets, groups=groups or None)
    except (
        ContractInputError,
        RunInputError,
        RunOptionError,
        RunUsageError,
        SettingsError,
    ) as error:
        text = render(without_call(error.diagnostic))
        raise CommandFailure(text, exit_code=USAGE, is_report=True) from error
    print_text(printable(f"{found.report()}\n"))
    return 0 if found.ok else PROBLEMS


def _flow_named(target: str) -> Flow[..., object]:
    if is_document(target):
        help_ = "name a flow in code; Flow.from_yaml(...) makes one of a document"
        raise wrong_usage(f"`{target}` is a document, to which no transaction is attached", help_)
    flows = flows_named([target])
    if len(flows) != 1:
        names = "\n".join(f"    hbia verify {flow.name} ..." for flow in flows)
        raise wrong_usage(f"`{target}` has {len(flows)} flows; name one of them:\n{names}")
    return flows[0].flow
