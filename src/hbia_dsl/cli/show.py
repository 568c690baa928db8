"""`hbia show TARGET`: a flow as source, as a table of its stages, or as a drawing."""

import os
import sys
from typing import Annotated, Final, Literal, get_args

from cyclopts import Parameter

from hbia_dsl.cli.command_failure import wrong_usage
from hbia_dsl.cli.named_flows import FLOW_TARGETS
from hbia_dsl.cli.shown_flow import ShownFlow, shown_flows
from hbia_dsl.cli.text_output import print_text, write_text

_Form = Literal["stages", "source", "mermaid", "dot", "svg", "html"]
FORMATS: Final[tuple[_Form, ...]] = get_args(_Form)
_OF_SEVERAL: Final = frozenset({"stages", "source"})
"""Formats in which one text can hold several flows."""
_OF_SUFFIX: Final[dict[str, _Form]] = {
    ".txt": "stages",
    ".py": "source",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".html": "html",
    ".htm": "html",
}


def show(
    target: Annotated[str, Parameter(help=f"a document, or {FLOW_TARGETS}")],
    /,
    *,
    form: Annotated[_Form | None, Parameter(name="--as")] = None,
    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None,
    flow: str | None = None,
) -> int:
    """Print a flow as source, as stages, or as a drawing.

    Args:
        target: What to show.
        form: What to write (default: what the name of the output says, else stages).
        output: Write to this file, not to the terminal.
        flow: The only flow wanted of a document that has several.
    """
    chosen = form or _form_of(output or "")
    shown = shown_flows(target, flow)
    if len(shown) > 1 and chosen not in _OF_SEVERAL:
        names = "\n".join(f"    hbia show {one.call} --as {chosen}" for one in shown)
        raise wrong_usage(
            f"`{target}` has {len(shown)} flows, and {chosen} shows one; name one of them:\n{names}"
        )
    # The source of all flows of a document is the document, once.
    texts = dict.fromkeys(_text(one, chosen).rstrip("\n") for one in shown)
    text = "\n\n".join(texts) + "\n"
    if output is not None:
        write_text(text, output)
        return 0
    print_text(text)
    if form is None:
        others = "|".join(other for other in FORMATS if other != chosen)
        print(f"hint: --as {others} shows it otherwise", file=sys.stderr)
    return 0


def _form_of(output: str) -> _Form:
    """Return the format that the name of a file asks for; that of a name without suffix is stages.

    Raises:
        CommandFailure: It asks for one that there is not.
    """
    suffix = os.path.splitext(output)[1].lower()
    if suffix and suffix not in _OF_SUFFIX:
        raise wrong_usage(
            f"no format is written to `*{suffix}`",
            f"end the name with one of {', '.join(_OF_SUFFIX)}, or say --as {'|'.join(FORMATS)}",
        )
    return _OF_SUFFIX.get(suffix, "stages")


def _text(one: ShownFlow, form: str) -> str:
    if form == "source":
        return one.source()
    flow = one.drawn()
    if form == "stages":
        from hbia_dsl.drawing.stage_table import stage_table  # loaded where it is used

        return stage_table(flow)
    if form == "mermaid":
        from hbia_dsl.drawing.mermaid_text import mermaid_of_flow  # loaded where it is used

        return mermaid_of_flow(flow)
    if form == "dot":
        from hbia_dsl.drawing.dot_text import dot_of_flow  # loaded where it is used

        return dot_of_flow(flow)
    if form == "svg":
        from hbia_dsl.drawing.svg_text import svg_of_flow  # loaded where it is used

        return svg_of_flow(flow)
    from hbia_dsl.drawing.html_page import html_of_flow  # loaded where it is used

    return html_of_flow(flow, one.source())
