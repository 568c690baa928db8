"""What type checkers must accept, and the types that they must see. Never run.

mypy and pyright both judge this file: `assert_type` fails if the type is another one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, NewType, TypedDict, TypeVar, assert_type, overload

import attrs

from hbia_dsl import (
    All,
    AtomicGroup,
    Edge,
    Flow,
    FlowResult,
    Graph,
    GraphTopology,
    Registry,
    Run,
    SagaStep,
    Vertex,
    atomic,
    out,
    run_flow,
    run_flow_async,
    vertex,
)
from hbia_dsl.atomicity import SqliteTransaction
from hbia_dsl.conf import Settings, configure
from hbia_dsl.errors import FlowFailed, HbiaError, WiringError

UserId = NewType("UserId", int)
T = TypeVar("T")


@attrs.frozen
class User:
    name: str


@attrs.frozen
class Signup:
    name: str
    email: str
    referrer: str | None = None


class Scored(NamedTuple):
    best: User
    score: float


class Counts(TypedDict):
    words: int
    letters: int


@dataclass(frozen=True)
class Window:
    days: int
    label: str = "week"


def from_function(days: int, *, label: str = "week") -> None: ...


# Identity: a decorated function keeps its type, in every form.


@vertex
def normalize(name: str, email: str) -> User:
    return User(name + email)


@atomic(group="payment", on_failure="rollback", no_parallel=True, no_cache=True)
@vertex(inputs={"user": normalize}, effect="side_effect", version="2", timeout_s=2.5)
async def save(user: User) -> UserId:
    return UserId(len(user.name))


def cancel(inputs: Mapping[str, object], output: object) -> None: ...


async def cancel_later(inputs: Mapping[str, object], output: object) -> None: ...


def cancel_number(inputs: Mapping[str, object], output: int, reason: str = "") -> bool:
    return output > len(inputs) + len(reason)


class Cancels:
    async def __call__(self, inputs: Mapping[str, object], output: float) -> None: ...


@atomic(group="trip", on_failure="compensate", compensate=cancel)
@vertex(effect="side_effect")
def book(name: str) -> int:
    return len(name)


@atomic(group="trip", on_failure="compensate", compensate=cancel_later)
@vertex(effect="side_effect")
async def insure(book: int) -> float:
    return float(book)


@atomic(group="trip", on_failure="compensate", compensate=None, pivot=True)
@vertex(effect="side_effect")
def pay(insure: float) -> bytes:
    return b"paid"


@atomic(group="trip", on_failure="compensate", retriable=True)
@vertex(effect="side_effect")
def tell(pay: bytes) -> str:
    return "told"


for told in (
    atomic(group="trip", on_failure="compensate", compensate=cancel_number),
    atomic(group="trip", on_failure="compensate", compensate=Cancels()),
    atomic(group="trip", on_failure="compensate", compensate=print),
    atomic(group="trip", on_failure="compensate", compensate=lambda inputs, output: output),
):
    assert_type(told(book)("Rome"), int)
Vertex("book", compensate=cancel_number)
SagaStep("book", "book", cancel_number)

assert_type(book("Rome"), int)
assert_type(pay(1.0), bytes)
assert_type(tell(b""), str)
trips = Flow.of("trips", book, insure, pay, tell, result=insure)
trips = trips.options(compensation_timeout_s=5, compensation_attempts=2)
assert_type(trips.run(name="Rome").value, float)


@vertex(outputs=("best", "score"), effect="pure", name="rank", check=False)
def rank(user: User, referrer: str | None = None) -> Scored:
    return Scored(user, 0.5 if referrer else 0.1)


@vertex(outputs=("words", "letters"))
def count(name: str) -> Counts:
    return {"words": 1, "letters": len(name)}


@vertex()
def first(items: Sequence[T]) -> T:
    return items[0]


@overload
def parse(text: str) -> int: ...
@overload
def parse(text: bytes) -> float: ...
@vertex
def parse(text: str | bytes) -> int | float:
    return 1 if isinstance(text, str) else 1.0


class Service:
    @vertex
    def method(self, number: int) -> str:
        return str(number)

    @vertex(effect="pure")
    async def async_method(self, number: int) -> str:
        return str(number)

    @vertex
    @staticmethod
    def static_below(number: int) -> str:
        return str(number)

    @staticmethod
    @vertex
    def static_above(number: int) -> str:
        return str(number)

    @vertex
    @classmethod
    def class_below(cls, number: int) -> str:
        return str(number)

    @classmethod
    @vertex
    def class_above(cls, number: int) -> str:
        return str(number)


halved = vertex(name="halved")(partial(divmod, 2))
shout = vertex(name="shout", inputs={"text": str})(lambda text: text.upper())


def identity(service: Service) -> None:
    as_function: Callable[[str, str], User] = normalize
    assert_type(normalize("a", "b"), User)
    assert_type(normalize(name="a", email="b"), User)
    assert_type(rank(User("a")), Scored)
    assert_type(rank(User("a"), referrer="b").score, float)
    assert_type(first([1, 2]), int)
    assert_type(first("ab"), str)
    assert_type(parse("1"), int)
    assert_type(parse(b"1"), float)
    assert_type(service.method(1), str)
    assert_type(Service.static_below(1), str)
    assert_type(Service.static_above(1), str)
    assert_type(Service.class_above(1), str)
    assert_type(Service.class_below(1), str)
    del as_function


# `out`: a reference that has the type of the value.


@vertex
def mail(
    to: User = out(normalize),
    *,
    uid: UserId = out(save),
    score: float = out(rank).score,
    words: int = out(count)["words"],
) -> str:
    return f"{to} {uid} {score} {words}"


@vertex
def audit(people: All[User]) -> int:
    assert_type(people, list[User])
    return len(people)


# `Flow.of`: inputs by result by whether the result is async.

typed = Flow.of("typed", normalize, save, rank, inputs=Signup, result=rank)
typed_async = Flow.of("typed", normalize, save, inputs=Signup, result=save)
typed_open = Flow.of("typed", normalize, inputs=Signup)
untyped = Flow.of("untyped", normalize, result=normalize)
untyped_async = Flow.of("untyped", normalize, save, result=save)
untyped_open = Flow.of("untyped", normalize)
of_dataclass = Flow.of("window", audit, inputs=Window, result=audit)
of_function = Flow.of("window", audit, inputs=from_function, result=audit)


def flows() -> None:
    assert_type(typed.run(name="a", email="b").value, Scored)
    assert_type(typed_async.run(name="a", email="b").value, UserId)
    assert_type(typed_open.run(name="a", email="b").value, object)
    assert_type(untyped.run(anything=1).value, User)
    assert_type(untyped_async.run().value, UserId)
    assert_type(untyped_open.run(True, 2, 3).value, object)
    assert_type(of_dataclass.run(days=1).value, int)
    assert_type(of_function.run(days=1, label="x").value, int)


def runs(data: Mapping[str, object]) -> None:
    assert_type(typed.run(parallel=True, name="a", email="b"), Run[Scored])
    assert_type(typed.run(name="a", email="b", referrer=None), Run[Scored])
    assert_type(typed.run(True, "a", "b", "c"), Run[Scored])
    assert_type(typed.run_data(data), Run[Scored])
    assert_type(typed.options(parallel=True, max_workers=2).run(name="a", email="b"), Run[Scored])
    options = typed.options(
        parallel=False,
        max_workers=1,
        max_tasks=2,
        schedule="eager",
        async_backend="trio",
        timeout_s=None,
        on_error="continue",
        check=False,
        grace_s=1,
        cache=True,
    )
    assert_type(options.run(name="a", email="b").value, Scored)


async def awaited(service: Service) -> None:
    assert_type(await save(User("a")), UserId)
    assert_type(await service.async_method(1), str)
    assert_type(await typed.run_async(name="a", email="b"), Run[Scored])
    assert_type(await typed.run_async(parallel=True, name="a", email="b"), Run[Scored])
    assert_type(await typed.run_data_async({"name": "a"}), Run[Scored])
    assert_type(await run_flow_async(Graph(), handlers={"a": save}), FlowResult)


def values(run: Run[Scored], service: Service) -> None:
    assert_type(run.value, Scored)
    assert_type(run[normalize], User)
    assert_type(run[save], UserId)  # although save is async
    assert_type(run[rank].score, float)
    assert_type(run[count]["words"], int)
    assert_type(run[service.method], str)
    assert_type(run[service.async_method], str)
    assert_type(run[Service.static_below], str)
    assert_type(run[Service.class_above], str)
    assert_type(run["rank.best"], object)
    assert_type(run.get("rank.best"), object | None)
    assert_type(list(run), list[str])
    assert_type(run.states, Mapping[str, str])
    assert_type(run.timings["rank"].duration_s, float)
    assert_type(run.lineage.of("rank.best"), tuple[str, ...])
    as_mapping: Mapping[str, object] = run
    del as_mapping


def registries() -> None:
    registry = Registry(normalize, save)
    assert_type(registry.add(rank)(User("a")), Scored)
    assert_type(
        registry.flow("r", inputs=Signup, result=save).run(name="a", email="b").value, UserId
    )
    assert_type(
        registry.flow("r", inputs=Signup, result=rank).run(name="a", email="b").value, Scored
    )
    assert_type(registry.flow("r", inputs=Signup).run(name="a", email="b").value, object)
    assert_type(registry.flow("r", result=save).run().value, UserId)
    assert_type(registry.flow("r", result=rank).run().value, Scored)
    assert_type(registry.flow("r").run().value, object)

    @registry.add
    @vertex
    def late(name: str) -> int:
        return len(name)

    assert_type(late("a"), int)


def graphs() -> None:
    graph = Graph([Vertex("a", normalize)], [Edge("a", "b")], [AtomicGroup("g", ("a",))])
    assert_type(GraphTopology(graph).execution_stages(), list[list[Vertex]])
    assert_type(graph.vertices["a"].id, str)
    handlers: dict[str, Callable[..., object]] = {"a": normalize}
    assert_type(
        run_flow(graph, "flow", handlers, {"x": 1}, parallel_enabled=True, max_workers=2),
        FlowResult,
    )
    assert_type(run_flow(graph, handlers=lambda name: normalize)["a.x"], object)
    configure(Settings(PARALLEL_ENABLED=True, MAX_WORKERS=8))
    configure()


def errors(error: HbiaError) -> None:
    try:
        typed.run(name="a", email="b")
    except FlowFailed as failed:
        assert_type(failed.root, Exception)
        assert_type(failed.skipped, tuple[str, ...])
        assert_type(failed.failures, Mapping[str, Exception])
    except WiringError as wrong:
        assert_type(wrong.diagnostics[0].message, str)


class Shelf:
    def commit(self) -> None: ...
    def rollback(self) -> None: ...


class AsyncShelf:
    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...


def make_shelf() -> Shelf:
    return Shelf()


trips = trips.options(transactions={"a": Shelf, "b": Shelf(), "c": AsyncShelf(), "d": make_shelf})
trips = trips.options(transactions={"a": SqliteTransaction("a.db")})
sources: dict[str, SqliteTransaction] = {}
trips = trips.options(transactions=sources)
