"""A lock holds what decides a run, and nothing that does not."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, NewType

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl.declare.declare_atomic import atomic
from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.locking.flow_lock import lock_flow
from hbia_dsl.locking.lock_text import FactKey, lock_text
from hbia_dsl.wiring.wire import wire

Vertex = Callable[..., object]

UserId = NewType("UserId", int)


@attrs.frozen
class Signup:
    """Inputs."""

    name: str
    referrer: str | None = None


class User(str):
    """A strong type."""

    __slots__ = ()


class Scored(NamedTuple):
    """Two parts."""

    best: User
    score: float


@vertex(effect="pure", version="2")
def normalize(name: str) -> User:
    return User(name)


@atomic(group="account", on_failure="compensate", compensate=None)
@vertex(inputs={"user": normalize})
async def save(user: User) -> UserId:
    return UserId(1)


@vertex(inputs={"user": normalize}, outputs=("best", "score"))
def rank(user: User, referrer: str | None = None) -> Scored:
    return Scored(user, 0.5)


@vertex(inputs={"to": "rank.best"}, outputs="letter")
def mail(to: User, score: float, uid: UserId) -> str:
    return f"{to} {score} {uid}"


def _facts(*vertices: Vertex, inputs: Vertex | None = None) -> dict[FactKey, str]:
    wired = wire("signup", vertices, inputs=inputs, result=vertices[-1])
    return dict(lock_flow("app:signup", wired).facts)


def test_a_lock_holds_every_fact_of_a_flow() -> None:
    wired = wire("signup", [normalize, save, rank, mail], inputs=Signup, result=mail)

    text = lock_text([lock_flow("app:signup", wired)])

    lines = text.replace(f"{__name__}.", "app.").splitlines()
    assert lines[3:] == [
        "flow app:signup",
        "  name: signup",
        "  inputs: Signup",
        "  input name: str",
        "  input referrer: str | None (optional)",
        "  result: mail",
        "  group account: on failure compensate, serial, not cached",
        "  type Scored: app.Scored",
        "  type Signup: app.Signup",
        "  type User: app.User",
        "  type UserId: app.UserId (new type of int)",
        "  vertex mail",
        "    kind: sync",
        "    effect: side_effect",
        "    takes score: float <- rank.score (name)",
        "    takes to: User <- rank.best (explicit)",
        "    takes uid: UserId <- save.save (type)",
        "    returns: str",
        "    gives letter: str",
        "  vertex normalize",
        "    kind: sync",
        "    effect: pure",
        "    version: 2",
        "    takes name: str <- input.name (name)",
        "    returns: User",
        "  vertex rank",
        "    kind: sync",
        "    effect: side_effect",
        "    takes referrer: str | None <- input.referrer (name)",
        "    takes user: User <- normalize.normalize (explicit)",
        "    returns: Scored",
        "    gives best: User",
        "    gives score: float",
        "  vertex save",
        "    kind: async",
        "    effect: side_effect",
        "    group: account",
        "    undo: nothing",
        "    takes user: User <- normalize.normalize (explicit)",
        "    returns: UserId",
    ]


@given(st.permutations([normalize, save, rank, mail]))
def test_the_order_of_declarations_changes_nothing(vertices: Sequence[Vertex]) -> None:
    def text(order: Sequence[Vertex]) -> str:
        wired = wire("signup", order, inputs=Signup, result=mail)
        return lock_text([lock_flow("app:signup", wired)])

    assert text(vertices) == text([normalize, save, rank, mail])


def test_the_order_of_what_a_fan_in_collects_is_a_fact() -> None:
    @vertex
    def left(name: str) -> User:
        return User(name)

    @vertex
    def right(name: str) -> User:
        return User(name)

    @vertex
    def both(users: All[User]) -> str:
        return "".join(users)

    key = ("vertex", "both", "takes", "users")
    assert _facts(left, right, both)[key] == "All[User] <- left.left, right.right (fan-in)"
    assert _facts(right, left, both)[key] == "All[User] <- right.right, left.left (fan-in)"


def _named_alike() -> tuple[type, type]:
    class One:
        """A class."""

    class Two:
        """Another class."""

    for number, kind in enumerate((One, Two)):
        kind.__name__ = kind.__qualname__ = "Same"
        kind.__module__ = f"app.part_{number}"
    return One, Two


def _taking(kind: type, other: type) -> dict[FactKey, str]:
    def make(name: str) -> object:
        return kind()

    def make_other(name: str) -> object:
        return other()

    def use(same: object) -> str:
        return ""

    make.__annotations__["return"] = use.__annotations__["same"] = kind
    make_other.__annotations__["return"] = other
    return _facts(vertex(make), vertex(make_other), vertex(inputs={"same": make})(use))


def test_two_types_of_one_name_are_told_apart_in_every_fact() -> None:
    one, two = _named_alike()

    facts = _taking(one, two)

    source = "make.make (explicit)"
    assert facts["type", "Same"] == "app.part_0.Same, app.part_1.Same"
    assert facts["vertex", "use", "takes", "same"] == f"Same [Same: app.part_0.Same] <- {source}"
    assert facts["vertex", "make_other", "returns"] == "Same [Same: app.part_1.Same]"


def test_a_type_that_moved_to_another_module_is_another_fact() -> None:
    one, two = _named_alike()

    assert _taking(one, one)["type", "Same"] == "app.part_0.Same"
    assert _taking(two, two)["type", "Same"] == "app.part_1.Same"


def test_types_of_python_itself_are_named_without_their_modules() -> None:
    from pathlib import Path  # it moved between modules from Python 3.12 to 3.13

    @vertex
    def find(root: Path) -> dict[str, list[Path]]:
        return {}

    facts = _facts(find)

    assert facts["vertex", "find", "returns"] == "dict[str, list[Path]]"
    assert not [key for key in facts if key[0] == "type"]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (vertex, vertex(effect="pure"), {("vertex", "use", "effect")}),
        (vertex, vertex(version="1"), {("vertex", "use", "version")}),
        (vertex, vertex(outputs="given"), {("vertex", "use", "gives", "given")}),
    ],
)
def test_what_is_declared_is_a_fact(
    before: Callable[[Vertex], Vertex], after: Callable[[Vertex], Vertex], changed: set[FactKey]
) -> None:
    def facts(decorate: Callable[[Vertex], Vertex]) -> dict[FactKey, str]:
        def use(name: str) -> str:
            return name

        return _facts(decorate(use))

    was, has = facts(before), facts(after)

    assert {key for key in {*was, *has} if was.get(key) != has.get(key)} == changed
