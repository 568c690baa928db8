"""`hbia check` as users start it: exit codes, texts, formats, layouts of projects."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from checked_app import App

MODELS: Final = """
    from typing import NamedTuple
    import attrs

    @attrs.frozen
    class User:
        name: str

    @attrs.frozen
    class Admin(User):
        rights: int = 0

    class Scored(NamedTuple):
        best: User
        score: float
"""

FLOWS: Final = """
    from collections.abc import Sequence
    from typing import TypeVar

    from app.models import Admin, Scored, User
    from hbia_dsl import Flow, out, vertex

    T = TypeVar("T")

    @vertex
    def find(name: str) -> list[User]:
        return [User(name)]

    @vertex(inputs={"items": find})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"user": first}, outputs=("best", "score"))
    async def rank(user: User) -> Scored:
        return Scored(user, 1.0)

    @vertex(inputs={"admin": first})
    def promote(admin: WANTED, *, score: float = out(rank).score) -> str:
        return admin.name

    ranking = Flow.of("ranking", find, first, rank, promote)
"""

RIGHT: Final = FLOWS.replace("WANTED", "User")
WRONG: Final = FLOWS.replace("WANTED", "Admin")


def _write(app: App, flows: str, folder: str = "") -> None:
    app.write(f"{folder}app/__init__.py", "")
    app.write(f"{folder}app/models.py", MODELS)
    app.write(f"{folder}app/flows.py", flows)


def test_a_package_of_right_flows_is_clean_with_mypy_and_with_pyright(app: App) -> None:
    _write(app, RIGHT)

    by_mypy, by_pyright = app.check("app"), app.check("app", "--tool", "pyright")

    assert (by_mypy.code, by_pyright.code) == (0, 0)
    assert re.fullmatch(r"1 flow, 4 vertices: no problems \(judged by mypy [\d.]+\)\n", by_mypy.out)
    assert re.fullmatch(
        r"1 flow, 4 vertices: no problems \(judged by pyright [\d.]+\)\n", by_pyright.out
    )
    assert (by_mypy.err, by_pyright.err) == ("", "")


def test_a_wrong_edge_is_reported_at_its_parameter_and_nothing_else_is(app: App) -> None:
    _write(app, WRONG)

    done = app.check("app.flows:ranking")

    assert done.code == 1
    assert done.err == ""
    assert done.out.splitlines()[:9] == [
        "error[HB601]: `first` is `User`, but `promote` takes `Admin` as `admin`",
        "  --> app/flows.py:22, parameter `admin`",
        "   |",
        "22 | def promote(admin: Admin, *, score: float = out(rank).score) -> str:",
        "   |             ^^^^^^^^^^^^",
        "   |",
        "   = note: `first` is declared as `T` at app/flows.py:14",
        "   = note: in flow `ranking`, bound by rule: explicit",
        "help: bind `admin` to another value with `inputs=`, or correct one of the types",
    ]
    assert str(app.folder) not in done.text


def test_annotations_for_a_workflow_point_at_the_same_place(app: App) -> None:
    _write(app, WRONG)

    done = app.check("app", "--format", "github", GITHUB_WORKSPACE=str(app.folder))

    assert done.code == 1
    assert done.out.startswith(
        "::error file=app/flows.py,line=22,col=13,endColumn=25,title=HB601::`first` is `User`"
    )


def test_json_on_the_output_is_json_even_if_the_app_prints(app: App) -> None:
    _write(app, WRONG + "\n    print('the app says hello')\n")

    done = app.check("app", "--format", "json", "--explain")
    content = json.loads(done.out)

    assert done.code == content["exit_code"] == 1
    assert [p["code"] for p in content["problems"]] == ["HB601"]
    assert len(content["flows"][0]["edges"]) == 5
    assert "the app says hello" in done.err


def test_every_edge_can_be_explained(app: App) -> None:
    _write(app, RIGHT)

    done = app.check("app", "--explain")

    assert done.code == 0
    assert "  rank.user <- first.first (explicit: `inputs=` says so)\n" in done.out
    assert "  promote.score <- rank.score (explicit: `out(...)` says so)\n" in done.out


def test_a_flow_that_does_not_build_shows_its_own_report(app: App) -> None:
    _write(app, RIGHT.replace("find, first, rank, promote)", "first, rank, promote)"))

    done = app.check("app")

    assert done.code == 1
    assert "error[HB206]" in done.out
    assert "Traceback" not in done.text


def test_a_module_that_does_not_import_shows_the_place_and_no_traceback(app: App) -> None:
    _write(app, "import json\nimport no_such_thing\n")

    done = app.check("app.flows")

    assert done.code == 2
    assert "error[HB609]: `app.flows` cannot be imported: ModuleNotFoundError" in done.err
    assert "--> app/flows.py:2" in done.err
    assert "Traceback" not in done.text


def test_what_else_is_wrong_is_reported_together_with_it(app: App) -> None:
    _write(app, WRONG)
    app.write("app/broken.py", "import no_such_thing\n")

    done = app.check("app")

    assert done.code == 2
    assert "HB609" in done.err
    assert "HB601" in done.out


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["app.flows:rankin"], "did you mean `ranking`?"),
        (["app.models"], "`app.models` has no flow at the top level of a module"),
        (["no.such.module"], "there is no module `no`"),
        (["app/flow.py"], "`app/flow.py` is neither a module nor a file"),
        (["app.flows:first"], "is not a flow; its type is `function`"),
    ],
)
def test_a_target_without_a_flow_is_no_check(app: App, targets: list[str], expected: str) -> None:
    _write(app, RIGHT)

    done = app.check(*targets)

    assert done.code == 2
    assert expected in done.err
    assert "Traceback" not in done.text


def test_without_a_target_the_usage_is_shown(app: App) -> None:
    done = app.check()

    assert done.code == 2
    assert "usage: hbia check" in done.err


def _without(app: App, *modules: str) -> Path:
    """Make a folder for PYTHONPATH in which modules cannot be imported."""
    lines = [f"sys.modules[{module!r}] = None\n" for module in modules]
    return app.write("hiding/sitecustomize.py", "import sys\n" + "".join(lines)).parent


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_a_checker_that_is_not_installed_is_named_with_what_installs_it(
    app: App, tool: str
) -> None:
    _write(app, RIGHT)
    hiding = _without(app, tool)

    done = app.check("app", "--tool", tool, PYTHONPATH=str(hiding), PATH="")

    assert done.code == 2
    assert f"error[HB607]: {tool} is not installed" in done.err
    assert ("hbia-dsl[check]" if tool == "mypy" else "pyright[nodejs]") in done.err


def test_a_configuration_that_mypy_refuses_is_shown(app: App) -> None:
    _write(app, RIGHT)
    app.write("mypy.ini", "[mypy]\nplugins = no.such.plugin\n")

    done = app.check("app")

    assert done.code == 2
    assert "error[HB608]: mypy gave up with exit status 2" in done.err
    assert "no.such.plugin" in done.err
    assert "Traceback" not in done.text


def test_a_project_with_its_package_in_a_folder_src_is_found_by_a_path(app: App) -> None:
    _write(app, WRONG, "src/")

    by_mypy = app.check("src/app/flows.py")
    by_pyright = app.check("./src", "--tool", "pyright")

    assert (by_mypy.code, by_pyright.code) == (1, 1)
    for done in (by_mypy, by_pyright):
        assert "--> src/app/flows.py:22, parameter `admin`" in done.out


def test_the_configuration_of_pyright_still_holds(app: App) -> None:
    _write(app, RIGHT)
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

    for tool in ("mypy", "pyright"):
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


def test_a_repeated_check_writes_nothing_but_its_own_folder(app: App) -> None:
    _write(app, RIGHT)
    before = sorted(p.relative_to(app.folder) for p in app.folder.rglob("*.py"))

    done = app.check("app", HBIA_CACHE_DIR=str(app.folder / "kept"))

    assert done.code == 0
    assert (
        sorted(
            p.relative_to(app.folder)
            for p in app.folder.rglob("*.py")
            if "kept" not in p.relative_to(app.folder).parts
        )
        == before
    )
    assert not (app.folder / ".mypy_cache").exists()
    assert (app.folder / "kept" / "check" / ".gitignore").read_text(encoding="utf-8") == "*\n"
