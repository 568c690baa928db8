"""The text of a flow is Python that gives what a run of the flow gives."""

import asyncio
import inspect
import sys
from typing import NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import pytest

from hbia_dsl import All, Flow, out, vertex
from hbia_dsl.lowering.lower_flow import lower_flow
from hbia_dsl.lowering.source_text import LoweredSource, flow_function, source_text

T = TypeVar("T")


@attrs.frozen
class Order:
    """What the flows of these tests take from outside."""

    name: str
    count: int = 2


@attrs.frozen
class One:
    """One input."""

    name: str


class Words(TypedDict):
    """The same as a dictionary."""

    name: str
    count: NotRequired[int]


class Split(NamedTuple):
    """A result that is split."""

    head: str
    tail: str


@attrs.frozen
class Pair:
    """Another."""

    left: str
    right: int


class Mark:
    """Nobody provides one."""


@vertex(outputs=("head", "tail"))
def split(name: str) -> Split:
    return Split(name[:1], name[1:])


@vertex(outputs=("left", "right"))
async def pair(tail: str, count: int) -> Pair:
    return Pair(tail * count, count)


@vertex(name="print")
def shown(left: str, /, right: int) -> str:
    return f"{left}{right}"


@vertex(name="lambda_", inputs={"items": [pair, split]})
def collected(items: All[object]) -> int:
    return len(items)


@vertex
def end(text: str = out(shown), size: int = out(collected), *, mark: Mark | None = None) -> str:
    return f"{text}{mark}{size}"


VERTICES = (split, pair, shown, collected, end)


def _by_function(name: str, count: int = 2) -> None:
    """Declare inputs by a function."""


def _run_text(source: LoweredSource, function: str, *arguments: object) -> object:
    names: dict[str, object] = {}
    exec(compile(source.text, "<flow>", "exec"), names)  # noqa: S102 - the text is the subject
    called = names[function]
    assert callable(called)
    result = called(*arguments)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def test_the_text_gives_what_a_run_gives() -> None:
    flow = Flow.of("words", *VERTICES, inputs=Order, result=end)

    source = source_text(lower_flow(flow.wired))

    expected = asyncio.run(flow.run_async(name="hbia", count=3)).value
    assert expected == _run_text(source, "words", Order("hbia", 3))


def test_inputs_that_are_a_dictionary_are_taken_by_key() -> None:
    @vertex
    def greet(name: str, count: int = 1) -> str:
        return name * count

    flow = Flow.of("greeting", greet, inputs=Words, result=greet)

    text = source_text(lower_flow(flow.wired)).text

    assert "name=inputs['name']" in text


def test_inputs_that_a_function_declares_are_parameters() -> None:
    flow = Flow.of("words", *VERTICES, inputs=_by_function, result=end)

    source = source_text(lower_flow(flow.wired))

    assert "async def words(name: str, count: int):" in source.text
    assert asyncio.run(flow.run_async(name="hbia", count=3)).value == _run_text(
        source, "words", "hbia", 3
    )


def test_inputs_that_nobody_declares_are_parameters_with_the_types_of_their_users() -> None:
    flow = Flow.of("words", *VERTICES, result=end)

    assert "async def words(name: str, count: int):" in source_text(lower_flow(flow.wired)).text


def test_a_vertex_may_be_called_like_a_module_a_builtin_and_an_input() -> None:
    own = __name__.rpartition(".")[2]

    @vertex(name=own, inputs={"text": "input.name"})
    def like_a_module(text: str) -> str:
        return text

    @vertex(name="name", inputs={"text": f"{own}.{own}"})
    def like_an_input(text: str) -> str:
        return text

    @vertex(inputs={"text": "name.name"})
    def last(text: str) -> str:
        return text

    flow = Flow.of(own, like_a_module, like_an_input, last, inputs=One)
    text = source_text(lower_flow(flow.wired)).text

    compile(text, "<flow>", "exec")
    assert f"    {own}_ = {own}(" in text
    assert f"def flow_{own}(inputs: {own}.One):" in text
    assert "text=name,  # <- name.name" in text


def test_the_text_does_not_change_when_declarations_change_places() -> None:
    texts = {
        source_text(lower_flow(Flow.of("words", *order, inputs=Order).wired)).text
        for order in (VERTICES, VERTICES[::-1], VERTICES[2:] + VERTICES[:2])
    }

    assert len(texts) == 1


def test_every_line_of_a_call_is_placed_at_its_vertex_and_parameter() -> None:
    source = source_text(lower_flow(Flow.of("words", *VERTICES, inputs=Order).wired))
    lines = source.text.splitlines()

    placed = {
        (place.vertex, place.parameter): lines[line - 1].strip()
        for line, place in source.places.items()
        if place.parameter
    }

    assert placed["end", "text"].startswith("text=print_,")
    assert placed["print", "left"].startswith("pair.left,")
    assert placed["print", "right"].startswith("right=pair.right,")


def test_what_has_no_name_is_said_to_have_none() -> None:
    double = vertex(name="double", inputs={"number": int})(lambda number: number * 2)

    text = source_text(lower_flow(Flow.of("numbers", double).wired)).text

    assert "double = double(  # has no name that source could use" in text


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("daily", set(), "daily"),
        ("daily report", set(), "daily_report"),
        ("2 ways", set(), "flow_2_ways"),
        ("class", set(), "flow_class"),
        ("daily", {"daily"}, "flow_daily"),
        ("daily", {"daily", "flow_daily"}, "flow_daily_"),
    ],
)
def test_a_flow_becomes_a_function_of_its_name(name: str, taken: set[str], expected: str) -> None:
    assert flow_function(name, taken) == expected


def test_the_modules_of_the_text_are_those_of_the_vertices() -> None:
    lowered = lower_flow(Flow.of("words", split).wired)

    assert set(lowered.imports.alias_of) == {__name__, "builtins"}
    assert __name__ in sys.modules
