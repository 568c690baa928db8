"""A type checker that sees nothing, says nothing or reaches nothing does not pass for a check."""

import json

import pytest

from checked_app import App

CLEAN = """
    from hbia_dsl import Flow, vertex

    @vertex
    def names(text: str) -> list[str]:
        return [text]

    @vertex(inputs={"items": names})
    def count(items: list[str]) -> int:
        return len(items)

    flow = Flow.of("names", names, count)
"""

WRONG = """
    from collections.abc import Sequence
    from typing import TypeVar

    from hbia_dsl import Flow, vertex

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

    flow = Flow.of("names", names, first, double)
"""


def test_a_checker_that_does_not_find_this_package_has_proven_nothing(app: App) -> None:
    app.write("flows.py", CLEAN)
    app.write("mypy.ini", "[mypy]\n[mypy-hbia_dsl.*]\nfollow_imports = skip\n")

    done = app.check("flows")

    assert done.code == 1
    assert done.out.count("error[HB603]") == 2
    assert "mypy sees `names` as `Any`" in done.out


@pytest.mark.parametrize("source", [CLEAN, WRONG])
def test_a_configuration_that_ignores_errors_is_noticed(app: App, source: str) -> None:
    app.write("flows.py", source)
    app.write("mypy.ini", "[mypy]\nignore_errors = True\n")

    done = app.check("flows")

    assert done.code == 2
    assert "error[HB606]" in done.err
    assert "no problems" not in done.text


def test_the_way_out_that_is_offered_leads_out(app: App) -> None:
    app.write("flows.py", WRONG)
    app.write(
        "mypy.ini",
        "[mypy]\nignore_errors = True\n[mypy-hbia_flows.*]\nignore_errors = False\n",
    )

    done = app.check("flows")

    assert done.code == 1
    assert "error[HB601]: `first` is `str`, but `double` takes `int` as `number`" in done.out


def test_rules_that_a_project_switches_off_are_on_for_flows(app: App) -> None:
    app.write("flows.py", WRONG)
    app.write("pyproject.toml", '[tool.mypy]\ndisable_error_code = ["arg-type", "assignment"]\n')

    assert app.check("flows").code == 1


def test_strict_settings_of_a_project_find_no_fault_with_the_text_itself(app: App) -> None:
    app.write(
        "flows.py",
        """
        from hbia_dsl import Flow, vertex
        from typing_extensions import deprecated

        @vertex
        @deprecated("old")
        def old(text: str) -> None:
            print(text)

        @vertex(inputs={"old": old})
        async def new(old: None, text: str) -> None:
            print(old)

        flow = Flow.of("quiet", old, new)
        """,
    )
    app.write(
        "mypy.ini",
        """
        [mypy]
        strict = True
        warn_unreachable = True
        disallow_any_explicit = True
        disallow_any_unimported = True
        enable_error_code = deprecated, redundant-expr, truthy-bool, possibly-undefined,
            unused-awaitable, unimported-reveal, explicit-override
        """,
    )

    done = app.check("flows")

    assert done.code == 0
    assert done.out.startswith("1 flow, 2 vertices: no problems (judged by mypy ")


NEVER = """
    from collections.abc import Sequence
    from typing import NoReturn, TypeVar, overload

    from hbia_dsl import Flow, vertex

    T = TypeVar("T")

    @vertex
    def names(text: str) -> list[str]:
        return [text]

    @vertex(name="a_refuse", inputs={"items": names})
    def refuse(items: list[str]) -> NoReturn:
        raise ValueError(items)

    @vertex(inputs={"items": names})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"number": first})
    def double(number: int) -> int:
        return 2 * number

    flow = Flow.of("never", names, refuse, first, double)

    @overload
    def choose(items: list[str]) -> NoReturn: ...
    @overload
    def choose(items: list[int]) -> int: ...
    @vertex(inputs={"items": names})
    def choose(items: list[str] | list[int]) -> int:
        raise ValueError(items)

    cut = Flow.of("cut", names, choose, first, double)
"""


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_a_vertex_that_never_returns_hides_nothing(app: App, tool: str) -> None:
    app.write("flows.py", NEVER)

    done = app.check("flows", "--tool", tool, "--format", "json")
    found = {(p["target"], p["code"], p["vertex"]) for p in json.loads(done.out)["problems"]}

    assert done.code == 1
    assert found == {("flows:flow", "HB601", "double"), ("flows:cut", "HB604", "choose")}


def test_untyped_decorators_are_noticed(app: App) -> None:
    app.write(
        "flows.py",
        """
        import functools
        from collections.abc import Callable
        from typing import Any
        from hbia_dsl import Flow, vertex

        def untyped(function):
            return function

        def blind(function: Callable[..., Any]) -> Callable[..., Any]:
            return function

        @untyped
        @vertex
        def one(text: str) -> int:
            return len(text)

        @blind
        @vertex
        def two(text: str) -> int:
            return len(text)

        flow = Flow.of("hidden", one, two)
        """,
    )

    done = app.check("flows")

    assert done.code == 1
    assert "error[HB603]: mypy sees `one` as `Any`" in done.out
    assert "not proven:\n  flows:flow: `two` is `def (*Any, **Any) -> Any` to mypy" in done.out


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_a_strict_check_refuses_exactly_the_vertex_and_the_edge_of_type_any(
    app: App, tool: str
) -> None:
    app.write(
        "flows.py",
        """
        from typing import Any, NewType
        from hbia_dsl import Flow, vertex

        Size = NewType("Size", int)

        @vertex
        def parsed(text: str) -> Any:
            return text

        @vertex
        async def size(parsed: str) -> Size:
            return Size(len(parsed))

        @vertex
        def shown(size: Size) -> str:
            return str(size)

        flow = Flow.of("loose", parsed, size, shown)
        tight = Flow.of("tight", size, shown)
        """,
    )

    strict = app.check("flows", "--strict-any", "--tool", tool, "--format", "json")
    problems = json.loads(strict.out)["problems"]

    assert strict.code == 1
    assert {(p["target"], p["code"]) for p in problems} == {("flows:flow", "HB605")}
    assert {"parsed"} <= {p["vertex"] for p in problems} <= {"parsed", "size"}
    assert app.check("flows", "--tool", tool).code == 0
