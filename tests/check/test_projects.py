"""Projects of all kinds: where packages lie, how they are configured, what cannot be named."""

import json
import os
import re
from pathlib import Path
from typing import Final

from checked_app import App
from ranking_app import RIGHT, WRONG, write_ranking

LONG: Final = os.environ.get("HBIA_LONG") == "1"


def test_a_project_with_its_package_in_a_folder_src_is_found_by_a_path(app: App) -> None:
    write_ranking(app, WRONG, "src/")

    by_mypy = app.check("src/app/flows.py")
    by_pyright = app.check("./src", "--tool", "pyright")

    assert (by_mypy.code, by_pyright.code) == (1, 1)
    for done in (by_mypy, by_pyright):
        assert "--> src/app/flows.py:22, parameter `admin`" in done.out


def test_the_configuration_of_pyright_still_holds(app: App) -> None:
    write_ranking(app, RIGHT)
    app.write("app/vendored.py", "from foreign import User as Foreign\n")
    app.write("libs/foreign.py", "class User: ...\n")
    app.write(
        "pyrightconfig.json", '{"extraPaths": ["libs"], /* loose */ "typeCheckingMode": "off"}'
    )
    app.write("app/more.py", FOREIGN)

    done = app.check("app.more", "--tool", "pyright", PYTHONPATH=str(app.folder / "libs"))

    assert (done.code, done.err) == (0, "")


FOREIGN: Final = """
    from app.vendored import Foreign
    from hbia_dsl import Flow, vertex

    @vertex
    def make(name: str) -> Foreign:
        return Foreign()

    @vertex
    def take(user: Foreign) -> int:
        return 0

    flow = Flow.of("foreign", make, take)
"""


def test_names_that_clash_or_mean_something_to_python_are_no_trouble(app: App) -> None:
    for module in ("one", "two"):
        app.write(f"{module}/__init__.py", "")
        app.write(f"{module}/list.py", CLASHING.replace("SOURCE", f"{module}"))
    app.write("joined.py", JOINED)

    for tool in ("mypy", "pyright"):
        done = app.check("joined", "--tool", tool)
        assert (done.code, done.err) == (0, ""), done.out


CLASHING: Final = """
    from hbia_dsl import vertex

    class Value:
        pass

    @vertex(name="SOURCE_work")
    def work(text: str) -> Value:
        return Value()
"""

JOINED: Final = """
    import one.list
    import two.list
    from hbia_dsl import Flow, vertex

    @vertex(name="class", inputs={"text": "input.list"})
    def shadow(text: str, one: one.list.Value, two: two.list.Value) -> int:
        return len(text)

    @vertex(name="print", inputs={"class_": "class", "list": "input.list"})
    def keyword(class_: int, list: str) -> str:
        return list * class_

    @vertex(name="reveal_type", inputs={"int": "print"})
    def builtin(int: str) -> str:
        return int

    @vertex(name="typing", inputs={"text": "reveal_type"})
    def module(text: str) -> str:
        return text

    @vertex(name="joined", inputs={"text": "typing"})
    def own(text: str) -> str:
        return text

    flow = Flow.of("joined", one.list.work, two.list.work, shadow, keyword, builtin, module, own)
"""


def test_what_cannot_be_named_is_judged_by_its_annotations_and_listed(app: App) -> None:
    app.write("local.py", LOCAL)

    for tool in ("mypy", "pyright") if LONG else ("mypy",):
        done = app.check("local", "--tool", tool)

        assert done.code == 1, done.text
        assert "error[HB601]: `first` is `str`, but `late` takes `int` as `number`" in done.out
        assert "not proven:" in done.out
        assert "`last` is a lambda, so its annotations were judged in its place" in done.out
        assert "`first` is local to `make`, so its annotations were judged" in done.out
        assert "the result of `hidden` has a type that source code cannot name" in done.out


LOCAL: Final = """
    import functools
    from collections.abc import Sequence
    from typing import TypeVar

    from hbia_dsl import Flow, vertex

    T = TypeVar("T")

    def make() -> "Flow[..., object]":
        class Row:
            pass

        @vertex
        def names(text: str) -> list[str]:
            return [text]

        @vertex(inputs={"items": names})
        def first(items: Sequence[T]) -> T:
            return items[0]

        @vertex
        def hidden(text: str) -> Row:
            return Row()

        @vertex
        def seen(hidden: Row) -> int:
            return 0

        @vertex(inputs={"number": first})
        def late(number: int) -> int:
            return number

        last = vertex(name="last", inputs={"late": int})(lambda late: late)
        return Flow.of("local", names, first, hidden, seen, late, last)

    flow = make()
"""


def test_the_program_of_every_page_causes_what_the_page_is_about(app: App) -> None:
    pages = Path(__file__).parents[2] / "src" / "hbia_dsl" / "diagnostics" / "pages"
    for number in ("HB601", "HB602", "HB603", "HB604", "HB605"):
        program = re.search(
            r"```python\n(.*?)```", (pages / f"{number}.md").read_text(encoding="utf-8"), re.DOTALL
        )
        assert program is not None
        app.write(f"page_{number}.py", program[1])

    targets = [f"page_{number}" for number in ("HB601", "HB602", "HB603", "HB604")]
    plain = app.check(*targets, "--format", "json")
    strict = app.check("page_HB605", "--strict-any", "--format", "json")

    for done, numbers in (
        (plain, ["HB601", "HB602", "HB603", "HB604"]),
        (strict, ["HB605"]),
    ):
        problems = json.loads(done.out)["problems"]
        found = {(p["target"].partition(":")[0], p["code"]) for p in problems}
        assert {(f"page_{number}", number) for number in numbers} <= found


def test_targets_that_a_project_has_configured_for_mypy_do_not_matter(app: App) -> None:
    write_ranking(app, WRONG)
    app.write(
        "pyproject.toml",
        """
        [tool.mypy]
        packages = ["no_such_package"]
        exclude = ".*"
        pretty = true
        strict = true
        follow_imports = "silent"
        """,
    )

    done = app.check("app")

    assert (done.code, done.err) == (1, "")


PROGRAM: Final = """
    from collections.abc import Sequence
    from typing import TypeVar

    from hbia_dsl import Flow, vertex
    from hbia_dsl.check.check_flow import check_flows

    T = TypeVar("T")

    class Desk:
        @vertex
        def names(self, text: str) -> list[str]:
            return [text]

    @vertex(inputs={"items": Desk.names})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"number": first})
    def double(number: int) -> int:
        return 2 * number

    desk = Desk()

    if __name__ == "__main__":
        report = check_flows([Flow.of("program", desk.names, first, double)])
        print(report.exit_code)
        for found in report.findings:
            print(found.diagnostic.message)
        for item in report.not_proven:
            print(item.text)
"""


def test_a_program_can_check_its_own_flows(app: App) -> None:
    app.write("program.py", PROGRAM)

    done = app.run("program.py")

    assert done.out == "1\n`first` is `str`, but `double` takes `int` as `number`\n", done.err


def test_what_a_session_cannot_name_is_listed(app: App) -> None:
    source = app.write("session.txt", PROGRAM).read_text(encoding="utf-8")

    done = app.run("-c", source)

    assert done.out.startswith("0\n"), done.err
    assert "`first` is in a program that no other module can import, so its" in done.out
    assert "`items` of `first` has a type that source code cannot name" in done.out


def test_a_damaged_memory_costs_time_and_nothing_else(app: App) -> None:
    write_ranking(app, WRONG)
    own = str(app.folder / "own")
    assert app.check("app", HBIA_CACHE_DIR=own).code == 1
    for answer in (app.folder / "own").rglob("answer.json"):
        answer.unlink()  # or mypy would not be asked
    for database in (app.folder / "own").rglob("*.db"):
        database.write_bytes(b"this is no database" * 1_000)

    done = app.check("app", HBIA_CACHE_DIR=own)

    assert (done.code, done.err) == (1, "")
