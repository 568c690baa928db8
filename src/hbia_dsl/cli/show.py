"""`hbia show TARGET`: a flow as source, as a table of its stages, or as a drawing."""

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import Final

from hbia_dsl.check.found_flow import FoundFlow
from hbia_dsl.cli.command import Command
from hbia_dsl.cli.named_flows import TARGET_HELP, flows_named

FORMATS: Final = ("stages", "source", "mermaid", "dot", "svg", "html")
_OF_SEVERAL: Final = frozenset({"stages", "source"})
"""Formats in which one text can hold several flows."""
_OF_SUFFIX: Final = {
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


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=TARGET_HELP)
    parser.add_argument(
        "--as",
        dest="form",
        choices=FORMATS,
        help="what to write (default: what the name of FILE says, else stages)",
    )
    parser.add_argument("--output", metavar="FILE", help="write to a file, not to the terminal")


def _run(arguments: Namespace) -> int:
    output: str | None = arguments.output
    asked: str | None = arguments.form
    suffix = os.path.splitext(output or "")[1].lower()
    form = asked or _OF_SUFFIX.get(suffix, "stages")
    flows, code = flows_named([arguments.target])
    if code:
        return code
    if len(flows) > 1 and form not in _OF_SEVERAL:
        names = "\n".join(f"    hbia show {flow.name} --as {form}" for flow in flows)
        print(
            f"hbia show: `{arguments.target}` has {len(flows)} flows, and {form} shows one; "
            f"name one of them:\n{names}",
            file=sys.stderr,
        )
        return 2
    text = "\n\n".join(_text(flow, form).rstrip("\n") for flow in flows) + "\n"
    if output is not None:
        return _write(text, output)
    _print(text)
    if asked is None:
        others = "|".join(other for other in FORMATS if other != form)
        print(f"hint: --as {others} shows it otherwise", file=sys.stderr)
    return 0


def _text(found: FoundFlow, form: str) -> str:
    if form == "source":
        return _source(found)
    from hbia_dsl.drawing.flow_reading import read_flow  # loaded where it is used

    flow = read_flow(found.wired)
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

    return html_of_flow(flow, _source(found))


def _source(found: FoundFlow) -> str:
    from hbia_dsl.lowering.lower_flow import lower_flow  # loaded where it is used
    from hbia_dsl.lowering.source_text import source_text  # loaded where it is used

    return source_text(lower_flow(found.wired)).text


def _write(text: str, file: str) -> int:
    try:
        # Names may hold halves of characters, which no file can.
        with open(file, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as opened:
            opened.write(text)
    except OSError as error:
        print(f"hbia show: cannot write {file}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _print(text: str) -> None:
    try:
        print(text, end="")
    except UnicodeEncodeError:  # a terminal or a pipe that takes ASCII only
        print(text.encode("ascii", "backslashreplace").decode("ascii"), end="")


SHOW: Final = Command(
    "show", "print a flow as source, as stages, or as a drawing", _configure, _run
)
