"""What is read from one function: parameters, result, name, and whether it is async."""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import attrs
import pytest

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.wiring.wire import wire
from hbia_dsl.wiring.wired_flow import WiredVertex
from wiring_views import codes, refusal, sources


@attrs.frozen
class User:
    name: str


def only(fn: Callable[..., object]) -> WiredVertex:
    """Wire a flow of one vertex and return the vertex."""
    (found,) = wire("flow", [fn]).vertices.values()
    return found


@vertex
def make() -> User:
    return User("ann")


async def _greet(name: str) -> str:
    return name


class _Greeter:
    async def greet(self, name: str) -> str:
        return name

    async def __call__(self, name: str) -> str:
        return name


@pytest.mark.parametrize(
    "fn",
    [
        _greet,
        functools.partial(_greet),
        functools.partial(functools.partial(_greet, name="ann")),
        functools.partial(_Greeter().greet),
        _Greeter(),
        functools.partial(_Greeter()),
    ],
    ids=["function", "partial", "partial of partial", "method", "object", "partial of object"],
)
def test_async_callables_of_every_kind_are_known_as_async(fn: Callable[..., object]) -> None:
    wired = only(vertex(name="greet")(fn))

    assert wired.is_async
    assert wired.returns is str


def test_a_plain_def_that_returns_a_coroutine_is_not_async() -> None:
    @vertex
    def greet(name: str) -> Coroutine[Any, Any, str]:
        return _greet(name)

    assert not only(greet).is_async


def test_an_awaitable_of_a_plain_def_does_not_feed_what_wants_the_result() -> None:
    @vertex
    def fetch() -> Awaitable[User]:
        raise NotImplementedError

    @vertex
    def show(who: User) -> str:
        return who.name

    (problem,) = refusal(fetch, show)

    assert problem.code.number == "HB201"
    assert problem.help == "make `fetch` an `async def` that returns `User`"


def test_an_async_generator_is_refused_and_nothing_that_follows_is_reported() -> None:
    @vertex
    async def stream() -> AsyncIterator[User]:
        yield User("ann")

    @vertex
    def show(who: User) -> str:
        return who.name

    (problem,) = refusal(stream, show)

    assert "`stream` is an async generator" in problem.message


def test_a_generator_is_an_ordinary_result() -> None:
    @vertex
    def count() -> Iterator[int]:
        yield 1

    assert Iterator[int] == only(count).returns


def test_keyword_only_parameters_are_known_and_the_order_is_kept() -> None:
    @vertex
    def show(a: int, /, b: int, *, d: int, c: int = 3) -> str:
        return ""

    wired = only(show)

    assert {"c", "d"} == wired.keywords
    assert [binding.parameter for binding in wired.bindings] == ["a", "b", "d", "c"]


def test_an_unannotated_parameter_is_reported_at_its_place() -> None:
    @vertex
    def show(a: int, b, c) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001 - the subject of the test
        return ""

    problems = refusal(show)

    assert [p.code.number for p in problems] == ["HB102", "HB102"]
    assert [p.location.subject for p in problems if p.location is not None] == [
        "parameter `b`",
        "parameter `c`",
    ]


def test_a_method_taken_from_its_class_is_told_what_to_do() -> None:
    class Shop:
        @vertex
        def size(self) -> int:
            return 3

    (problem,) = refusal(Shop.size)

    assert problem.help == "add the method of an object to the flow: `Service().size`"


def test_star_parameters_are_refused_together() -> None:
    @vertex
    def show(*args: int, **kwargs: int) -> str:
        return ""

    assert codes(show) == ["HB104", "HB104"]


def test_an_unresolved_annotation_is_reported_with_the_missing_name() -> None:
    @vertex
    def show(who: "Nobody") -> "Nothing":  # type: ignore[name-defined]  # noqa: F821 - the subject of the test
        return who

    parameter, result = refusal(show)

    assert "parameter `who` of `show` names `Nobody`" in parameter.message
    assert "the result of `show` names `Nothing`" in result.message


def test_text_annotations_find_local_names_only_if_they_are_offered() -> None:
    @attrs.frozen
    class Local:
        size: int

    @vertex
    def load() -> "Local":
        return Local(3)

    @vertex
    def show(item: "Local") -> str:
        return str(item)

    asked = []

    def local_names() -> dict[str, object]:
        asked.append("local")
        return {"Local": Local}

    flow = wire("flow", [load, show], localns=local_names)

    assert flow.vertices["load"].returns is Local
    assert str(flow.vertices["show"].bindings[0].sources[0]) == "load.load"
    assert asked == ["local", "local"]
    assert codes(load, show) == ["HB103", "HB103"]


def test_local_names_are_not_asked_for_if_all_annotations_are_resolved() -> None:
    def local_names() -> dict[str, object]:
        raise AssertionError

    assert wire("flow", [make], localns=local_names).vertices["make"].returns is User


def test_class_methods_static_methods_and_objects_are_vertices() -> None:
    class Shop:
        @vertex
        @classmethod
        def customer(cls, name: str) -> User:
            return User(name)

        @classmethod
        @vertex
        def other(cls, name: str) -> User:
            return User(name)

        @staticmethod
        @vertex
        def size(customer: User) -> int:
            return len(customer.name)

    expected = {"customer": "name: customer.customer"}
    assert expected == sources("size", Shop.customer, Shop.other, Shop.size)


def test_a_partial_takes_the_name_of_its_function_and_its_free_parameters() -> None:
    def greet(greeting: str, name: str, mark: str = "!") -> str:
        return greeting + name + mark

    flow = wire("flow", [vertex(functools.partial(greet, "hello", mark="?"))])

    assert list(flow.vertices) == ["greet"]
    assert list(flow.inputs) == ["name"]


def test_a_wrapper_made_with_wraps_is_read_through() -> None:
    def logged(fn: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(fn)
        def wrapper(*args: object, **kwargs: object) -> Any:  # noqa: ANN401 - a wrapper of anything
            return fn(*args, **kwargs)

        return wrapper

    @vertex
    @logged
    def greet(who: User) -> str:
        return who.name

    @logged
    @vertex
    def part(who: User) -> str:
        return who.name

    assert sources("greet", make, greet) == {"who": "type: make.make"}
    assert sources("part", make, part) == {"who": "type: make.make"}


def test_a_function_that_is_not_decorated_is_read_on_so_that_nothing_follows_from_it() -> None:
    def load() -> User:
        return User("ann")

    @vertex
    def show(who: User) -> str:
        return who.name

    (problem,) = refusal(load, show)

    assert (problem.code.number, problem.help) == ("HB106", "decorate it with @vertex")


def test_something_that_is_no_function_is_refused_by_its_place_in_the_flow() -> None:
    @vertex
    def show(who: User) -> str:
        return who.name

    (problem,) = refusal(make(), show)  # type: ignore[arg-type]  # the mistake under test

    assert "vertex number 1 of the flow is a value of type User" in problem.message


def test_the_name_input_is_refused() -> None:
    @vertex(name="input")
    def load() -> int:
        return 3

    assert codes(load) == ["HB107"]


def test_a_lambda_needs_a_name() -> None:
    assert codes(vertex(lambda: 3)) == ["HB107"]


def test_a_callable_object_needs_a_name() -> None:
    assert codes(vertex(_Greeter())) == ["HB107"]


def test_a_lambda_whose_result_nobody_declares_yields_anything() -> None:
    load = vertex(name="load")(lambda: 3)

    assert only(load).returns is Any
