"""Remarks of a type checker become problems at the user's lines, and silence proves nothing."""

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

import attrs
import pytest

from hbia_dsl import All, Flow, vertex
from hbia_dsl.check.check_flow import check_flows
from hbia_dsl.errors import CheckError, WiringError
from hbia_dsl.judging.check_report import CheckReport, Finding
from hbia_dsl.judging.judge import Judgement, Remark, Severity
from hbia_dsl.lowering.check_place import CheckText, LineKind
from scripted_judge import Said, ScriptedJudge

T = TypeVar("T")


@vertex
def names(text: str) -> list[str]:
    return [text]


@vertex(inputs={"items": names})
def first(items: Sequence[T]) -> T:
    return items[0]


@vertex(inputs={"number": first})
def double(number: int) -> int:
    return 2 * number


@vertex(inputs={"numbers": [first, double]})
def total(numbers: All[int]) -> int:
    return sum(numbers)


FLOW = Flow.of("numbers", names, first, double, total)

REFUSED = 'Argument "number" to "double" has incompatible type "str"; expected "int"'


def _checked(judge: ScriptedJudge, *, strict_any: bool = False) -> CheckReport:
    return check_flows([FLOW], judge=judge, strict_any=strict_any)


def _only(report: CheckReport) -> Finding:
    (finding,) = report.findings
    return finding


def _line_of(function: Callable[..., object], offset: int = 1) -> int:
    return function.__code__.co_firstlineno + offset


def test_a_flow_without_a_fault_has_no_problems() -> None:
    report = _checked(ScriptedJudge())

    assert (report.findings, report.failures, report.not_proven) == ((), (), ())
    assert report.exit_code == 0
    report.raise_problems()


def test_a_refused_argument_is_reported_at_its_parameter() -> None:
    report = _checked(ScriptedJudge((Said("number=first", REFUSED, "arg-type"),)))
    found = _only(report)

    assert found.diagnostic.code.number == "HB601"
    assert found.diagnostic.message == ("`first` is `str`, but `double` takes `int` as `number`")
    assert found.diagnostic.location is not None
    assert found.diagnostic.location.line == _line_of(double)
    assert found.diagnostic.location.subject == "parameter `number`"
    assert (found.flow, found.vertex, found.parameter) == ("numbers", "double", "number")
    assert (found.said, found.rule) == (REFUSED, "arg-type")
    assert found.binding is not None
    assert [str(source) for source in found.binding.sources] == ["first.first"]
    assert report.exit_code == 1


def test_a_value_that_is_collected_is_reported_by_its_own_name() -> None:
    message = 'List item 0 has incompatible type "str"; expected "int"'
    found = _only(_checked(ScriptedJudge((Said("    first,  # <- first.first", message),))))

    assert found.diagnostic.message == "`first` is `str`, but `total` takes `int` as `numbers`"


def test_a_remark_without_two_types_is_quoted() -> None:
    found = _only(_checked(ScriptedJudge((Said("number=first", "Strange", "odd", ("why",)),))))

    assert found.diagnostic.message == "mypy refuses `first` as `number` of `double`"
    assert found.diagnostic.notes[:2] == ("mypy: Strange [odd]", "mypy: why")


def test_the_words_of_pyright_are_understood_too() -> None:
    message = (
        'Argument of type "str" cannot be assigned to parameter "number" of type "int" '
        'in function "double"'
    )
    judge = ScriptedJudge((Said("number=first", message),), name="pyright")

    assert _only(_checked(judge)).diagnostic.message == (
        "`first` is `str`, but `double` takes `int` as `number`"
    )


def test_several_remarks_come_in_the_order_of_the_vertices() -> None:
    says = (
        Said("numbers=[", "Late", "x"),
        Said("number=first", REFUSED, "arg-type"),
        Said("names = ", "Early", "call-arg"),
    )

    assert [f.vertex for f in _checked(ScriptedJudge(says)).findings] == [
        "names",
        "double",
        "total",
    ]


def test_a_vertex_that_is_any_is_one_problem_and_not_one_for_every_remark() -> None:
    judge = ScriptedJudge(
        (Said("reveal_type(", "Module has no attribute", "attr-defined"),), (("names", "Any"),)
    )
    report = _checked(judge)

    assert [f.diagnostic.code.number for f in report.findings] == ["HB603"]
    assert "no attribute" in report.findings[0].diagnostic.notes[0]


def test_that_the_checker_does_not_find_this_package_is_said() -> None:
    missing = Remark(
        1, Severity.ERROR, 'Cannot find module named "hbia_dsl"', "import-not-found", file="a.py"
    )
    judge = ScriptedJudge(sees=(("names", "Any"),), elsewhere=(missing,))

    assert (
        _only(_checked(judge)).diagnostic.help == "install hbia_dsl where mypy looks for packages"
    )


def test_vertices_without_an_answer_are_reported_once_with_the_one_before_them() -> None:
    found = _only(_checked(ScriptedJudge(overlooks=("double", "total"))))

    assert found.diagnostic.code.number == "HB604"
    assert "after `first`" in found.diagnostic.message
    assert "`double`" in found.diagnostic.notes[0]


def test_a_checker_that_misses_the_planted_errors_has_not_checked() -> None:
    report = _checked(ScriptedJudge(is_silent=True))

    assert [d.code.number for d in report.failures] == ["HB606"]
    assert report.findings == ()
    assert report.exit_code == 2


def test_a_module_that_the_checker_does_not_find_was_not_checked() -> None:
    says = (Said("import ", "Cannot find", "import-not-found"),)
    report = _checked(ScriptedJudge(says))

    assert [d.code.number for d in report.failures] == ["HB611"]
    assert report.exit_code == 2


def test_an_error_that_belongs_to_no_flow_is_not_swallowed() -> None:
    report = _checked(ScriptedJudge((Said("_sometimes = ", "Strange"),)))

    assert [d.code.number for d in report.failures] == ["HB608"]


def test_a_signature_that_takes_anything_is_not_proven() -> None:
    report = _checked(ScriptedJudge(sees=(("names", "def (*Any, **Any) -> Any"),)))

    assert report.exit_code == 0
    assert [item.text for item in report.not_proven] == [
        "`names` is `def (*Any, **Any) -> Any` to mypy, so what it takes was not judged"
    ]


def test_an_expression_that_holds_any_is_a_problem_of_its_own_kind() -> None:
    says = (Said("number=first", 'Expression has type "Any"', "misc"),)
    found = _only(_checked(ScriptedJudge(says), strict_any=True))

    assert found.diagnostic.code.number == "HB605"
    assert found.diagnostic.message == "`first` holds `Any` where `double` takes it as `number`"


def test_what_is_said_twice_of_one_place_is_one_problem_with_the_notes_of_both() -> None:
    signature = 'Expression type contains "Any" (has type "Callable[[str], Any]")'
    says = (
        Said("reveal_type(", signature),
        Said("names = ", 'Expression has type "Any"'),
        Said("names = ", "Early"),
    )
    report = _checked(ScriptedJudge(says), strict_any=True)

    assert [d.code.number for d in report.problems] == ["HB605", "HB602"]
    assert report.problems[0].notes == (
        f"mypy: {signature} [misc]",
        'mypy: Expression has type "Any" [misc]',
    )


def test_one_vertex_in_two_flows_is_a_problem_of_each() -> None:
    flows = [Flow.of("one", names), Flow.of("two", names)]

    report = check_flows(flows, judge=_RefusesEveryCall())

    assert [found.flow for found in report.findings] == ["one", "two"]
    assert report.findings[0].diagnostic == report.findings[1].diagnostic


@attrs.frozen
class _RefusesEveryCall:
    """Says the same of every call."""

    name: str = "mypy"
    refuses_any: bool = True

    def judge(self, text: CheckText, key: str) -> Judgement:
        said = ScriptedJudge().judge(text, key)
        calls = [line for line, place in text.places.items() if place.kind is LineKind.CALL]
        refused = [Remark(line, Severity.ERROR, "Early", "misc") for line in calls]
        return attrs.evolve(said, remarks=(*said.remarks, *refused))


def test_refused_inputs_are_reported_for_the_flow() -> None:
    found = _only(_checked(ScriptedJudge((Said("text: str,", "No type", "valid-type"),))))

    assert found.diagnostic.code.number == "HB612"
    assert (found.vertex, found.parameter) == ("", "text")


def test_problems_can_be_raised_all_at_once() -> None:
    says = (Said("number=first", REFUSED), Said("names = ", "Early"))

    with pytest.raises(WiringError) as caught:
        _checked(ScriptedJudge(says)).raise_problems()

    assert len(caught.value.diagnostics) == 2


def test_what_could_not_be_checked_is_raised_as_such() -> None:
    with pytest.raises(CheckError):
        _checked(ScriptedJudge(is_silent=True)).raise_problems()


def test_functions_that_stand_for_others_are_called_by_the_names_of_those() -> None:
    local = vertex(name="local", inputs={"text": str})(lambda text: text)
    message = 'Argument "text" to "local__as_annotated" has incompatible type "int"; expected "str"'
    report = check_flows(
        [Flow.of("flow", local)], judge=ScriptedJudge((Said("text=text", message),))
    )

    assert report.findings[0].said == message.replace("__as_annotated", "")


def test_a_vertex_that_says_that_it_never_returns_is_no_problem() -> None:
    @vertex
    def refuse(text: str) -> NoReturn:
        raise ValueError(text)

    report = check_flows([Flow.of("flow", refuse, names)], judge=ScriptedJudge())

    assert report.exit_code == 0
