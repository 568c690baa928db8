"""Flows as tests of pytest; all of them are judged in one run of the type checker."""

import os
from collections.abc import Iterator, Sequence
from functools import cached_property

import pytest

from hbia_dsl.check.check_flow import check_found
from hbia_dsl.check.flow_finding import FoundFlows, find_flows
from hbia_dsl.check.target_import import make_importable
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.text_report import render_all
from hbia_dsl.judging.check_report import CheckReport, Tool
from hbia_dsl.judging.judge_by_name import judge_named


def flow_items(session: pytest.Session, targets: Sequence[str], tool: Tool) -> list[pytest.Item]:
    """Return one test for every flow, and one for everything that cannot be imported or built.

    Args:
        session: The session that runs them.
        targets: As `find_flows` takes them.
        tool: The type checker.
    """
    make_importable(os.getcwd())
    return list(_items(session, _Judged(find_flows(targets), tool)))


class _Judged:
    """Flows that are judged together, when the first of them is asked for."""

    def __init__(self, found: FoundFlows, tool: Tool) -> None:
        self.found = found
        self._tool = tool

    @cached_property
    def report(self) -> CheckReport:
        """What the type checker says."""
        only_flows = FoundFlows(self.found.flows, (), ())
        return check_found(only_flows, judge_named(self._tool))


def _items(session: pytest.Session, judged: _Judged) -> Iterator[pytest.Item]:
    for found in judged.found.flows:
        yield _item(session, FlowItem, found.name, judged)
    for number, problem in enumerate((*judged.found.broken, *judged.found.failures), start=1):
        name = f"problem {number}: {problem.code.number}"
        yield _item(session, BrokenItem, name, (problem,))


def _item(
    session: pytest.Session, kind: "type[FlowItem | BrokenItem]", name: str, given: object
) -> pytest.Item:
    item: pytest.Item = kind.from_parent(
        session, name=name, nodeid=f"hbia-check::{name}", given=given
    )
    return item


class RefusedFlowError(Exception):
    """A flow was refused; the text is the report."""


class _CheckItem(pytest.Item):
    """A test that shows a report instead of a traceback."""

    def repr_failure(  # type: ignore[override]  # a text is enough, as pytest documents
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str:
        """Show the report alone."""
        if isinstance(excinfo.value, RefusedFlowError):
            return str(excinfo.value)
        return str(excinfo.getrepr(style="short"))

    def reportinfo(self) -> tuple[str, None, str]:
        """Say what a summary calls this test."""
        return "hbia-check", None, f"hbia-check {self.name}"


class FlowItem(_CheckItem):
    """One flow."""

    def __init__(self, *, given: _Judged, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # what `from_parent` passes on
        self._judged = given

    def runtest(self) -> None:
        """Fail if the type checker refuses the flow, or cannot judge it."""
        report = self._judged.report
        problems = [f.diagnostic for f in report.of_flow(self.name)]
        _refuse((*report.failures, *problems))


class BrokenItem(_CheckItem):
    """Something that cannot be imported, or a flow that cannot be built."""

    def __init__(self, *, given: tuple[Diagnostic, ...], **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # what `from_parent` passes on
        self._problems = given

    def runtest(self) -> None:
        """Fail."""
        _refuse(self._problems)


def _refuse(problems: tuple[Diagnostic, ...]) -> None:
    if problems:
        raise RefusedFlowError(render_all(problems))
