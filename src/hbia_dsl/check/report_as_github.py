"""A check's report as workflow commands: GitHub shows each problem at its line.

Source:
    GitHub Docs, Workflow commands for GitHub Actions.
"""

import os
from collections.abc import Iterator

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.judging.check_report import CheckReport


def report_as_github(report: CheckReport) -> str:
    """Return one command a line: errors, then notices of what was not proven, then a summary."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: CheckReport) -> Iterator[str]:
    for diagnostic in report.problems:
        yield _command("error", diagnostic.code.number, _text(diagnostic), diagnostic.location)
    for item in report.not_proven:
        yield _command("notice", "not proven", f"{item.flow}: {item.text}", item.location)
    yield report.summary


def _text(diagnostic: Diagnostic) -> str:
    lines = [diagnostic.message, *diagnostic.drawing, *diagnostic.notes]
    if diagnostic.help is not None:
        lines.append(f"help: {diagnostic.help}")
    return "\n".join(lines)


def _command(kind: str, title: str, text: str, location: Location | None) -> str:
    properties = {}
    if location is not None:
        properties["file"] = _file(location)
        properties["line"] = str(location.line)
        if location.column is not None:
            properties["col"] = str(location.column + 1)
            properties["endColumn"] = str(location.column + 1 + location.width)
    properties["title"] = title
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {listed}::{_escaped(text)}"


def _file(location: Location) -> str:
    """Return the path as GitHub knows it: relative to the repository, not to this folder."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if workspace:
        inside = os.path.relpath(os.path.realpath(location.file), os.path.realpath(workspace))
        if not inside.startswith(os.pardir):
            return inside.replace(os.sep, "/")
    return location.shown_file()


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
