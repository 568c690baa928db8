"""Functions and flows at the edges: large ones, unreadable ones, ones made by other code."""

import functools
import gc
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import attrs
import pytest

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.wiring.paused_collector import WORTH_PAUSING_VERTICES, collector_paused
from hbia_dsl.wiring.wire import wire
from wiring_views import codes, refusal, sources


@attrs.frozen
class User:
    name: str


@vertex
def make() -> User:
    return User("ann")


@pytest.fixture
def _collector_as_it_was() -> Iterator[None]:
    was_enabled = gc.isenabled()
    yield
    (gc.enable if was_enabled else gc.disable)()


def test_a_function_without_a_signature_is_refused() -> None:
    assert codes(vertex(name="number")(functools.partial(int, base=2))) == ["HB101"]


def test_an_annotation_that_is_no_type_at_all_is_reported_as_text() -> None:
    @vertex
    def show(who: "1 +") -> str:  # type: ignore[valid-type]  # noqa: F722 - the subject of the test
        return ""

    (problem,) = refusal(show)

    assert (
        "the annotation `1 +` of parameter `who` of `show` cannot be evaluated" in problem.message
    )


def test_a_split_class_with_an_unknown_name_is_reported_once() -> None:
    class Card(NamedTuple):
        owner: "Nobody"  # type: ignore[name-defined]  # noqa: F821 - the subject of the test
        limit: int

    @vertex(outputs=("owner", "limit"))
    def card() -> Card:
        raise NotImplementedError

    @vertex
    def show(owner: User, limit: int) -> str:
        return ""

    (problem,) = refusal(card, show)

    assert "`Card.owner` names something that cannot be found" in problem.message


def test_annotations_that_cannot_be_hashed_are_wired_too() -> None:
    form = Literal[[1, 2]]  # type: ignore[valid-type]  # an odd form that `typing` lets pass

    def take(it: object, make: object) -> str:
        return ""

    take.__annotations__ = {"it": form, "make": User, "return": form}

    assert sources("take", make, vertex(take)) == {
        "it": "input: input.it",
        "make": "name: make.make",
    }


def test_collecting_is_not_reported_if_a_provider_is_unreadable() -> None:
    @vertex
    def load() -> "Nobody":  # type: ignore[name-defined]  # noqa: F821 - the subject of the test
        raise NotImplementedError

    @vertex
    def count(people: All[User]) -> int:
        return 0

    assert codes(load, count) == ["HB103"]


def test_a_method_that_two_objects_share_must_be_named() -> None:
    class Shop:
        def __init__(self, name: str) -> None:
            self.name = name

        @vertex
        def size(self) -> int:
            return 3

        @vertex(inputs={"number": size})
        def double(self, number: int) -> int:
            return number

    shop, other = Shop("one"), Shop("other")

    numbers = codes(shop.size, other.size, shop.double)

    assert numbers == ["HB208"]


def test_collecting_from_an_input_is_asked_for_by_name() -> None:
    @vertex(inputs={"people": [make, "input.guest"]})
    def count(people: All[User]) -> int:
        return 0

    flow = wire("flow", [make, count])

    assert [str(s) for s in flow.vertices["count"].bindings[0].sources] == [
        "make.make",
        "input.guest",
    ]
    assert flow.inputs["guest"].form is User
    assert flow.graph.vertices["count"].inputs["people"] == "make.make, input.guest"


def test_the_place_of_an_input_is_left_out_if_its_class_was_made_by_a_call() -> None:
    made: Callable[..., object] = attrs.make_class("Made", {"size": attrs.field(type=int)})

    (problem,) = refusal(make, inputs=made)

    assert problem.code.number == "HB209"
    assert problem.location is None


def test_an_undecided_result_is_named_as_what_it_is() -> None:
    def load():  # type: ignore[no-untyped-def]  # noqa: ANN202 - the subject of the test
        return User("ann")

    @vertex
    def show(who: User) -> str:
        return ""

    (problem,) = refusal(vertex(load), show)

    assert problem.notes[0].startswith("`load` does not say what it yields")
    assert problem.help == 'annotate its result, or bind it: inputs={"who": "load.load"}'


@pytest.mark.usefixtures("_collector_as_it_was")
def test_the_collector_is_paused_for_large_flows_only_and_set_going_again() -> None:
    gc.enable()
    with collector_paused(WORTH_PAUSING_VERTICES - 1):
        assert gc.isenabled()
    with suppress(LookupError), collector_paused(WORTH_PAUSING_VERTICES):
        assert not gc.isenabled()
        raise LookupError
    assert gc.isenabled()


@pytest.mark.usefixtures("_collector_as_it_was")
def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    with collector_paused(WORTH_PAUSING_VERTICES):
        assert not gc.isenabled()
    assert not gc.isenabled()


def _ladder(count: int) -> list[Callable[..., object]]:
    """Make vertices that each take the results of the two before them, by name."""

    def vertex_of(number: int) -> Callable[..., object]:
        names = [f"v{n}" for n in range(max(0, number - 2), number)]
        namespace: dict[str, Callable[..., object]] = {}
        # A function with parameters of computed names can only be made from text.
        text = f"def v{number}({', '.join(f'{n}: int' for n in names)}) -> int: return 0"
        exec(text, namespace)  # noqa: S102 - as said above
        return vertex(namespace[f"v{number}"])

    return [vertex_of(number) for number in range(count)]


def _bytes_of_a_wired_vertex() -> float:
    vertices = _ladder(2_000)
    wire("warm", vertices)  # what is kept once and for all is not counted
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    flow = wire("flow", vertices)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(flow.vertices)


def test_a_wired_vertex_takes_less_than_1800_bytes() -> None:
    # In a process of its own: memories that other tests have filled would grow and be counted.
    shared = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    answer = subprocess.run(
        [sys.executable, __file__],
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
        env=shared,
    )

    assert 0 < float(answer.stdout) < 1_800


if __name__ == "__main__":
    print(_bytes_of_a_wired_vertex())  # noqa: T201 - this is how the test above gets it
