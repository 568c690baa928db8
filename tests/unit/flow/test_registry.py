"""`Registry`: vertices collected explicitly, in order."""

import functools
import sys
from types import ModuleType
from typing import Any, Final

import attrs
import pytest

from hbia_dsl import Flow, Registry, atomic, vertex
from hbia_dsl.errors import DeclarationError

careless: Final[Any] = Registry  # a caller without a type checker


@vertex
def double(number: int) -> int:
    return 2 * number


@vertex
def shout(double: int) -> str:
    return f"{double}!"


def undecorated(number: int) -> int:
    return number


@attrs.frozen
class Start:
    number: int


def test_vertices_are_kept_in_the_order_they_were_added() -> None:
    registry = Registry(shout)
    registry.add(double)

    assert list(registry) == [shout, double]
    assert len(registry) == 2
    assert repr(registry) == "Registry(2 vertices)"


def test_add_is_a_decorator_that_keeps_the_function() -> None:
    registry = Registry()

    @registry.add
    @vertex
    def triple(number: int) -> int:
        return 3 * number

    assert triple(2) == 6
    assert triple in registry


def test_adding_the_same_again_changes_nothing() -> None:
    class Service:
        @vertex
        def save(self, number: int) -> int:
            return number

    service = Service()
    registry = Registry(double, double, service.save, service.save)

    assert len(registry) == 2
    assert service.save in registry
    assert Service().save not in registry


def test_an_unhashable_vertex_can_be_added() -> None:
    class Caller:
        __hash__ = None  # type: ignore[assignment]  # the point

        def __call__(self, number: int) -> int:
            return number

    caller = vertex(name="caller")(Caller())

    assert caller in Registry(caller, caller)
    assert len(Registry(caller, caller)) == 1


@pytest.mark.parametrize("given", [undecorated, len, 3, "double", None])
def test_what_is_no_vertex_is_refused_at_the_call(given: object) -> None:
    with pytest.raises(DeclarationError, match="is not a vertex") as error:
        careless().add(given)

    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert error.value.diagnostic.help is not None
    assert "@vertex" in error.value.diagnostic.help


def test_a_list_of_vertices_is_told_to_be_given_one_by_one() -> None:
    with pytest.raises(DeclarationError, match="a list is not a vertex") as error:
        careless([double, shout])

    assert error.value.diagnostic.help == "give vertices one by one: Registry(first, second)"


def test_a_member_of_a_group_alone_is_no_vertex() -> None:
    @atomic(group="payment")
    def grouped() -> int:
        return 1

    with pytest.raises(DeclarationError, match="`grouped` is not a vertex"):
        Registry(grouped)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    made = ModuleType("a_module_of_vertices")
    source = """
from functools import partial
from hbia_dsl import vertex
from json import dumps
from elsewhere import imported

@vertex
def zebra(number: int) -> int:
    return number

def helper(number: int) -> int:
    return number

@vertex
async def ant(zebra: int) -> int:
    return zebra

again = zebra
part = vertex(name="part")(partial(helper, 1))
"""
    elsewhere = ModuleType("elsewhere")
    exec(  # noqa: S102 - a module made for the test
        "from hbia_dsl import vertex\n@vertex\ndef imported() -> int:\n    return 1\n",
        vars(elsewhere),
    )
    monkeypatch.setitem(sys.modules, "elsewhere", elsewhere)
    exec(source, vars(made))  # noqa: S102 - as above
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


def test_collect_takes_what_a_module_defines_in_the_order_of_its_source(module: ModuleType) -> None:
    registry = Registry().collect(module)

    assert [fn.__name__ for fn in registry] == ["zebra", "ant"]


def test_collect_takes_the_name_of_an_imported_module(module: ModuleType) -> None:
    assert list(Registry().collect("a_module_of_vertices")) == list(Registry().collect(module))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("no.such.module", "no module `no.such.module` is imported"),
        (double, "`collect` takes a module, not a function"),
    ],
)
def test_collect_refuses_what_is_no_module(given: object, message: str) -> None:
    with pytest.raises(DeclarationError) as error:
        careless().collect(given)

    assert error.value.diagnostic.message == message
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


def test_a_registry_makes_the_flow_that_flow_of_makes() -> None:
    registry = Registry(double, shout)
    made = [
        registry.flow("words", inputs=Start, result=shout),
        registry.flow("words", result=shout),
        Flow.of("words", double, shout, inputs=Start, result=shout),
    ]

    assert {flow.run(number=2).value for flow in made} == {"4!"}
    assert registry.flow("words").name == "words"
    assert dict(registry.flow("words", inputs=Start).run(number=2)) == dict(made[0].run(number=2))


def test_later_additions_do_not_change_a_flow() -> None:
    registry = Registry(double)
    flow = registry.flow("words")
    registry.add(shout)

    assert list(flow.graph.vertices) == ["double"]


def test_partials_can_be_added_one_by_one() -> None:
    part = vertex(name="part", inputs={"number": int})(functools.partial(undecorated))

    assert Registry(part).flow("part", result=part).run(number=4).value == 4
