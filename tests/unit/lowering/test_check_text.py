"""The text for a type checker: what it asks for, what it leaves out, what it cannot prove."""

import ast
import functools
from collections.abc import Callable, Sequence
from typing import Any, Never, NoReturn, NotRequired, TypedDict, TypeVar

import attrs
import pytest

from hbia_dsl import All, Flow, vertex
from hbia_dsl.lowering.check_place import CheckText, LineKind
from hbia_dsl.lowering.check_text import check_text

T = TypeVar("T")


@attrs.frozen
class User:
    name: str


class Card(TypedDict):
    name: str
    mark: NotRequired[str]


class Shop:
    @vertex
    def sell(self, name: str) -> User:
        return User(name)


shop = Shop()


@vertex
def make(name: str) -> User:
    return User(name)


@vertex
def spare(name: str) -> User:
    return User(name)


@vertex
async def greet(make: User, mark: str = "!") -> str:
    return make.name + mark


@vertex
def count(users: All[User]) -> int:
    return len(users)


@vertex(inputs={"user": make})
def refuse(user: User) -> NoReturn:
    raise ValueError(user)


@vertex(inputs={"user": make})
async def refuse_later(user: User) -> Never:
    raise ValueError(user)


@vertex
def parsed(name: str) -> Any:  # noqa: ANN401 - the case
    return name


@vertex
def used(parsed: str) -> str:
    return parsed


def declared(name: str, /, mark: str) -> None:
    """Declare inputs."""


def _text(
    *vertices: Callable[..., object], inputs: Callable[..., object] | None = None
) -> CheckText:
    flow = (
        Flow.of("flow", *vertices) if inputs is None else Flow.of("flow", *vertices, inputs=inputs)
    )
    text = check_text([flow.wired], homes=[__name__])
    ast.parse(text.text)
    return text


def _lines(text: CheckText) -> list[str]:
    return [line.strip() for line in text.text.splitlines()]


def _asked(text: CheckText) -> list[str]:
    return [place.vertex for place in text.places.values() if place.kind is LineKind.VERTEX]


def test_the_type_of_every_vertex_is_asked_for_once() -> None:
    asked = _asked(_text(make, spare, greet, count))

    assert sorted(asked) == ["count", "greet", "make", "spare"]


def test_two_errors_are_made_on_purpose() -> None:
    text = _text(make)
    canaries = [n for n, place in text.places.items() if place.kind is LineKind.CANARY]

    assert [_lines(text)[line - 1] for line in canaries] == [
        "_canary: int = 'must be reported'",
        "_canary_call('must be reported')",
    ]


def test_only_a_flow_with_async_vertices_is_an_async_function() -> None:
    assert "async def flow_flow(" in _lines(_text(make, greet))
    assert "def flow_flow(" in _lines(_text(make))


def test_a_default_is_left_out_and_an_async_vertex_is_awaited() -> None:
    lines = _lines(_text(make, greet))
    start = lines.index(next(line for line in lines if line.startswith("greet = await ")))

    assert [line.partition(",")[0] for line in lines[start + 1 : start + 4]] == [
        "make=make",
        "mark=mark",
        ")",
    ]


def test_what_is_collected_stands_on_a_line_of_its_own_for_every_value() -> None:
    text = _text(make, spare, count)
    items = {
        str(place.source): _lines(text)[line - 1]
        for line, place in text.places.items()
        if place.source is not None
    }

    assert items == {
        "make.make": "make,  # <- make.make",
        "spare.spare": "spare,  # <- spare.spare",
    }


@pytest.mark.parametrize("never", [refuse, refuse_later])
def test_a_vertex_that_never_returns_is_called_where_it_cuts_off_nothing(
    never: Callable[..., object],
) -> None:
    body = ast.parse(_text(make, never).text).body
    function = next(s for s in body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef))
    conditional = [s for s in function.body if isinstance(s, ast.If)]

    assert len(conditional) == 1
    assert ast.unparse(conditional[0].test) == "_sometimes"
    assert not conditional[0].orelse


def test_keys_that_may_be_missing_are_taken_as_there() -> None:
    @vertex
    def show(name: str, mark: str = "") -> str:
        return name + mark

    lines = _lines(_text(show, inputs=Card))

    assert "assert 'mark' in inputs" in lines
    assert "mark=inputs['mark'],  # <- input.mark (name)" in lines


def test_a_function_that_declares_inputs_is_called_with_them() -> None:
    @vertex
    def show(name: str, mark: str = "") -> str:
        return name + mark

    lines = _lines(_text(show, inputs=declared))
    start = next(i for i, line in enumerate(lines) if line.startswith("_ = "))

    assert lines[start + 1 : start + 4] == ["name,", "mark=mark,", ")"]


def test_a_method_of_an_object_in_a_module_is_called_by_its_name() -> None:
    text = _text(shop.sell)

    assert any(line.endswith(".shop.sell)") for line in _lines(text))
    assert text.unproven == ()


def _unproven(text: CheckText) -> list[str]:
    return [f"{item.subject} {item.reason}" for item in text.unproven]


def test_the_annotations_of_a_function_inside_another_stand_for_it() -> None:
    @vertex
    def local(make: User, size: int) -> list[User]:
        return [make] * size

    text = _text(make, local)
    start = _lines(text).index("def local__as_annotated(")
    own = __name__.rpartition(".")[2]

    assert _lines(text)[start + 1 : start + 4] == [
        f"make: {own}.User,",
        "size: int,",
        f") -> list[{own}.User]:",
    ]
    assert len(_unproven(text)) == 1
    assert "local to" in _unproven(text)[0]


def test_the_types_that_inputs_gives_stand_for_a_lambda() -> None:
    double = vertex(name="double", inputs={"number": int})(lambda number: number * 2)
    text = _text(double)

    assert "number: int," in _lines(text)
    assert _unproven(text) == [
        "`double` is a lambda, so its annotations were judged in its place",
        "the value of `double` is `Any`, which fits everywhere",
    ]


def test_what_a_partial_fills_is_left_out() -> None:
    def add(first: int, second: int) -> int:
        return first + second

    text = _text(vertex(functools.partial(add, second=2)))

    assert "first: int," in _lines(text)
    assert "second: int," not in _lines(text)
    assert "functools.partial" in _unproven(text)[0]


def test_a_generic_function_inside_another_stays_generic() -> None:
    @vertex
    def first(items: Sequence[T]) -> T:
        return items[0]

    own = __name__.rpartition(".")[2]

    assert f") -> {own}.T:" in _lines(_text(first, inputs=_typed_items))


def _typed_items(items: list[int]) -> None:
    """Declare an input."""


def test_types_that_cannot_be_named_are_listed_as_not_proven() -> None:
    class Local:
        pass

    @vertex
    def begin(number: int) -> Local:
        return Local()

    @vertex
    def end(begin: Local) -> int:
        return 0

    reasons = _unproven(_text(begin, end))

    assert [r for r in reasons if r.startswith("the result of `begin` has a type that source")]
    assert [r for r in reasons if r.startswith("`begin` of `end` has a type that source")]


def test_inputs_of_a_type_that_cannot_be_named_are_listed_as_not_proven() -> None:
    class Local:
        pass

    def inputs(number: Local) -> None:
        """Declare an input."""

    @vertex
    def end(number: object) -> int:
        return 0

    assert any(r.startswith("the input `number` has") for r in _unproven(_text(end, inputs=inputs)))


def test_a_result_of_type_any_is_listed_also_if_nothing_takes_it() -> None:
    listed = ["the value of `parsed` is `Any`, which fits everywhere"]

    assert _unproven(_text(parsed, used)) == listed
    assert _unproven(_text(parsed)) == listed


def test_flows_of_one_name_become_two_functions() -> None:
    flows = [Flow.of("daily", make).wired, Flow.of("daily", spare).wired]
    tree = ast.parse(check_text(flows).text)

    assert [s.name for s in tree.body if isinstance(s, ast.FunctionDef)] == [
        "flow_daily",
        "flow_flow_daily",
        "_canary_call",
    ]


def test_mypy_is_asked_to_refuse_any_only_when_the_check_is_strict() -> None:
    flow = Flow.of("flow", make).wired

    assert "# mypy: disallow-any-expr" in check_text([flow], strict_any=True).text
    assert "disallow-any-expr" not in check_text([flow]).text


def test_the_text_does_not_change_when_declarations_change_places() -> None:
    vertices = (make, greet, refuse, parsed, used)
    texts = {
        check_text([Flow.of("flow", *order, inputs=declared).wired]).text
        for order in (vertices, vertices[::-1], vertices[2:] + vertices[:2])
    }

    assert len(texts) == 1
