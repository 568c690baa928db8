"""Where `run_flow` takes handlers from, and what is said if it cannot."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest

from hbia_dsl import Flow, FlowFailed, Graph, Vertex, run_flow, vertex
from hbia_dsl.errors import (
    ContractOutputError,
    HandlerNotFoundError,
    HandlerResolutionError,
    RunInputError,
)

careless: Final[Any] = run_flow  # a caller without a type checker


def one() -> dict[str, object]:
    return {"value": 1}


def two() -> dict[str, object]:
    return {"value": 2}


class Service:
    def method(self) -> dict[str, object]:
        return {"value": 3}

    def __call__(self) -> dict[str, object]:
        return {"value": 4}


def test_handlers_may_be_a_dict() -> None:
    assert run_flow(Graph([Vertex("a")]), handlers={"a": one})["a.value"] == 1


def test_handlers_may_be_a_function_from_name_to_handler() -> None:
    asked: list[str] = []

    def resolve(name: str) -> Callable[[], dict[str, object]]:
        asked.append(name)
        return {"a": one, "b": two}[name]

    result = run_flow(Graph([Vertex("a"), Vertex("b")]), handlers=resolve)

    assert dict(result) == {"a.value": 1, "b.value": 2}
    assert asked == ["a", "b"]


def test_a_vertex_may_hold_its_handler() -> None:
    assert run_flow(Graph([Vertex("a", one)]))["a.value"] == 1


def test_a_handler_given_to_the_run_goes_before_that_of_the_vertex() -> None:
    graph = Graph([Vertex("a", one), Vertex("b", one)])

    assert dict(run_flow(graph, handlers={"a": two})) == {"a.value": 2, "b.value": 1}


@pytest.mark.parametrize(
    ("handler", "value"),
    [
        (Service().method, 3),
        (Service(), 4),
        (partial(dict, value=5), 5),
        (lambda: {"value": 6}, 6),
        (dict, None),
    ],
)
def test_a_handler_is_anything_that_can_be_called(
    handler: Callable[..., object], value: object
) -> None:
    assert run_flow(Graph([Vertex("a")]), handlers={"a": handler}).get("a.value") == value


def test_a_missing_handler_is_told_before_anything_runs() -> None:
    def handler() -> dict[str, object]:
        raise AssertionError("this must not run")

    with pytest.raises(HandlerNotFoundError) as error:
        run_flow(Graph([Vertex("a"), Vertex("fetch")]), handlers={"a": handler, "fecth": one})

    diagnostic = error.value.diagnostic
    assert diagnostic.message == "vertex `fetch` has no handler"
    assert diagnostic.help == "did you mean `fetch` where `handlers` says `fecth`?"
    assert diagnostic.location is not None
    assert diagnostic.location.file == __file__
    assert isinstance(error.value, LookupError)


def test_all_missing_handlers_are_told_at_once() -> None:
    with pytest.raises(HandlerNotFoundError) as error:
        run_flow(Graph([Vertex("a"), Vertex("b", one), Vertex("c")]))

    assert error.value.diagnostic.message == "2 vertices have no handler"
    assert error.value.diagnostic.notes == ("they are `a`, `c`",)
    assert error.value.diagnostic.help == 'pass handlers={"a": function, "c": function}'


def test_a_resolver_that_returns_nothing_leaves_it_to_the_vertex() -> None:
    careless_resolver: Any = lambda name: None  # noqa: E731 - a resolver without a type
    assert run_flow(Graph([Vertex("a", one)]), handlers=careless_resolver)["a.value"] == 1
    with pytest.raises(HandlerNotFoundError, match="vertex `b` has no handler"):
        run_flow(Graph([Vertex("b")]), handlers=careless_resolver)


def test_an_error_of_a_resolver_leaves_as_it_is() -> None:
    known: dict[str, Callable[..., object]] = {}

    with pytest.raises(KeyError, match="'a'"):
        run_flow(Graph([Vertex("a")]), handlers=known.__getitem__)


@pytest.mark.parametrize("where", ["vertex", "call"])
def test_a_dotted_path_is_no_handler(where: str) -> None:
    vertex = Vertex("a", "app.vertices.fetch" if where == "vertex" else None)
    handlers = {} if where == "vertex" else {"a": "app.vertices.fetch"}

    with pytest.raises(HandlerResolutionError) as error:
        careless(Graph([vertex]), handlers=handlers)

    assert error.value.diagnostic.message == (
        "the handler of vertex `a` is the path `app.vertices.fetch`; paths are not imported"
    )
    assert error.value.diagnostic.help == (
        'pass the function itself: handlers={"a": function}, '
        'or allow its module: allowed=["app.vertices"]'
    )
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


def test_the_result_of_a_call_in_the_place_of_a_handler_is_told() -> None:
    with pytest.raises(HandlerResolutionError, match="a value of type dict, not a function"):
        careless(Graph([Vertex("a")]), handlers={"a": one()})


@pytest.mark.parametrize(
    ("args", "given", "message", "help_"),
    [
        (("flow.yaml",), {}, "`graph` must be a `Graph`, not a str", "run_flow(graph, "),
        ((Graph(), {"a": one}), {}, "`flow_name` must be text, not a dict", "by keyword"),
        ((Graph(),), {"handlers": [one]}, "`handlers` must be a mapping", 'handlers={"vertex"'),
        ((Graph(),), {"initial_data": [1]}, "`initial_data` must be a mapping", "initial_data={"),
    ],
)
def test_an_argument_in_the_wrong_place_is_told_at_the_call(
    args: tuple[object, ...], given: dict[str, object], message: str, help_: str
) -> None:
    with pytest.raises(RunInputError) as error:
        careless(*args, **given)

    assert message in error.value.diagnostic.message
    assert help_ in str(error.value.diagnostic.help)
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


def test_a_flow_of_decorated_functions_is_told_to_run_itself() -> None:
    @vertex
    def alone() -> int:
        return 1

    with pytest.raises(RunInputError, match="not a Flow") as error:
        careless(Flow.of("alone", alone))

    assert error.value.diagnostic.help == (
        "a flow of decorated functions is run by itself: flow.run(...)"
    )


def test_a_handler_that_does_not_take_a_declared_input_is_told_before_the_run() -> None:
    def handler(usr: str) -> dict[str, object]:
        raise AssertionError("this must not run")

    graph = Graph([Vertex("a", inputs={"user": "str"})])

    with pytest.raises(HandlerResolutionError, match="does not take its input `user`") as error:
        run_flow(graph, handlers={"a": handler}, initial_data={"user": "ann"})

    assert error.value.diagnostic.help == "did you mean `usr`?"
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.line == handler.__code__.co_firstlineno


def test_a_handler_that_takes_a_value_by_position_only_is_told_before_the_run() -> None:
    def handler(user: str, /) -> dict[str, object]:
        raise AssertionError("this must not run")

    with pytest.raises(HandlerResolutionError, match="takes `user` by position only"):
        run_flow(Graph([Vertex("a")]), handlers={"a": handler}, initial_data={"user": "ann"})


def test_a_handler_with_any_keywords_gets_what_its_vertex_declares() -> None:
    def handler(**values: object) -> dict[str, object]:
        return dict(values)

    graph = Graph([Vertex("a", inputs={"user": "str", "age": "int"})])

    result = run_flow(graph, handlers={"a": handler}, initial_data={"user": "ann", "age": 3})

    assert dict(result) == {"a.user": "ann", "a.age": 3}


@pytest.mark.parametrize("returned", [3, "text", [1], ("a", 1)])
def test_a_result_that_is_no_dict_is_a_broken_contract(returned: object) -> None:
    graph = Graph([Vertex("a", outputs={"value": "int"})])

    with pytest.raises(FlowFailed) as error:
        run_flow(graph, handlers={"a": lambda: returned})

    assert isinstance(error.value.root, ContractOutputError)
    assert f"returned a {type(returned).__name__}, not a dict" in str(error.value.root)
    assert 'return {"value": ...}' in str(error.value.root)


def test_nothing_is_no_outputs_if_none_are_declared() -> None:
    assert dict(run_flow(Graph([Vertex("a")]), handlers={"a": lambda: None})) == {}
    with pytest.raises(FlowFailed) as error:
        run_flow(Graph([Vertex("a", outputs={"value": "int"})]), handlers={"a": lambda: None})
    assert isinstance(error.value.root, ContractOutputError)


def test_a_coroutine_from_a_plain_function_is_told_and_leaves_no_warning() -> None:
    async def hidden() -> dict[str, object]:
        await asyncio.sleep(0)
        return {}

    with pytest.raises(FlowFailed) as error:
        run_flow(Graph([Vertex("a")]), handlers={"a": lambda: hidden()})  # noqa: PLW0108 - the point

    assert "returned a coroutine" in str(error.value.root)
    assert "make the handler `async def`" in str(error.value.root)
