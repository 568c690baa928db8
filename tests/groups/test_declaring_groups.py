"""`@atomic(compensate=, pivot=, retriable=)`: what may be said, and the rules between members."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg
import pytest

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.declare.declaration import NOT_SAID, declaration_of
from hbia_dsl.errors import DeclarationError
from wiring_views import Vertex, codes, refusal

careless: Final[Any] = atomic


def undo(inputs: Mapping[str, object], output: object) -> None:
    """Take back."""


def plain(number: int) -> int:
    return number


def said(**options: object) -> Callable[[], object]:
    """Return what decorates a function with options."""
    return lambda: careless(group="trip", **options)(plain)


COMPENSATES: Final[dict[str, object]] = {"on_failure": "compensate"}

MISUSES: dict[str, tuple[Callable[[], object], str, str]] = {
    "a path": (
        said(**COMPENSATES, compensate="app.undo"),
        "`compensate` must be a function, not a str",
        "compensate=cancel_booking",
    ),
    "a call of it": (
        said(**COMPENSATES, compensate=3),
        "`compensate` must be a function, not a int",
        "the function itself",
    ),
    "that takes the output alone": (
        said(**COMPENSATES, compensate=lambda output: output),
        "`compensate` must be a function that can be called with two values",
        "def undo(inputs, output)",
    ),
    "that takes keywords alone": (
        said(**COMPENSATES, compensate=lambda *, inputs, output: (inputs, output)),
        "`compensate` must be a function that can be called with two values",
        "def undo(inputs, output)",
    ),
    "in a group that is rolled back": (
        said(compensate=undo),
        '`compensate` is for groups with on_failure="compensate"',
        "leave out `compensate`",
    ),
    "None in a group that is rolled back": (
        said(compensate=None),
        '`compensate` is for groups with on_failure="compensate"',
        "leave out `compensate`",
    ),
    "in a group that is aborted": (
        said(on_failure="abort", pivot=True),
        '`pivot` is for groups with on_failure="compensate"',
        "leave out `pivot`",
    ),
    "retriable in a group that is rolled back": (
        said(retriable=True),
        '`retriable` is for groups with on_failure="compensate"',
        "leave out `retriable`",
    ),
    "a pivot that is no flag": (
        said(**COMPENSATES, pivot=1),
        "`pivot` must be True or False, not a int",
        "pivot=True",
    ),
    "retriable that is no flag": (
        said(**COMPENSATES, retriable="yes"),
        "`retriable` must be True or False, not a str",
        "retriable=True",
    ),
    "before and after at once": (
        said(**COMPENSATES, pivot=True, retriable=True),
        "the pivot of its group or comes after it, not both",
        "leave out `pivot` or `retriable`",
    ),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_each_misuse_is_named_at_the_function_with_a_way_out(misuse: str) -> None:
    action, message, way_out = MISUSES[misuse]
    with pytest.raises(DeclarationError) as error:
        action()

    diagnostic = error.value.diagnostic
    assert message in diagnostic.message
    assert way_out in str(diagnostic.help)
    assert diagnostic.location is not None
    assert diagnostic.location.file == __file__
    assert not re.search(r"0x[0-9a-f]{6}", str(error.value))
    assert declaration_of(plain) is None


def test_what_is_said_is_kept_above_and_below_vertex() -> None:
    @atomic(group="trip", on_failure="compensate", compensate=undo)
    @vertex
    def above() -> int:
        return 1

    @vertex
    @atomic(group="trip", on_failure="compensate", compensate=None, pivot=True)
    def below() -> int:
        return 1

    told_above, told_below = declaration_of(above), declaration_of(below)
    assert told_above is not None
    assert told_below is not None
    assert told_above.atomic is not None
    assert told_below.atomic is not None
    assert told_above.atomic.compensate is undo
    assert (told_below.atomic.compensate, told_below.atomic.is_pivot) == (None, True)


def test_leaving_it_out_is_not_to_say_none() -> None:
    @atomic(group="trip", on_failure="compensate")
    def silent() -> int:
        return 1

    told = declaration_of(silent)
    assert told is not None
    assert told.atomic is not None
    assert told.atomic.compensate is NOT_SAID


# The rules between the members of a group that compensates.


def step(
    name: str, follows: str | None = None, *, effect: str = "side_effect", **said: object
) -> Vertex:
    """Declare a member of a group that compensates."""

    def body(taken: int) -> int:
        return taken

    bound = {} if follows is None else {"taken": follows}
    declared: Any = vertex
    member: Vertex = declared(name=name, inputs=bound, effect=effect)(body)
    decorated: Vertex = careless(group="trip", on_failure="compensate", **said)(member)
    return decorated


def test_a_side_effect_that_nothing_takes_back_is_refused() -> None:
    (problem,) = refusal(step("book"), step("pay", "book", compensate=undo))
    assert problem.code.number == "HB215"
    assert problem.message == "nothing takes back `book`, a side effect in group `trip`"
    assert "compensate=None" in str(problem.help)


def test_a_vertex_that_does_not_say_its_effect_counts_as_one() -> None:
    @atomic(group="trip", on_failure="compensate")
    @vertex
    def book(taken: int) -> int:
        return taken

    assert codes(book) == ["HB215"]


def test_each_forgotten_one_is_reported() -> None:
    assert codes(step("a"), step("b", "a"), step("c", "b")) == ["HB215"] * 3


def test_what_is_pure_or_has_nothing_to_take_back_needs_nothing() -> None:
    Flow.of(
        "trips",
        step("a", effect="pure"),
        step("b", "a", compensate=None),
        step("c", "b", compensate=undo),
    )


def test_two_pivots_are_refused() -> None:
    problems = refusal(step("a", pivot=True), step("b", "a", pivot=True))
    assert "group `trip` has two pivots, `a` and `b`" in [p.message for p in problems]


def test_a_pivot_is_never_taken_back_so_nothing_may_say_how() -> None:
    problems = refusal(step("pay", pivot=True, compensate=undo))
    assert [p.message for p in problems] == [
        "`pay` is the pivot of group `trip`, so nothing ever takes it back"
    ]


@pytest.mark.parametrize("follows", ["pay", None])
def test_what_does_not_come_before_the_pivot_cannot_be_taken_back(follows: str | None) -> None:
    members = [step("pay", pivot=True), step("tell", "pay", retriable=True)]
    if follows is None:  # beside the pivot
        members = [step("book", compensate=undo), step("pay", "book", pivot=True)]
    problems = refusal(*members, step("late", follows or "book", compensate=undo))
    assert [p.message for p in problems] == [
        "`late` can be taken back, but does not come before the pivot of `trip`"
    ]


def test_an_effect_after_the_pivot_has_to_be_retriable() -> None:
    problems = refusal(step("pay", pivot=True), step("tell", "pay"))
    assert [p.message for p in problems] == [
        "`tell` does not come before the pivot of group `trip`"
    ]
    Flow.of("trips", step("pay", pivot=True), step("tell", "pay", retriable=True))
    Flow.of("trips", step("pay", pivot=True), step("read", "pay", effect="pure"))


def test_retriable_needs_a_pivot_before_it() -> None:
    problems = refusal(step("pay", retriable=True))
    assert [p.message for p in problems] == [
        "`pay` of group `trip` is retriable, but comes after no pivot"
    ]


# Groups of other kinds.


def member(name: str, follows: str | None = None, *, kind: type | None = None) -> Vertex:
    """Declare a member of a group that is rolled back."""

    def body(taken: int) -> int:
        return taken

    def with_connection(taken: int, db: object) -> int:
        return taken

    if kind is not None:
        with_connection.__annotations__["db"] = kind
    bound = {} if follows is None else {"taken": follows}
    function: Vertex = body if kind is None else with_connection
    return atomic(group="g")(vertex(name=name, inputs=bound, effect="side_effect")(function))


def test_a_group_that_falls_into_parts_is_refused_and_one_that_hangs_together_is_not() -> None:
    assert codes(member("a"), member("b")) == ["HB216"]
    assert codes(member("a"), member("b", "a"), member("c")) == ["HB216"]
    Flow.of("f", member("a"), member("b", "a"), member("c", "a"))


def test_two_databases_in_one_group_are_refused_and_pointed_to_compensation() -> None:
    (problem,) = refusal(
        member("a", kind=sqlite3.Connection), member("b", "a", kind=psycopg.Connection)
    )
    assert problem.code.number == "HB214"
    assert "would be a transaction of two databases" in problem.message
    assert 'on_failure="compensate"' in str(problem.help)
    assert problem.location is not None
    assert problem.location.file == __file__


def test_a_connection_in_a_group_that_is_not_rolled_back_is_an_input_as_any_value() -> None:
    def body(taken: int, db: sqlite3.Connection) -> int:
        return taken

    aborts = atomic(group="g", on_failure="abort")(vertex(effect="side_effect")(body))
    assert set(Flow.of("f", aborts).wired.inputs) == {"taken", "db"}


def test_all_rules_are_in_one_report() -> None:
    found = codes(
        step("a"),
        step("b", "a", pivot=True),
        step("c", "b"),
        member("x", kind=sqlite3.Connection),
        member("y", "x", kind=psycopg.Connection),
        member("z"),
    )
    assert sorted(found) == ["HB214", "HB215", "HB215", "HB216"]
