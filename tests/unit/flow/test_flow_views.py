"""A flow shows itself: as source, and as a picture in a notebook."""

import ast
import subprocess
import sys

import pytest

from hbia_dsl import Flow, vertex


class Word(str):
    """A strong type."""

    __slots__ = ()


@vertex(effect="pure")
def shout(text: str) -> Word:
    return Word(text.upper())


@vertex
async def send(word: Word) -> int:
    return len(word)


@pytest.fixture
def flow() -> Flow[..., object]:
    return Flow.of("shouting", shout, send, result=send)


def test_the_source_is_a_function_with_one_call_for_each_vertex(flow: Flow[..., object]) -> None:
    (function,) = (
        item for item in ast.parse(flow.source()).body if isinstance(item, ast.AsyncFunctionDef)
    )

    assert function.name == "shouting"
    assert [ast.unparse(line) for line in function.body] == [
        f"shout = {__name__.rpartition('.')[2]}.shout(text=text)",
        f"send = await {__name__.rpartition('.')[2]}.send(word=shout)",
        "return send",
    ]


def test_the_source_says_where_each_value_comes_from(flow: Flow[..., object]) -> None:
    assert "# <- input.text (input)" in flow.source()
    assert "# <- shout.shout (type)" in flow.source()


def test_options_change_neither_source_nor_picture(flow: Flow[..., object]) -> None:
    other = flow.options(parallel=True)

    assert other.source() == flow.source()
    assert other._repr_mimebundle_() == flow._repr_mimebundle_()


def test_a_notebook_gets_a_picture_and_a_table(flow: Flow[..., object]) -> None:
    bundle = flow._repr_mimebundle_(include=None, exclude=None)

    assert sorted(bundle) == ["image/svg+xml", "text/plain"]
    assert bundle["image/svg+xml"].startswith("<svg xmlns=")
    assert bundle["text/plain"].startswith("flow shouting: 2 vertices")


def test_a_flow_that_nobody_looks_at_loads_no_drawing() -> None:
    program = "import sys, hbia_dsl; print([m for m in sys.modules if 'hbia_dsl.drawing' in m])"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=50
    )

    assert done.stdout == "[]\n"
