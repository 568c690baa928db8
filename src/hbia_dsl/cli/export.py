"""`hbia export TARGET`: a flow of decorated functions as a document."""

from typing import Annotated

from cyclopts import Parameter

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure, wrong_usage
from hbia_dsl.cli.document_file import is_document
from hbia_dsl.cli.named_flows import FLOW_TARGETS, flows_named
from hbia_dsl.cli.text_output import print_or_write
from hbia_dsl.errors import HbiaError


def export(
    target: Annotated[str, Parameter(help=FLOW_TARGETS)],
    /,
    *,
    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None,
) -> int:
    """Write a flow of decorated functions as a document.

    Args:
        target: The flow.
        output: Write to this file, not to the terminal.
    """
    if is_document(target):
        raise wrong_usage(f"`{target}` is a document already")
    flows = flows_named([target])
    if len(flows) != 1:
        names = "\n".join(f"    hbia export {flow.name}" for flow in flows)
        raise wrong_usage(f"`{target}` has {len(flows)} flows; name one of them:\n{names}")
    try:
        text = flows[0].flow.to_yaml()
    except HbiaError as error:
        raise CommandFailure(str(error), exit_code=PROBLEMS, is_report=True) from error
    print_or_write(text, output)
    return 0
