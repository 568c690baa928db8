"""`Flow.of`: vertices become a flow, or every reason why not."""

from typing import Any, Final

import attrs
import pytest

from hbia_dsl import Flow, Graph, GraphTopology, WiringError, vertex
from hbia_dsl.errors import DeclarationError, GraphCycleError

careless_flow: Final[Any] = Flow  # a caller without a type checker


@attrs.frozen
class Start:
    number: int


@vertex(effect="pure", version="2")
def double(number: int) -> int:
    return 2 * number


@vertex
def left(double: int) -> int:
    return double + 1


@vertex
def right(double: int) -> int:
    return double + 2


@vertex
def join(left: int, right: int) -> int:
    return left * right


DIAMOND: Final = Flow.of("diamond", double, left, right, join, inputs=Start, result=join)


def test_a_flow_runs_its_vertices_and_gives_the_result() -> None:
    assert DIAMOND.run(number=1).value == 12


def test_a_flow_knows_its_name_and_shows_its_size() -> None:
    assert DIAMOND.name == "diamond"
    assert repr(DIAMOND) == "Flow('diamond', 4 vertices)"


def test_the_graph_of_a_flow_is_whole_and_frozen() -> None:
    graph = DIAMOND.graph

    assert isinstance(graph, Graph)
    assert graph.is_frozen
    assert list(graph.vertices) == ["double", "left", "right", "join"]
    assert {str(edge) for edge in graph.edges} == {
        "double -> left",
        "double -> right",
        "left -> join",
        "right -> join",
    }
    assert graph.vertices["double"].handler is double
    assert (graph.vertices["double"].effect, graph.vertices["double"].version) == ("pure", "2")


def test_the_stages_of_a_flow_are_named() -> None:
    assert isinstance(DIAMOND.topology, GraphTopology)
    stages = [[v.name for v in stage] for stage in DIAMOND.topology.execution_stages()]

    assert stages == [["double"], ["left", "right"], ["join"]]


def test_wiring_says_where_each_value_comes_from() -> None:
    bindings = {b.parameter: str(b.sources[0]) for b in DIAMOND.wired.vertices["join"].bindings}

    assert bindings == {"left": "left.left", "right": "right.right"}


def test_declaration_order_breaks_ties() -> None:
    other = Flow.of("diamond", join, right, left, double, inputs=Start, result=join)

    stages = [[v.name for v in stage] for stage in other.topology.execution_stages()]
    assert stages == [["double"], ["right", "left"], ["join"]]
    assert other.run(number=1).value == 12


def test_a_flow_without_vertices_runs_to_nothing() -> None:
    assert dict(Flow.of("empty").run()) == {}


def test_options_give_another_flow_over_the_same_wiring() -> None:
    other = DIAMOND.options(max_workers=2)

    assert other is not DIAMOND
    assert other.wired is DIAMOND.wired
    assert other.name == "diamond"


def test_every_problem_is_in_one_report() -> None:
    @vertex
    def lost(prices: Start) -> int:
        return 1

    @vertex(inputs={"number": "nobody"})
    def misbound(number: int) -> int:
        return number

    with pytest.raises(WiringError) as error:
        Flow.of("wrong", lost, misbound, inputs=Start)

    assert [d.code.number for d in error.value.diagnostics] == ["HB201", "HB206", "HB209"]


def test_a_cycle_names_its_vertices() -> None:
    @vertex
    def chicken(egg: int) -> int:
        return egg

    @vertex
    def egg(chicken: int) -> int:
        return chicken

    with pytest.raises(GraphCycleError) as error:
        Flow.of("cycle", chicken, egg)

    assert error.value.cycle == ("chicken", "egg")


@pytest.mark.parametrize(
    ("name", "shown"),
    [(double, "a function"), (None, "a NoneType"), (["flow"], "a list"), ("", "an empty text")],
)
def test_a_forgotten_name_is_told_at_the_call(name: object, shown: str) -> None:
    with pytest.raises(DeclarationError) as error:
        careless_flow.of(name, double)

    assert error.value.diagnostic.message == (
        f"the name of a flow comes first, but it was given {shown}"
    )
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert "Flow.of(" in str(error.value.diagnostic.help)


def test_calling_the_class_is_refused_and_names_the_way() -> None:
    with pytest.raises(DeclarationError, match=r"`Flow` makes no flow when it is called") as error:
        careless_flow("signup", double, left)

    assert error.value.diagnostic.help is not None
    assert "Flow.of(" in error.value.diagnostic.help


def test_a_list_of_vertices_is_refused_with_its_place() -> None:
    with pytest.raises(WiringError) as error:
        careless_flow.of("listed", [double, left])

    assert "a value of type list" in str(error.value)
    assert "test_flow_building.py" in str(error.value)


def test_a_result_by_name_is_refused() -> None:
    with pytest.raises(WiringError) as error:
        careless_flow.of("named", double, result="double")

    assert "a value of type str, not a vertex" in str(error.value)


def test_a_flow_is_made_of_local_classes_too() -> None:
    @attrs.frozen
    class Local:
        number: int

    @vertex
    def make(number: int) -> "Local":
        return Local(number)

    @vertex
    def take(local: "Local") -> int:
        return local.number

    assert Flow.of("local", make, take, result=take).run(number=3).value == 3
