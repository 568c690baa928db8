"""`hbia check TARGET...`: have a type checker judge flows, and print what it finds."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Final

from hbia_dsl.cli.command import Command


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "targets",
        nargs="+",
        metavar="TARGET",
        help="app.flows, app.flows:signup, app.flows:make_flow(), a package, a file or a folder",
    )
    parser.add_argument(
        "--tool",
        choices=["mypy", "pyright"],
        default="mypy",
        help="the type checker that judges (default: mypy)",
    )
    parser.add_argument(
        "--strict-any", action="store_true", help="refuse vertices and edges that hold Any"
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="list every edge: its source, the rule that chose it and why",
    )
    parser.add_argument(
        "--format",
        choices=["text", "json", "github"],
        default="text",
        help="how problems are written (default: text; github: annotations of a workflow)",
    )


def _run(arguments: Namespace) -> int:
    from hbia_dsl.check.check_flow import check_targets  # loaded where it is used

    report = check_targets(arguments.targets, tool=arguments.tool, strict_any=arguments.strict_any)
    if arguments.format == "json":
        from hbia_dsl.check.report_as_json import report_as_json  # loaded where it is used

        print(report_as_json(report, explain=arguments.explain), end="")
    elif arguments.format == "github":
        from hbia_dsl.check.report_as_github import report_as_github  # loaded where it is used

        print(report_as_github(report), end="")
    else:
        from hbia_dsl.check.report_as_text import report_as_text  # loaded where it is used
        from hbia_dsl.diagnostics.text_report import render_all  # loaded where it is used

        if report.failures:
            print(render_all(report.failures), end="\n\n", file=sys.stderr, flush=True)
        print(report_as_text(report, explain=arguments.explain), end="")
    return report.exit_code


CHECK: Final = Command(
    "check", "have mypy or pyright judge flows as typed Python", _configure, _run
)
