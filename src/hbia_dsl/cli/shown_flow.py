"""A flow that is to be shown, of a document or in code."""

from collections.abc import Callable, Sequence
from shlex import quote

import attrs

from hbia_dsl.cli.document_file import is_document, load_document
from hbia_dsl.cli.named_flows import flows_named
from hbia_dsl.drawing.drawn_graph import DrawnFlow
from hbia_dsl.wiring.wired_flow import WiredFlow


@attrs.frozen
class ShownFlow:
    """One flow; what is shown of it is made when it is asked for."""

    call: str
    """What names this flow alone after `hbia show`."""
    drawn: Callable[[], DrawnFlow]
    """The flow as something to draw."""
    source: Callable[[], str]
    """The flow as source text."""


def shown_flows(target: str, flow_name: str | None) -> Sequence[ShownFlow]:
    """Return the flows that a target names.

    Args:
        target: A document, or what `flows_named` takes.
        flow_name: The only flow wanted of a document.

    Raises:
        CommandFailure: They cannot be loaded, imported or built.
    """
    if is_document(target):
        return _of_document(target, flow_name)
    return [
        ShownFlow(
            found.name,
            lambda wired=found.wired: _drawn(wired),  # type: ignore[misc]  # mypy cannot infer a default
            lambda wired=found.wired: _source(wired),  # type: ignore[misc]  # as above
        )
        for found in flows_named([target])
    ]


def _of_document(file: str, flow_name: str | None) -> list[ShownFlow]:
    from hbia_dsl.cli.drawn_document import drawn_documents  # loaded where it is used

    flows = drawn_documents(load_document(file, flow_name), flow_name)
    return [
        ShownFlow(
            f"{quote(file)} --flow {quote(flow.name)}",
            lambda flow=flow: flow,  # type: ignore[misc]  # as above
            lambda: _text_of(file),
        )
        for flow in flows
    ]


def _text_of(file: str) -> str:
    with open(file, encoding="utf-8") as opened:
        return opened.read()


def _drawn(wired: WiredFlow) -> DrawnFlow:
    from hbia_dsl.drawing.flow_reading import read_flow  # loaded where it is used

    return read_flow(wired)


def _source(wired: WiredFlow) -> str:
    from hbia_dsl.lowering.lower_flow import lower_flow  # loaded where it is used
    from hbia_dsl.lowering.source_text import source_text  # as above

    return source_text(lower_flow(wired)).text
