"""The whole of wiring: the graph that comes out, and one report of everything that is wrong."""

import pickle
from collections.abc import Callable

import attrs
import pytest

from hbia_dsl.declare.declare_atomic import atomic
from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.errors import AtomicBoundaryError, GraphCycleError, HbiaError, WiringError
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.wiring.wire import wire
from wiring_views import codes, refusal


@attrs.frozen
class User:
    name: str


@attrs.frozen
class Order:
    amount: int


@vertex(effect="pure", version="2")
def make(name: str) -> User:
    return User(name)


@vertex(outputs=("best", "rest"))
def split(make: User, limit: int = 3) -> tuple[User, list[User]]:
    return make, []


def test_the_graph_writes_every_binding_out() -> None:
    @vertex(inputs={"first": "split.best", "sign": "input.mark"})
    def show(
        first: User, make: User, sign: str, people: All[User], order: Order | None = None
    ) -> str:
        return ""

    graph = wire("flow", [make, split, show]).graph

    assert {name: dict(v.inputs) for name, v in graph.vertices.items()} == {
        "make": {"name": "str"},
        "split": {"make": "make.make", "limit": "int"},
        "show": {
            "first": "split.best",
            "make": "make.make",
            "sign": "input.mark",
            "people": "make.make, split.best",
        },
    }
    assert {name: dict(v.outputs) for name, v in graph.vertices.items()} == {
        "make": {"make": "User"},
        "split": {"best": "User", "rest": "list[User]"},
        "show": {"show": "str"},
    }
    assert graph.is_frozen


def test_the_graph_carries_handlers_effects_and_versions() -> None:
    graph = wire("flow", [make, split]).graph

    assert [(v.handler, v.effect, v.version) for v in graph.vertices.values()] == [
        (make, "pure", "2"),
        (split, "side_effect", None),
    ]


def test_there_is_one_edge_for_any_number_of_values_between_two_vertices() -> None:
    @vertex
    def show(best: User, rest: list[User], make: User) -> str:
        return ""

    graph = wire("flow", [make, split, show]).graph

    assert graph.edges == (Edge("make", "split"), Edge("split", "show"), Edge("make", "show"))


def test_a_flow_may_have_no_vertices() -> None:
    flow = wire("flow", [])

    assert not flow.vertices
    assert not flow.graph.vertices


def test_equal_bindings_are_one_object() -> None:
    @vertex
    def one(make: User, size: int, order: Order | None = None) -> str:
        return ""

    @vertex
    def other(make: User, size: int, order: Order | None = None) -> str:
        return ""

    flow = wire("flow", [make, one, other])

    pairs = zip(flow.vertices["one"].bindings, flow.vertices["other"].bindings, strict=True)
    assert all(ours is theirs for ours, theirs in pairs)


def test_groups_have_their_members_in_flow_order() -> None:
    @atomic(group="payment", on_failure="abort", no_cache=False)
    @vertex
    def charge(limit: int) -> int:
        return limit

    @vertex
    @atomic(group="payment", on_failure="abort", no_cache=False)
    def book(charge: int) -> str:
        return ""

    flow = wire("flow", [charge, make, book])

    assert flow.graph.atomic_groups == {
        "payment": AtomicGroup("payment", ("charge", "book"), "abort", no_cache=False)
    }
    assert flow.vertices["book"].atomic is not None


def test_members_that_disagree_are_both_named() -> None:
    @atomic(group="payment")
    @vertex
    def charge(limit: int) -> int:
        return limit

    @atomic(group="payment", no_parallel=False)
    @vertex
    def book(charge: int) -> str:
        return ""

    (problem,) = refusal(charge, book)

    assert problem.code.number == "HB214"
    assert "`book` and `charge` disagree" in problem.message
    assert "`no_parallel` is False and True" in problem.message


def test_an_outsider_between_members_is_an_atomic_boundary_error() -> None:
    @atomic(group="payment")
    @vertex
    def charge() -> int:
        return 3

    @vertex
    def convert(charge: int) -> float:
        return charge / 100

    @atomic(group="payment")
    @vertex
    def book(convert: float) -> str:
        return ""

    with pytest.raises(AtomicBoundaryError) as caught:
        wire("flow", [charge, convert, book])

    assert isinstance(caught.value, ValueError)
    assert [d.code.number for d in caught.value.diagnostics] == ["HB211"]


@vertex
def chicken(egg: int) -> int:
    return egg


@vertex
def egg(chicken: int) -> int:
    return chicken


@vertex
def left(right: int) -> int:
    return right


@vertex
def right(left: int, egg: int) -> int:
    return left + egg


def test_a_cycle_is_an_error_of_its_own_that_names_the_vertices() -> None:
    with pytest.raises(GraphCycleError) as caught:
        wire("flow", [make, chicken, egg])

    assert caught.value.cycle == ("chicken", "egg")
    assert isinstance(caught.value, ValueError)


def test_cycles_without_a_vertex_in_common_are_reported_together() -> None:
    with pytest.raises(GraphCycleError) as caught:
        wire("flow", [chicken, egg, left, right])

    assert len(caught.value.diagnostics) == 2
    assert "chicken -> egg" in caught.value.diagnostics[0].message
    assert "left -> right" in caught.value.diagnostics[1].message


def test_a_cycle_beside_other_problems_is_part_of_the_report() -> None:
    @vertex
    def charge(order: Order) -> int:
        return order.amount

    with pytest.raises(WiringError) as caught:
        wire("flow", [chicken, egg, charge])

    assert not isinstance(caught.value, GraphCycleError)
    assert [d.code.number for d in caught.value.diagnostics] == ["HB201", "HB203"]


def test_all_independent_problems_are_reported_in_vertex_order() -> None:
    @vertex
    def no_order(order: Order) -> int:
        return order.amount

    @vertex(inputs={"who": "nobody"})
    def no_vertex(who: User, *rest: int) -> str:
        return ""

    @vertex
    def wrong(make: Order) -> int:
        return make.amount

    def bare(thing):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the subject of the test
        return thing

    problems = refusal(bare, make, no_order, no_vertex, wrong)

    assert [d.code.number for d in problems] == [
        "HB106",
        "HB102",
        "HB201",
        "HB104",
        "HB206",
        "HB204",
    ]


def test_a_report_is_a_group_of_type_errors_and_survives_pickling() -> None:
    @vertex
    def charge(order: Order) -> int:
        return order.amount

    with pytest.raises(WiringError) as caught:
        wire("shop", [charge, charge])

    error = caught.value
    assert isinstance(error, HbiaError)
    assert isinstance(error, TypeError)
    assert [type(e).__name__ for e in error.exceptions] == ["WiringProblem", "WiringProblem"]
    assert str(error).startswith("flow `shop` cannot be wired: 2 problems\n\nerror[")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - what was just dumped
    assert str(copy) == str(error)
    assert copy.flow_name == error.flow_name == "shop"


def test_two_vertices_of_one_name_are_reported_once_and_nothing_follows() -> None:
    @vertex(name="make")
    def again() -> User:
        return User("bob")

    @vertex
    def show(make: User) -> str:
        return ""

    assert codes(make, again, show) == ["HB208"]
    assert codes(make, make, show) == ["HB208"]


def test_the_result_must_be_a_vertex_of_the_flow() -> None:
    assert wire("flow", [make, split], result=make).result == "make"
    assert wire("flow", [make, split]).result is None
    assert codes(make, result=split) == ["HB213"]
    assert codes(make, result=User("ann")) == ["HB213"]  # type: ignore[arg-type]  # the mistake under test


def test_the_method_of_an_object_may_be_the_result() -> None:
    class Shop:
        @vertex
        def size(self) -> int:
            return 3

    shop = Shop()

    assert wire("flow", [shop.size], result=shop.size).result == "size"
    assert wire("flow", [shop.size], result=Shop.size).result == "size"


def test_a_report_of_hundreds_of_problems_is_made_in_good_time() -> None:
    def needs(number: int) -> Callable[..., object]:
        def charge(order: Order) -> int:
            return number

        return vertex(name=f"charge_{number}")(charge)

    assert codes(*(needs(number) for number in range(300))) == ["HB201"] * 300
