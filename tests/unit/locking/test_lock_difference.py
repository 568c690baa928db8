"""A difference says what was, what is, and what follows from it."""

from collections.abc import Mapping
from typing import Final

import pytest

from hbia_dsl.locking.lock_difference import LockDifference, differences
from hbia_dsl.locking.lock_text import FactKey, LockedFlow

FACTS: Final[Mapping[FactKey, str]] = {
    ("name",): "signup",
    ("result",): "mail",
    ("input", "email"): "str",
    ("group", "account"): "on failure rollback, serial, not cached",
    ("type", "User"): "app.User",
    ("vertex", "mail"): "",
    ("vertex", "mail", "kind"): "sync",
    ("vertex", "mail", "effect"): "side_effect",
    ("vertex", "mail", "group"): "account",
    ("vertex", "mail", "returns"): "str",
    ("vertex", "mail", "gives", "letter"): "str",
    ("vertex", "mail", "takes", "to"): "User <- rank.best (explicit)",
    ("vertex", "mail", "takes", "all"): "All[int] <- a.a, b.b (fan-in)",
}


def _found(changes: Mapping[FactKey, str | None]) -> list[LockDifference]:
    now = {key: changes.get(key, value) for key, value in FACTS.items()}
    now.update(changes)
    kept = {key: value for key, value in now.items() if value is not None}
    return differences(LockedFlow("app:signup", FACTS), LockedFlow("app:signup", kept))


def _texts(changes: Mapping[FactKey, str | None]) -> list[tuple[str, str]]:
    return [(difference.line(), difference.meaning) for difference in _found(changes)]


def test_a_flow_like_its_lock_has_no_differences() -> None:
    assert _found({}) == []


TO: Final = ("vertex", "mail", "takes", "to")


@pytest.mark.parametrize(
    ("now", "line", "meaning"),
    [
        (
            "User <- normalize.normalize (type)",
            "mail.to: rank.best (explicit) -> normalize.normalize (type)",
            "re-wired: nobody wrote this source down, the rule `type` chose it",
        ),
        (
            "User <- normalize.normalize (explicit)",
            "mail.to: rank.best (explicit) -> normalize.normalize (explicit)",
            "re-wired: the value is taken from elsewhere, as the code says",
        ),
        (
            "User <- rank.best (name)",
            "mail.to: rank.best (explicit) -> rank.best (name)",
            "the same source, chosen by another rule: later changes may re-wire it",
        ),
        (
            "User <- nothing (default)",
            "mail.to: rank.best (explicit) -> nothing (default)",
            "re-wired: nobody wrote this source down, the rule `default` chose it",
        ),
        (
            "Person <- rank.best (explicit)",
            "mail.to: User -> Person",
            "the parameter has another type",
        ),
        (
            "Literal[' <- x (type)'] <- rank.best (explicit)",
            "mail.to: User -> Literal[' <- x (type)']",
            "the parameter has another type",
        ),
    ],
)
def test_a_changed_parameter_says_what_happened_to_the_edge(
    now: str, line: str, meaning: str
) -> None:
    assert _texts({TO: now}) == [(line, meaning)]


def test_a_source_that_is_now_written_down_is_good_news() -> None:
    locked = LockedFlow("app:f", {**FACTS, TO: "User <- rank.best (type)"})

    (difference,) = differences(locked, LockedFlow("app:f", FACTS))

    assert (
        difference.meaning == "the same source, now written down: later changes cannot re-wire it"
    )


def test_type_and_source_of_a_parameter_are_two_differences() -> None:
    lines = [line for line, _ in _texts({TO: "Person <- find.find (type)"})]

    assert lines == ["mail.to: User -> Person", "mail.to: rank.best (explicit) -> find.find (type)"]


@pytest.mark.parametrize(
    ("key", "now", "line", "meaning"),
    [
        (("vertex", "mail", "takes", "all"), "All[int] <- b.b, a.a (fan-in)",
         "mail.all: a.a, b.b (fan-in) -> b.b, a.a (fan-in)", "the same values in another order"),
        (("vertex", "mail", "takes", "all"), None,
         "mail.all: All[int] <- a.a, b.b (fan-in) -> none",
         "the vertex takes this value no longer"),
        (("vertex", "mail", "takes", "cc"), "str <- input.cc (input)",
         "mail.cc: none -> str <- input.cc (input)", "the vertex takes one more value"),
        (("vertex", "mail", "effect"), "pure", "mail effect: side_effect -> pure",
         "results may be cached now, and a run may repeat it"),
        (("vertex", "mail", "kind"), "async", "mail kind: sync -> async",
         "it runs in an event loop now"),
        (("vertex", "mail", "version"), "2", "mail version: none -> 2",
         "results that were cached are not used any more"),
        (("vertex", "mail", "group"), None, "mail group: account -> none",
         "it is not undone any more when the group fails"),
        (("vertex", "mail", "group"), "post", "mail group: account -> post",
         "it succeeds or fails with others now"),
        (("vertex", "mail", "returns"), "bytes", "mail returns: str -> bytes",
         "the vertex gives another type"),
        (("vertex", "mail", "gives", "letter"), None, "mail.letter: str -> none",
         "the vertex gives this value no longer"),
        (("vertex", "mail", "gives", "letter"), "bytes", "mail.letter: str -> bytes",
         "the value has another type"),
        (("vertex", "rank"), "", "vertex rank was added", "every run calls it"),
        (("input", "cc"), "str", "input.cc: none -> str", "callers must give one more input"),
        (("input", "cc"), "str (optional)", "input.cc: none -> str (optional)",
         "callers can give one more input"),
        (("input", "email"), None, "input.email: str -> none",
         "callers can give this input no longer"),
        (("input", "email"), "str (optional)", "input.email: str -> str (optional)",
         "callers can leave this input out now"),
        (("input", "email"), "bytes", "input.email: str -> bytes",
         "callers must give another type"),
        (("result",), None, "result: mail -> none",
         "the value of a run comes from another vertex"),
        (("group", "account"), "on failure abort, serial, not cached",
         f"group account: {FACTS['group', 'account']} -> on failure abort, serial, not cached",
         "the members of the group run or fail otherwise"),
        (("type", "User"), "app.people.User", "type User: app.User -> app.people.User",
         "the name stands for another type, or the type moved"),
    ],
)  # fmt: skip
def test_each_change_says_what_it_means(
    key: FactKey, now: str | None, line: str, meaning: str
) -> None:
    assert _texts({key: now}) == [(line, meaning)]


def test_a_removed_vertex_is_one_difference_and_not_one_for_each_fact() -> None:
    gone = {key: None for key in FACTS if key[:2] == ("vertex", "mail")}

    assert _texts(gone) == [("vertex mail was removed", "no run calls it any more")]


def test_a_new_type_is_told_only_if_nothing_else_is() -> None:
    new: dict[FactKey, str | None] = {("type", "Order"): "app.Order"}

    assert [line for line, _ in _texts(new)] == ["type Order: none -> app.Order"]
    assert [line for line, _ in _texts({**new, ("result",): "rank"})] == ["result: mail -> rank"]


def test_a_flow_that_is_new_or_gone_is_one_difference() -> None:
    flow = LockedFlow("app:signup", FACTS)

    assert [d.line() for d in differences(None, flow)] == ["the flow is new"]
    assert [d.line() for d in differences(flow, None)] == ["the flow is gone"]


def test_a_value_of_several_lines_is_shown_on_one() -> None:
    (difference,) = _found({("name",): "two\nlines\x1b[31m"})

    assert difference.line() == "name: signup -> two\\nlines\\x1b[31m"
