"""What explicit bindings may name, and what is said when it is not there."""

import functools
from typing import NamedTuple, TypedDict

import attrs

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.out_reference import out
from wiring_views import codes, refusal, sources


@attrs.frozen
class Signup:
    name: str
    email: str


class Bounds(NamedTuple):
    low: int
    high: int


@vertex(outputs=("low", "high"))
def bounds() -> Bounds:
    return Bounds(0, 9)


@vertex
def count() -> int:
    return 3


def test_a_text_names_a_vertex_an_output_the_whole_of_a_split_result_or_an_input() -> None:
    @vertex(inputs={"a": "count", "b": "bounds.low", "c": "bounds", "d": "bounds.bounds"})
    def show(a: int, b: int, c: Bounds, d: Bounds) -> str:
        return ""

    @vertex(inputs={"mail": "input.email", "nick": "input.name"})
    def greet(mail: str, nick: str) -> str:
        return ""

    expected = {
        "a": "explicit: count.count",
        "b": "explicit: bounds.low",
        "c": "explicit: bounds.bounds",
        "d": "explicit: bounds.bounds",
    }
    assert expected == sources("show", count, bounds, show)
    expected = {"mail": "explicit: input.email", "nick": "explicit: input.name"}
    assert expected == sources("greet", greet, inputs=Signup)


def test_a_vertex_further_down_may_be_named_by_text() -> None:
    @vertex(inputs={"size": "later"})
    def first(size: int) -> int:
        return size

    @vertex
    def later() -> int:
        return 3

    assert sources("first", first, later) == {"size": "explicit: later.later"}


def test_out_names_the_whole_result_or_one_of_its_parts() -> None:
    @vertex(inputs={"pair": out(bounds), "top": out(bounds).high})
    def show(pair: Bounds, top: int) -> str:
        return ""

    expected = {
        "pair": "explicit: bounds.bounds",
        "top": "explicit: bounds.high",
    }
    assert expected == sources("show", bounds, show)


def test_out_takes_the_key_of_a_typed_dict() -> None:
    class Card(TypedDict):
        owner: str
        limit: int

    @vertex(outputs=("owner", "limit"))
    def card() -> Card:
        return {"owner": "ann", "limit": 3}

    @vertex
    def show(top: int = out(card)["limit"]) -> str:
        return ""

    assert sources("show", card, show) == {"top": "explicit: card.limit"}


def test_a_renamed_result_is_reached_by_the_vertex_and_by_its_output() -> None:
    @vertex(outputs="size")
    def measure() -> int:
        return 3

    @vertex(inputs={"a": measure, "b": "measure.size", "c": out(measure), "d": "measure"})
    def show(a: int, b: int, c: int, d: int) -> str:
        return ""

    assert {"explicit: measure.size"} == set(sources("show", measure, show).values())


def test_an_input_of_an_undeclared_flow_comes_into_being_by_being_named() -> None:
    @vertex(inputs={"user": "input.signup", "size": "input.limit"})
    def show(user: Signup, size: int = 3) -> str:
        return ""

    expected = {"user": "explicit: input.signup", "size": "explicit: input.limit"}
    assert expected == sources("show", show)


def test_a_method_in_a_class_body_means_the_method_of_the_object_in_the_flow() -> None:
    class Shop:
        @vertex
        def size(self) -> int:
            return 3

        @vertex(inputs={"number": size})
        def double(self, number: int) -> int:
            return number * 2

    shop, other = Shop(), Shop()

    assert sources("double", shop.size, shop.double) == {"number": "explicit: size.size"}
    named = vertex(name="size_of_other")(functools.partial(other.size))
    assert sources("double", shop.size, named, shop.double) == {"number": "explicit: size.size"}


def test_a_static_method_is_the_function_inside_it() -> None:
    class Shop:
        @staticmethod
        @vertex
        def size() -> int:
            return 3

        @vertex(inputs={"number": size})
        @staticmethod
        def double(number: int) -> int:
            return number * 2

    assert sources("double", Shop.size, Shop.double) == {"number": "explicit: size.size"}


def test_a_vertex_that_is_not_in_the_flow_is_named_with_a_way_out() -> None:
    @vertex(inputs={"number": count})
    def double(number: int) -> int:
        return number * 2

    def plain() -> int:
        return 3

    @vertex(inputs={"number": plain})
    def triple(number: int) -> int:
        return number * 3

    (problem,) = refusal(double)
    assert problem.code.number == "HB206"
    assert "`count` is not in flow `flow`" in problem.message
    assert problem.help == "add `count` to the vertices of the flow"
    (problem,) = refusal(triple)
    assert problem.help is not None
    assert problem.help.startswith("decorate `plain` with @vertex")


def test_misspelt_texts_are_answered_with_what_is_near() -> None:
    def help_for(text: str) -> str | None:
        @vertex(inputs={"number": text})
        def double(number: int) -> int:
            return number * 2

        @vertex
        def greet(name: str, email: str) -> str:
            return ""

        (problem,) = refusal(count, bounds, double, greet, inputs=Signup)
        assert problem.code.number == "HB206"
        return problem.help

    assert help_for("cuont") == "did you mean `count`?"
    assert help_for("bounds.hihg") == 'did you mean "bounds.high"?'
    assert help_for("bonds.high") == "did you mean `bounds.high`?"
    assert help_for("input.emial") == "did you mean `input.email`?"
    assert help_for("email") == 'write "input.email"'
    assert help_for("high") == 'write "bounds.high"'
    assert help_for("count.size") == 'write "count.count"'
    assert help_for("input") == 'write "input.name"'
    assert help_for("bounds.low.x") == 'write "vertex.output", "vertex" or "input.name"'
    assert help_for("") == 'write "vertex.output", "vertex" or "input.name"'


def test_a_field_of_a_result_that_is_not_split_is_no_output() -> None:
    @vertex
    def load() -> Signup:
        return Signup("a", "b")

    @vertex(inputs={"text": out(load).email})
    def show(text: str) -> str:
        return text

    (problem,) = refusal(load, show)

    assert problem.notes == ("the result of `load` is not split; it is one output, `load`",)


def test_a_value_that_is_no_source_is_refused() -> None:
    @vertex(inputs={"number": 3})
    def double(number: int) -> int:
        return number * 2

    assert codes(double) == ["HB101"]
