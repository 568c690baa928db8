"""`Flow.check`: a program asks whether its own flow is well typed."""

import re
from typing import Final

import pytest

from checked_app import App
from ranking_app import RIGHT, WRONG, write_ranking

every_tool = pytest.mark.parametrize("tool", ["mypy", "pyright"])

ASKING: Final = """
    import sys
    from app.flows import ranking
    report = ranking.check(tool=sys.argv[1])
    print(report.ok, len(report.problems), len(report.not_proven))
    print(report)
"""


@every_tool
def test_a_flow_without_a_mistake_is_ok(app: App, tool: str) -> None:
    write_ranking(app, RIGHT)
    app.write("asking.py", ASKING)

    done = app.run("asking.py", tool)

    assert done.out.startswith("True 0 0\n1 flow, 4 vertices: no problems (judged by"), done.err


@every_tool
def test_a_mistake_is_in_the_report_and_in_its_text(app: App, tool: str) -> None:
    write_ranking(app, WRONG)
    app.write("asking.py", ASKING)

    done = app.run("asking.py", tool)

    assert done.out.startswith("False 1 0\nerror[HB601]: `first` is `User`, but"), done.err
    assert "--> app/flows.py:22, parameter `admin`" in done.out
    assert done.out.rstrip().splitlines()[-1].startswith("1 flow, 4 vertices: 1 problem (judged")


def test_it_says_what_the_command_says(app: App) -> None:
    write_ranking(app, WRONG)
    app.write("asking.py", ASKING)

    by_flow = app.run("asking.py", "mypy").out.partition("\n")[2]
    by_command = app.check("app").out

    assert by_flow.replace("(ranking)", "(app.flows:ranking)") == by_command


PROGRAM: Final = """
    import sys
    from collections.abc import Sequence
    from typing import Any, TypeVar

    from hbia_dsl import Flow, vertex
    from hbia_dsl.errors import CheckError

    T = TypeVar("T")

    @vertex
    def words(text: str) -> list[str]:
        return text.split()

    @vertex(inputs={"items": words})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"number": first})
    def double(number: int) -> Any:
        return 2 * number

    flow = Flow.of("doubling", words, first, double)
    try:
        report = flow.check(strict_any="strict" in sys.argv)
        print([problem.code.number for problem in report.problems])
    except CheckError as error:
        print(error)
"""


def test_a_program_that_is_a_file_can_check_its_own_flow(app: App) -> None:
    app.write("program.py", PROGRAM)

    assert app.run("program.py").out == "['HB601']\n"
    strict = app.run("program.py", "strict")
    assert set(re.findall("HB...", strict.out)) == {"HB601", "HB605"}, strict.err


NOWHERE: Final = """\
error[HB613]: `words` and 2 more of flow `doubling` cannot be imported, so no type checker can see \
them
   = note: they were defined in a session, a notebook or a program without a file
help: define vertices in a module, a .py file, and import them from there
more: hbia explain HB613
"""


CELL: Final = "import sys; exec(compile(sys.argv[1], '<cell 1>', 'exec'))"


@pytest.mark.parametrize(
    "start",
    [("-c", "SOURCE"), ("-c", CELL, "SOURCE")],
    ids=["a program without a file", "a cell of a notebook"],
)
def test_what_is_in_no_module_is_refused_with_a_way_out(app: App, start: tuple[str, ...]) -> None:
    source = app.write("program.txt", PROGRAM).read_text(encoding="utf-8")

    done = app.run(*(source if part == "SOURCE" else part for part in start))

    assert _without_place(done.out) == NOWHERE, done.err


def test_a_cell_is_refused_also_in_a_program_that_has_a_file(app: App) -> None:
    app.write("program.txt", PROGRAM)
    app.write(
        "kernel.py",
        """
        from pathlib import Path
        exec(compile(Path("program.txt").read_text(), "<cell 1>", "exec"))
        """,
    )

    assert _without_place(app.run("kernel.py").out) == NOWHERE


def _without_place(report: str) -> str:
    """Leave out the place and its drawing, which newer Pythons have also for such programs."""
    drawn = re.compile(r"\s*(-->|\d* *\|)")
    return "".join(line for line in report.splitlines(True) if not drawn.match(line))


def test_a_flow_of_imported_vertices_may_be_made_anywhere(app: App) -> None:
    write_ranking(app, RIGHT)
    source = """
from app.flows import find, first
from hbia_dsl import Flow
print(Flow.of("made_here", find, first).check())
"""

    done = app.run("-c", source)

    assert done.out.startswith("1 flow, 2 vertices: no problems"), done.err


def test_without_a_type_checker_it_raises_and_says_what_to_install(app: App) -> None:
    write_ranking(app, RIGHT)
    source = """
import sys
sys.modules["mypy"] = None
from app.flows import ranking
try:
    ranking.check()
except Exception as error:
    print(type(error).__name__, error)
"""

    done = app.run("-c", source)

    assert done.out.startswith("CheckError error[HB607]: mypy is not installed"), done.err
    assert "hbia-dsl[check]" in done.out
