"""Flows are found where they are, each once, and whatever hides others is reported."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from hbia_dsl.check.flow_finding import FoundFlows, find_flows
from hbia_dsl.diagnostics.text_report import render

FLOW = """
from hbia_dsl import Flow, vertex

@vertex
def double(number: int) -> int:
    return 2 * number

{name} = Flow.of("{name}", double)
"""

BROKEN = """
from hbia_dsl import Flow, vertex

class Order: ...

@vertex
def charge(order: Order) -> int:
    return 1

flow = Flow.of("broken", charge)
"""


@pytest.fixture(autouse=True)
def _fresh_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Import from an empty folder, and forget afterwards what was imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def _write(path: str, text: str) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text), encoding="utf-8")


def _names(found: FoundFlows) -> list[str]:
    return [flow.name for flow in found.flows]


def _reports(found: FoundFlows) -> str:
    return "\n".join(map(render, (*found.broken, *found.failures)))


def test_a_package_holds_the_flows_of_all_modules_in_it_each_once() -> None:
    _write("parcel/__init__.py", "from parcel.first import one\n")
    _write("parcel/first.py", FLOW.format(name="one"))
    _write("parcel/deep/__init__.py", "")
    _write("parcel/deep/second.py", FLOW.format(name="two") + "again = two\n")
    _write("parcel/__main__.py", "raise SystemExit('ran the program')\n")

    found = find_flows(["parcel"])

    assert _names(found) == ["parcel:one", "parcel.deep.second:two"]
    assert not found.failures


def test_a_flow_with_other_options_is_the_same_flow() -> None:
    _write("optional.py", FLOW.format(name="flow") + "fast = flow.options(parallel=True)\n")

    assert _names(find_flows(["optional"])) == ["optional:flow"]


def test_flows_are_found_behind_dots_and_by_calling() -> None:
    _write(
        "hidden.py",
        FLOW.format(name="flow")
        + "class Flows:\n    inner = Flow.of('inner', double)\n"
        + "def make():\n    print('made')\n    return Flow.of('made', double)\n",
    )

    found = find_flows(["hidden:Flows.inner", "hidden:make()"])

    assert _names(found) == ["hidden:Flows.inner", "hidden:make()"]


def test_what_a_module_prints_is_no_output_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    _write("loud.py", "print('hello')\n" + FLOW.format(name="flow"))

    find_flows(["loud"])

    written = capsys.readouterr()
    assert (written.out, written.err) == ("", "hello\n")


def test_a_module_that_fails_leaves_the_others_of_its_package() -> None:
    _write("partly/__init__.py", "")
    _write("partly/bad.py", "import json\n\nimport no_such_module_at_all\n")
    _write("partly/good.py", FLOW.format(name="flow"))
    _write("partly/worse.py", BROKEN)

    found = find_flows(["partly"])

    assert _names(found) == ["partly.good:flow"]
    assert [d.code.number for d in found.failures] == ["HB609"]
    assert [d.code.number for d in found.broken] == ["HB201"]


def test_a_flow_that_cannot_be_built_is_named_with_its_place_and_with_all_that_it_hides() -> None:
    broken = 'flow = Flow.of(\n    "broken", charge, count\n)\n'
    count = "@vertex\ndef count(order: Order) -> str:\n    return 1\n\n"
    _write("worse.py", BROKEN.replace('flow = Flow.of("broken", charge)\n', count + broken))
    for number in range(5):
        _write(f"user_{number}.py", "import worse\n" + FLOW.format(name="flow"))

    found = find_flows(["worse"])
    all_found = find_flows(["worse", *(f"user_{number}" for number in range(5))])

    assert [d.notes[-1] for d in found.broken[:-1]] == ["in flow `broken`, made at worse.py:14"]
    assert found.broken[-1].notes[-2:] == (
        "in flow `broken`, made at worse.py:14",
        "the import of `worse` ends there, so no other flow of it was looked at",
    )
    assert len(all_found.broken) == 2
    assert all_found.broken[-1].notes[-1] == (
        "the imports of `worse`, `user_0`, `user_1` and 3 more end there, so no other flow of "
        "them was looked at"
    )
    assert not all_found.failures


def test_a_flow_that_a_function_fails_to_build_is_named_and_hides_no_other() -> None:
    make = 'def make():\n    return Flow.of("broken", charge)\n'
    _write("making.py", BROKEN.replace('flow = Flow.of("broken", charge)\n', make))

    (problem,) = find_flows(["making:make()"]).broken

    assert problem.notes[-1] == "in flow `broken`, made at making.py:11"


def test_a_failing_import_is_shown_at_the_line_of_the_user_without_a_traceback() -> None:
    _write("outer.py", "\nimport inner_module\n")
    _write("inner_module.py", "import json\n\nVALUE = json.loads('{')\n")

    text = _reports(find_flows(["outer"]))

    assert "`outer` cannot be imported: JSONDecodeError: Expecting property name" in text
    assert "--> inner_module.py:3" in text
    assert "imported at outer.py:2" in text
    assert "Traceback" not in text
    assert "hbia_dsl/" not in text


def test_a_syntax_error_is_shown_at_its_own_line() -> None:
    _write("typo.py", "x = 1\ndef f(:\n    pass\n")

    text = _reports(find_flows(["typo"]))

    assert "SyntaxError" in text
    assert "--> typo.py:2" in text
    assert "imported at" not in text  # nobody but the check has imported it


def test_a_module_that_ends_the_program_does_not_end_the_check() -> None:
    _write("script.py", "import sys\nsys.exit(3)\n")

    assert "ends the program" in _reports(find_flows(["script"]))


def test_a_name_that_cannot_be_imported_names_no_folder_of_the_machine(tmp_path: Path) -> None:
    _write("lacking.py", "from other_module import nothing\n")
    _write("other_module.py", "")

    text = _reports(find_flows(["lacking"]))

    assert "cannot import name 'nothing' from 'other_module'" in text
    assert str(tmp_path) not in text


def test_a_missing_module_is_not_confused_with_one_that_misses_another() -> None:
    _write("needy.py", "import absent_module\n")

    needy = _reports(find_flows(["needy"]))
    absent = _reports(find_flows(["absent_module"]))

    assert "`needy` cannot be imported: ModuleNotFoundError" in needy
    assert "there is no module `absent_module`" in absent


def test_a_misspelled_module_is_suggested() -> None:
    _write("shop/__init__.py", "")
    _write("shop/orders.py", FLOW.format(name="flow"))

    assert "did you mean `orders`?" in _reports(find_flows(["shop.ordres"]))


def test_a_misspelled_flow_is_suggested() -> None:
    _write("one_flow.py", FLOW.format(name="signup"))

    text = _reports(find_flows(["one_flow:singup"]))

    assert "did you mean `signup`?" in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("double", "is not a flow; its type is `function`"),
        ("NUMBER", "is not a flow; its type is `int`"),
        ("NUMBER()", "is not a flow; its type is `int`"),
        ("fail()", "it raised ValueError"),
        ("nothing()", "is not a flow; its type is `NoneType`"),
    ],
)
def test_what_is_no_flow_is_called_what_it_is(name: str, expected: str) -> None:
    _write(
        "various.py",
        FLOW.format(name="flow")
        + "NUMBER = 3\ndef fail():\n    raise ValueError\ndef nothing():\n    pass\n",
    )

    assert expected in _reports(find_flows([f"various:{name}"]))


def test_a_function_that_builds_a_broken_flow_shows_the_report_of_that_flow() -> None:
    _write("late.py", BROKEN.replace("flow = Flow", "def make():\n    return Flow"))

    assert [d.code.number for d in find_flows(["late:make()"]).broken] == ["HB201"]


def test_a_module_without_a_flow_is_reported() -> None:
    _write("bare.py", "x = 1\n")

    found = find_flows(["bare"])

    assert [d.code.number for d in found.failures] == ["HB610"]


def test_in_a_folder_not_every_file_needs_a_flow() -> None:
    _write("place/doubling.py", FLOW.format(name="doubling"))
    _write("place/parts.py", "from hbia_dsl import vertex\n")

    found = find_flows(["./place"])

    assert _names(found) == ["doubling:doubling"]
    assert not found.failures


def test_a_folder_without_any_flow_is_reported_once() -> None:
    _write("place/parts.py", "from hbia_dsl import vertex\n")
    _write("place/more.py", "from hbia_dsl import vertex\n")

    (failure,) = find_flows(["./place"]).failures

    assert failure.message == "no module of `./place` has a flow at the top level"


def test_the_same_failure_is_reported_once() -> None:
    _write("bare_too.py", "x = 1\n")

    assert len(find_flows(["bare_too", "bare_too"]).failures) == 1


def test_a_file_in_a_package_outside_the_working_folder_is_imported_by_its_full_name() -> None:
    _write("elsewhere/parcels/__init__.py", "")
    _write("elsewhere/parcels/flows.py", FLOW.format(name="flow"))

    assert _names(find_flows(["elsewhere/parcels/flows.py"])) == ["parcels.flows:flow"]
    sys.path.remove(str(Path("elsewhere").resolve()))
