"""What callers of `check_flows` rely on, whoever judges."""

from typing import cast

import pytest

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from hbia_dsl.errors import CheckError
from hbia_dsl.judging.check_report import Tool
from scripted_judge import Said, ScriptedJudge


@vertex
def double(number: int) -> int:
    return 2 * number


@vertex
def half(number: int) -> int:
    return number // 2


def test_two_flows_of_one_name_are_told_apart() -> None:
    flows = [Flow.of("numbers", double), Flow.of("numbers", half)]
    judge = ScriptedJudge((Said("half = ", "Strange"),))

    report = check_flows(flows, judge=judge)

    assert [found.name for found in report.flows] == ["numbers", "numbers (2)"]
    assert [finding.flow for finding in report.findings] == ["numbers (2)"]
    assert report.of_flow("numbers") == ()
    assert len(report.of_flow("numbers (2)")) == 1


def test_a_check_of_nothing_does_not_pass() -> None:
    report = check_flows([], judge=ScriptedJudge())

    assert report.exit_code == 2
    assert [failure.code.number for failure in report.failures] == ["HB610"]


def test_a_type_checker_that_is_none_is_refused() -> None:
    with pytest.raises(CheckError, match="no type checker `pyre`"):
        check_flows([Flow.of("numbers", double)], tool=cast("Tool", "pyre"))


def test_flows_keep_their_order_and_are_judged_once() -> None:
    flows = [Flow.of(name, double) for name in ("b", "a", "c")]

    report = check_flows(flows, judge=ScriptedJudge())

    assert [found.wired.name for found in report.flows] == ["b", "a", "c"]
    assert report.vertex_count == 3
