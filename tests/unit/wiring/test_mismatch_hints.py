"""What a report says about values that nearly fit."""

from collections.abc import Awaitable
from typing import NewType

import attrs

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from wiring_views import refusal

UserId = NewType("UserId", int)


@attrs.frozen
class User:
    name: str


@attrs.frozen
class Admin(User):
    rights: int


@attrs.frozen
class Prices:
    amount: int


@attrs.frozen
class RawPrices:
    text: str


def problem_with(source: object, target: object, *, same_name: bool = False) -> Diagnostic:
    """Wire one vertex that yields `source` and one that takes `target`; return the refusal."""

    def given() -> object:
        return None

    def take(it: object) -> str:
        return ""

    given.__annotations__["return"] = source
    take.__annotations__["it"] = target
    (problem,) = refusal(vertex(name="it" if same_name else "given")(given), vertex(take))
    return problem


def test_a_value_that_may_be_none_is_named() -> None:
    problem = problem_with(User | None, User)

    assert problem.notes[0].startswith("`given` yields `User | None`, which may be None (")
    assert problem.help is not None
    assert problem.help.startswith("annotate `it` as `User | None`, or let `given` raise")


def test_a_list_of_a_subclass_gets_the_advice_to_take_a_sequence() -> None:
    for same_name in (False, True):
        problem = problem_with(list[Admin], list[User], same_name=same_name)

        assert "as a `list` can be changed" in problem.notes[0]
        assert problem.help == "annotate `it` as `Sequence[User]`, which takes both"


def test_dicts_and_sets_get_the_same_advice() -> None:
    problem = problem_with(dict[str, Admin], dict[str, User])
    assert problem.help == "annotate `it` as `Mapping[str, User]`, which takes both"

    problem = problem_with(set[Admin], set[User])
    assert problem.help == "annotate `it` as `AbstractSet[User]`, which takes both"


def test_a_plain_number_is_told_how_to_become_a_new_type() -> None:
    problem = problem_with(int, UserId)

    assert problem.notes[0].startswith("`given` yields `int`, which is not yet a `UserId`")
    assert problem.help == "let `given` return `UserId(...)` and annotate it so"


def test_an_awaitable_of_a_plain_def_is_told_to_become_async() -> None:
    problem = problem_with(Awaitable[User], User, same_name=True)

    assert "nothing awaits that" in problem.notes[0]
    assert problem.help == "make `it` an `async def` that returns `User`"


def test_a_wider_class_is_named() -> None:
    problem = problem_with(User, Admin)

    assert problem.notes[0].startswith("`given` yields the wider `User` (")


def test_a_class_with_a_similar_name_is_named() -> None:
    problem = problem_with(RawPrices, Prices)

    assert problem.notes[0].startswith("`given` provides the similar `RawPrices` (")
    assert problem.help is not None
    assert problem.help.endswith("or annotate `it` as `RawPrices`")


def test_types_that_are_not_near_get_plain_advice() -> None:
    problem = problem_with(User, Prices)

    assert problem.notes == ()
    assert problem.help == "add a vertex that returns `Prices` to the flow"


def test_a_vertex_that_is_its_own_only_provider_is_told_so() -> None:
    @vertex
    def clean(raw: User) -> User:
        return raw

    (problem,) = refusal(clean)

    assert problem.notes == ("`clean` itself yields one, but no vertex feeds itself",)


def test_an_ambiguity_lists_the_first_candidates_and_counts_the_rest() -> None:
    def maker(number: int) -> object:
        def make() -> User:
            return User("ann")

        return vertex(name=f"make_{number}")(make)

    @vertex
    def show(who: User) -> str:
        return ""

    (problem,) = refusal(*(maker(number) for number in range(9)), show)  # type: ignore[arg-type]  # they are functions

    assert problem.message.startswith("9 values could be the `User` that `show` requires")
    assert problem.notes[0].startswith("`make_0.make_0` is `User` (")
    assert problem.notes[-1] == "and 3 more"
    assert problem.help == 'say which one: inputs={"who": "make_0.make_0"}'
