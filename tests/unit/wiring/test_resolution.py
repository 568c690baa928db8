"""The rules of resolution, strongest first, and that none of them guesses."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, NewType, Protocol, TypeVar, overload

import attrs
import pytest

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.declare.out_reference import out
from wiring_views import codes, refusal, sources

UserId = NewType("UserId", int)
T = TypeVar("T")


@attrs.frozen
class User:
    name: str


@attrs.frozen
class Admin(User):
    rights: int


@attrs.frozen
class Order:
    amount: int


class HasName(Protocol):
    @property
    def name(self) -> str: ...


@vertex
def make() -> User:
    return User("ann")


@vertex
def find() -> User:
    return User("bob")


@vertex
def number() -> int:
    return 3


class Scored(NamedTuple):
    best: User
    score: int


@vertex(outputs=("best", "score"))
def rank() -> Scored:
    return Scored(User("ann"), 3)


def test_a_binding_wins_over_a_value_of_the_parameters_name() -> None:
    @vertex(inputs={"find": make})
    def greet(find: User) -> str:
        return find.name

    assert sources("greet", make, find, greet) == {"find": "explicit: make.make"}


def test_a_name_wins_over_other_values_of_the_type() -> None:
    @vertex
    def greet(find: User) -> str:
        return find.name

    assert sources("greet", make, find, greet) == {"find": "name: find.find"}


def test_the_only_value_of_a_strong_type_is_found_under_any_name() -> None:
    @vertex
    def greet(who: User) -> str:
        return who.name

    assert sources("greet", make, greet) == {"who": "type: make.make"}


def test_a_subclass_is_found_by_type_and_an_exact_match_is_not_preferred_to_it() -> None:
    @vertex
    def promote() -> Admin:
        return Admin("eve", 1)

    @vertex
    def greet(who: User) -> str:
        return who.name

    assert sources("greet", promote, greet) == {"who": "type: promote.promote"}
    assert codes(make, promote, greet) == ["HB202"]


def test_a_class_is_found_for_a_protocol_that_it_implements() -> None:
    @vertex
    def greet(who: HasName) -> str:
        return who.name

    assert sources("greet", make, number, greet) == {"who": "type: make.make"}


def test_a_new_type_is_found_by_type_and_its_base_is_not() -> None:
    @vertex
    def save() -> UserId:
        return UserId(7)

    @vertex
    def load(key: UserId) -> str:
        return str(key)

    assert sources("load", save, number, load) == {"key": "type: save.save"}
    assert codes(number, load) == ["HB201"]


def test_a_weak_type_is_never_wired_by_type_alone() -> None:
    @vertex
    def double(size: int) -> int:
        return size * 2

    assert sources("double", number, double) == {"size": "input: input.size"}


@pytest.mark.parametrize("form", [Any, object, list[int], dict[str, Any], int | None])
def test_weak_types_become_inputs_whatever_the_flow_yields(form: object) -> None:
    def take(thing: object) -> int:
        return 0

    take.__annotations__["thing"] = form

    assert sources("take", make, number, vertex(take)) == {"thing": "input: input.thing"}


def test_a_strong_type_that_nothing_yields_is_an_error_and_no_input() -> None:
    @vertex
    def charge(order: Order) -> int:
        return order.amount

    assert codes(make, charge) == ["HB201"]


def test_a_default_is_used_when_nothing_else_is_there() -> None:
    @vertex
    def charge(order: Order | None = None, times: int = 1) -> int:
        return times

    assert sources("charge", charge) == {"order": "default: ", "times": "input: input.times"}


def test_a_value_that_fits_wins_over_a_default() -> None:
    @vertex
    def greet(who: User | None = None) -> str:
        return "nobody"

    assert sources("greet", make, greet) == {"who": "type: make.make"}


def test_several_values_of_the_parameters_name_are_ambiguous_even_if_one_fits_alone() -> None:
    @vertex(name="other", outputs=("make", "rest"))
    def other() -> tuple[int, int]:
        return 1, 2

    @vertex
    def greet(make: User) -> str:
        return make.name

    assert codes(make, other, greet) == ["HB202"]


def test_a_value_of_the_parameters_name_that_does_not_fit_is_an_error() -> None:
    @vertex
    def greet(number: User) -> str:
        return number.name

    assert codes(make, number, greet) == ["HB204"]


def test_a_vertex_does_not_feed_itself() -> None:
    @vertex
    def total(total: int) -> int:
        return total

    @vertex
    def copy(of: User) -> User:
        return of

    assert sources("total", total) == {"total": "input: input.total"}
    assert sources("copy", make, copy) == {"of": "type: make.make"}
    assert codes(copy) == ["HB201"]


def test_a_chain_of_one_type_is_ambiguous() -> None:
    @vertex
    def clean(raw: User) -> User:
        return raw

    @vertex
    def greet(who: User) -> str:
        return who.name

    assert codes(make, clean, greet) == ["HB202"]


def test_a_part_and_the_whole_are_both_candidates_by_type() -> None:
    @vertex
    def greet(who: User) -> str:
        return who.name

    assert sources("greet", rank, greet) == {"who": "type: rank.best"}
    assert codes(rank, make, greet) == ["HB202"]


def test_parts_are_found_by_their_names_and_the_whole_by_the_vertex_name() -> None:
    @vertex
    def show(best: User, score: int, rank: Scored) -> str:
        return ""

    expected = {"best": "name: rank.best", "score": "name: rank.score", "rank": "name: rank.rank"}
    assert expected == sources("show", rank, show)


def test_a_renamed_result_is_found_by_its_new_name_alone() -> None:
    @vertex(outputs="size")
    def measure() -> int:
        return 3

    @vertex
    def show(size: int, measure: int) -> str:
        return ""

    expected = {"size": "name: measure.size", "measure": "input: input.measure"}
    assert expected == sources("show", measure, show)


@pytest.mark.parametrize(
    ("source", "target"),
    [(bool, int), (int, float), (None, None), (None, int | None), (Any, int), (int, Any)],
)
def test_by_name_a_value_fits_as_it_does_for_mypy(source: object, target: object) -> None:
    def given() -> object:
        return None

    def take(given: object) -> int:
        return 0

    given.__annotations__["return"] = source
    take.__annotations__["given"] = target

    assert sources("take", vertex(given), vertex(take)) == {"given": "name: given.given"}


@pytest.mark.parametrize(
    ("source", "target"), [(int, str), (float, int), (None, int), (int, bool), (int, None)]
)
def test_by_name_a_value_that_mypy_refuses_is_refused(source: object, target: object) -> None:
    def given() -> object:
        return None

    def take(given: object) -> int:
        return 0

    given.__annotations__["return"] = source
    take.__annotations__["given"] = target

    assert codes(vertex(given), vertex(take)) == ["HB204"]


def test_what_cannot_be_told_is_taken_by_name_and_as_bound_but_not_by_type() -> None:
    @vertex(inputs={"items": "input.items"})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"who": first})
    def bound(who: User) -> str:
        return who.name

    @vertex
    def named(first: User) -> str:
        return first.name

    @vertex
    def typed(who: User) -> str:
        return who.name

    assert sources("bound", first, bound) == {"who": "explicit: first.first"}
    assert sources("named", first, named) == {"first": "name: first.first"}
    assert codes(first, typed) == ["HB201"]


def test_an_overloaded_vertex_may_yield_any_of_its_results() -> None:
    @overload
    def wrap(item: int) -> list[int]: ...
    @overload
    def wrap(item: str) -> list[str]: ...
    @vertex
    def wrap(item: int | str) -> list[int] | list[str]:
        raise NotImplementedError

    @vertex
    def ints(wrap: list[int]) -> int:
        return 0

    @vertex
    def users(wrap: list[User]) -> int:
        return 0

    assert sources("ints", wrap, ints) == {"wrap": "name: wrap.wrap"}
    assert codes(wrap, users) == ["HB204"]


def test_a_vertex_that_yields_none_is_not_found_by_type() -> None:
    @vertex
    def clear() -> None:
        pass

    @vertex
    def greet(who: User | None) -> str:
        return ""

    assert sources("greet", clear, make, greet) == {"who": "type: make.make"}
    assert codes(clear, greet) == ["HB201"]


def test_a_vertex_that_does_not_say_what_it_yields_is_not_found_by_type() -> None:
    def anything():  # type: ignore[no-untyped-def]  # noqa: ANN202 - the subject of the test
        return User("ann")

    @vertex
    def greet(who: User) -> str:
        return who.name

    assert codes(vertex(anything), greet) == ["HB201"]


def test_collecting_takes_every_value_that_fits_in_flow_order() -> None:
    @vertex
    def count(people: All[User]) -> int:
        return len(people)

    expected = {"people": "fan-in: find.find, rank.best, make.make"}
    assert expected == sources("count", find, number, rank, count, make)


def test_collecting_works_for_weak_types_because_it_is_asked_for() -> None:
    @vertex
    def total(sizes: All[int]) -> int:
        return sum(sizes)

    assert sources("total", number, rank, total) == {"sizes": "fan-in: number.number, rank.score"}


def test_collecting_nothing_is_an_error() -> None:
    @vertex
    def total(orders: All[Order]) -> int:
        return 0

    assert codes(make, total) == ["HB201"]


def test_a_plain_list_means_a_vertex_that_yields_a_list() -> None:
    @vertex
    def everybody() -> list[User]:
        return []

    @vertex
    def count(people: list[User]) -> int:
        return len(people)

    assert sources("count", make, everybody, count) == {"people": "type: everybody.everybody"}


def test_a_list_of_sources_says_what_is_collected() -> None:
    @vertex(inputs={"people": [find, "rank.best"]})
    def count(people: All[User]) -> int:
        return len(people)

    @vertex(inputs={"people": [find, number]})
    def mixed(people: All[User]) -> int:
        return len(people)

    @vertex(inputs={"who": [find, make]})
    def greet(who: User) -> str:
        return who.name

    expected = {"people": "fan-in: find.find, rank.best"}
    assert expected == sources("count", make, find, rank, count)
    assert codes(find, number, mixed) == ["HB204"]
    assert codes(find, make, greet) == ["HB101"]


def test_a_collecting_parameter_bound_to_one_source_takes_a_list_as_it_is() -> None:
    @vertex
    def everybody() -> list[User]:
        return []

    @vertex(inputs={"people": everybody})
    def count(people: All[User]) -> int:
        return len(people)

    @vertex(inputs={"people": make})
    def wrong(people: All[User]) -> int:
        return len(people)

    assert sources("count", everybody, count) == {"people": "explicit: everybody.everybody"}
    assert codes(make, wrong) == ["HB204"]


def test_a_parameter_without_annotation_takes_what_it_is_bound_to() -> None:
    greet = vertex(name="greet", inputs={"who": make})(lambda who: who.name)

    assert sources("greet", make, greet) == {"who": "explicit: make.make"}


def test_a_type_in_inputs_stands_for_an_annotation() -> None:
    greet = vertex(name="greet", inputs={"who": User, "times": int})(
        lambda who, times: who.name * times
    )

    expected = {"who": "type: make.make", "times": "input: input.times"}
    assert expected == sources("greet", make, greet)


def test_a_type_in_inputs_must_agree_with_the_annotation() -> None:
    @vertex(inputs={"who": User})
    def same(who: User) -> str:
        return who.name

    @vertex(inputs={"who": Order})
    def other(who: User) -> str:
        return who.name

    assert sources("same", make, same) == {"who": "type: make.make"}
    assert codes(make, other) == ["HB207"]


def test_a_reference_in_the_annotation_binds_like_one_in_the_default() -> None:
    @vertex
    def annotated(who: Annotated[User, out(rank).best], size: Annotated[int, "bytes"]) -> str:
        return who.name

    @vertex
    def defaulted(*, who: User = out(rank).best) -> str:
        return who.name

    expected = {"who": "explicit: rank.best", "size": "input: input.size"}
    assert expected == sources("annotated", make, rank, annotated)
    assert sources("defaulted", make, rank, defaulted) == {"who": "explicit: rank.best"}


def test_two_references_for_one_parameter_are_one_too_many() -> None:
    @vertex(inputs={"who": make})
    def greet(who: Annotated[User, out(find)]) -> str:
        return who.name

    (problem,) = refusal(make, find, greet)

    assert "bound twice: by `inputs=` and by its annotation" in problem.message


def test_an_explicit_reference_to_the_vertex_itself_is_a_cycle() -> None:
    @vertex(inputs={"total": "total"})
    def total(total: int) -> int:
        return total

    assert codes(total) == ["HB203"]


def test_what_is_none_may_be_bound_where_none_is_taken() -> None:
    @vertex
    def clear() -> None:
        pass

    @vertex(inputs={"after": clear})
    def count(after: None) -> int:
        return 0

    @vertex(inputs={"size": clear})
    def wrong(size: int) -> int:
        return 0

    assert sources("count", clear, count) == {"after": "explicit: clear.clear"}
    assert codes(clear, wrong) == ["HB204"]
