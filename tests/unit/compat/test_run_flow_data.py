"""Values in hand-made graphs: bindings, initial data, signatures and contracts."""

from typing import Any, Final

import pytest

from hbia_dsl import Edge, FlowFailed, Graph, Vertex, run_flow
from hbia_dsl.errors import (
    ContractInputError,
    ContractOutputError,
    DataResolutionError,
    GraphError,
)

careless_vertex: Final[Any] = Vertex  # a caller without a type checker


def never(**values: object) -> dict[str, object]:
    raise AssertionError("this must not run")


def echo(**values: object) -> dict[str, object]:
    return dict(values)


def test_a_binding_takes_an_output_and_needs_no_edge() -> None:
    graph = Graph(
        [
            Vertex("late", echo, inputs={"x": "early.out"}),
            Vertex("early", lambda: {"out": 5}, outputs={"out": "int"}),
        ]
    )

    assert run_flow(graph)["late.x"] == 5


def test_an_input_declared_by_type_takes_initial_data() -> None:
    graph = Graph([Vertex("a", echo, inputs={"x": "int"}), Vertex("b", echo, inputs={"x": "int"})])

    result = run_flow(graph, initial_data={"x": 1, "b.x": 2})

    assert dict(result) == {"a.x": 1, "b.x": 2}


def test_a_declared_input_that_nobody_gives_keeps_the_default_of_its_handler() -> None:
    def handler(x: int = 7, *, y: int = 8) -> dict[str, object]:
        return {"sum": x + y}

    graph = Graph([Vertex("a", handler, inputs={"x": "int", "y": "input.other"})])

    assert run_flow(graph)["a.sum"] == 15
    assert run_flow(graph, initial_data={"x": 1})["a.sum"] == 9
    assert run_flow(graph, initial_data={"a.x": 2, "other": 3})["a.sum"] == 5


def test_a_list_with_a_part_that_nobody_gives_does_not_fall_back_on_the_default() -> None:
    def handler(xs: list[int] | None = None) -> dict[str, object]:
        raise AssertionError("this must not run")

    graph = Graph(
        [
            Vertex("early", lambda: {"out": 5}, outputs={"out": "int"}),
            Vertex("late", handler, inputs={"xs": "early.out, input.more"}),
        ]
    )

    with pytest.raises(DataResolutionError, match=r"taken as `input\.more`, has no source"):
        run_flow(graph)


def test_without_declared_inputs_the_parameters_of_the_handler_decide() -> None:
    def handler(x: int, y: int = 7, *, z: int) -> dict[str, object]:
        return {"sum": x + y + z}

    graph = Graph([Vertex("a", lambda: {"z": 100}), Vertex("b", handler)], [Edge("a", "b")])

    assert run_flow(graph, initial_data={"x": 1})["b.sum"] == 108
    assert run_flow(graph, initial_data={"x": 1, "y": 2})["b.sum"] == 103


def test_parameters_beside_declared_inputs_are_found_too() -> None:
    def handler(x: int, factor: int) -> dict[str, object]:
        return {"out": x * factor}

    graph = Graph([Vertex("a", handler, inputs={"x": "int"})])

    assert run_flow(graph, initial_data={"x": 2, "factor": 3})["a.out"] == 6
    with pytest.raises(DataResolutionError, match="input `factor` of vertex `a`, taken by the"):
        run_flow(graph, initial_data={"x": 2})


def test_a_value_of_the_vertex_before_goes_before_initial_data() -> None:
    graph = Graph([Vertex("a", echo, inputs={"x": "int"}), Vertex("b")], [Edge("a", "b")])

    def handler(x: int) -> dict[str, object]:
        return {"x": x + 1}

    def double(x: int) -> dict[str, object]:
        return {"x": 10 * x}

    result = run_flow(graph, handlers={"a": double, "b": handler}, initial_data={"x": 1})

    assert dict(result) == {"a.x": 10, "b.x": 11}


def test_two_vertices_before_that_declare_the_value_are_ambiguous_before_the_run() -> None:
    def handler(x: int) -> dict[str, object]:
        raise AssertionError("this must not run")

    graph = Graph(
        [
            Vertex("a", never, outputs={"x": "int"}),
            Vertex("b", never, outputs={"x": "int"}),
            Vertex("c", handler),
        ],
        [Edge("a", "c"), Edge("b", "c")],
    )

    with pytest.raises(DataResolutionError, match=r"could be `a\.x` or `b\.x`") as error:
        run_flow(graph)

    assert error.value.diagnostic.help == 'say which one: inputs={"x": "a.x"}'


def test_two_vertices_before_that_return_the_value_are_ambiguous_in_the_run() -> None:
    def handler(x: int) -> dict[str, object]:
        raise AssertionError("this must not run")

    graph = Graph(
        [Vertex("a", lambda: {"x": 1}), Vertex("b", lambda: {"x": 2}), Vertex("c", handler)],
        [Edge("a", "c"), Edge("b", "c")],
    )

    with pytest.raises(FlowFailed) as error:
        run_flow(graph)

    assert isinstance(error.value.root, DataResolutionError)
    assert "has several sources" in str(error.value.root)


def test_what_no_vertex_before_returned_is_told_in_the_run() -> None:
    def handler(x: int) -> dict[str, object]:
        raise AssertionError("this must not run")

    graph = Graph([Vertex("a", lambda: {"y": 1}), Vertex("c", handler)], [Edge("a", "c")])

    with pytest.raises(FlowFailed) as error:
        run_flow(graph)

    assert isinstance(error.value.root, DataResolutionError)
    assert "no vertex before it returned `x`" in str(error.value.root)


def test_a_default_stands_if_no_vertex_before_returned_the_value() -> None:
    def handler(x: int = 3) -> dict[str, object]:
        return {"x": x}

    graph = Graph([Vertex("a", lambda: {"y": 1}), Vertex("c", handler)], [Edge("a", "c")])

    assert run_flow(graph)["c.x"] == 3


def test_all_inputs_without_a_source_are_told_before_the_run() -> None:
    graph = Graph([Vertex("a", never, inputs={"x": "int", "y": "str"})])

    with pytest.raises(DataResolutionError) as error:
        run_flow(graph, initial_data={"xx": 1})

    diagnostic = error.value.diagnostic
    assert diagnostic.message == "input `x` of vertex `a`, declared as `int`, has no source"
    assert diagnostic.notes == ("input `y` of vertex `a`, declared as `str`, has no source",)
    assert diagnostic.help == "did you mean `xx`?"
    assert diagnostic.location is not None
    assert diagnostic.location.file == __file__
    assert isinstance(error.value, LookupError)


@pytest.mark.parametrize(
    ("binding", "message", "help_"),
    [
        ("fecth.body", "which the graph does not have", "did you mean `fetch.body`?"),
        ("fetch.bodi", "but the outputs of `fetch` are body, status", "did you mean `body`?"),
        ("nobody.knows", "which the graph does not have", "add a vertex `nobody`"),
        ("late.x", "its own output", "bind it to another vertex"),
        ("fetch.", "but the outputs of `fetch` are body, status", "correct the binding"),
    ],
)
def test_a_binding_to_nothing_is_told_before_the_run(
    binding: str, message: str, help_: str
) -> None:
    graph = Graph(
        [
            Vertex("fetch", never, outputs={"body": "str", "status": "int"}),
            Vertex("late", never, inputs={"x": binding}),
        ]
    )

    with pytest.raises(DataResolutionError) as error:
        run_flow(graph)

    expected = f"input `x` of vertex `late` is bound to `{binding}`, {message}"
    assert error.value.diagnostic.message == expected
    assert error.value.diagnostic.help == help_


def test_all_bindings_to_nothing_are_told_at_once() -> None:
    graph = Graph([Vertex("a", never, inputs={"x": "no.x", "y": "no.y"})])

    with pytest.raises(DataResolutionError, match="2 inputs are bound to nothing") as error:
        run_flow(graph)

    assert len(error.value.diagnostic.notes) == 2


def test_initial_data_of_a_wrong_type_are_told_before_anything_runs() -> None:
    graph = Graph(
        [Vertex("a", never, inputs={"x": "int"}), Vertex("b", never, inputs={"y": "str"})]
    )

    with pytest.raises(ContractInputError) as error:
        run_flow(graph, initial_data={"x": "secret", "y": 1})

    assert error.value.diagnostic.notes == (
        "initial data `x` is not `int`, which vertex `a` takes: expected int, found str",
        "initial data `y` is not `str`, which vertex `b` takes: expected str, found int",
    )
    assert "secret" not in str(error.value.diagnostic)
    assert isinstance(error.value, TypeError)


def test_one_wrong_datum_is_in_the_headline() -> None:
    graph = Graph([Vertex("a", never, inputs={"x": "int"})])

    with pytest.raises(ContractInputError, match="initial data `x` is not `int`") as error:
        run_flow(graph, initial_data={"x": 1.5})

    assert error.value.diagnostic.help == "give a value of type `int`"


def test_an_output_of_a_wrong_type_is_a_failure_of_its_vertex() -> None:
    graph = Graph([Vertex("a", lambda: {"x": "one"}, outputs={"x": "int"}), Vertex("b", never)])
    graph.add_edge(Edge("a", "b"))

    with pytest.raises(FlowFailed) as error:
        run_flow(graph)

    assert list(error.value.failures) == ["a"]
    assert error.value.skipped == ("b",)
    assert isinstance(error.value.root, ContractOutputError)
    assert "output `x` of vertex `a` is not `int`: expected int, found str" in str(error.value.root)


def test_declared_outputs_that_are_missing_are_told_together() -> None:
    graph = Graph([Vertex("a", lambda: {"z": 1}, outputs={"x": "int", "y": "int", "z": "int"})])

    with pytest.raises(FlowFailed) as error:
        run_flow(graph)

    assert isinstance(error.value.root, ContractOutputError)
    assert "did not return its outputs `x` and `y`" in str(error.value.root)
    assert "it returned z" in str(error.value.root)


def test_outputs_beyond_the_declared_ones_are_kept() -> None:
    graph = Graph([Vertex("a", lambda: {"x": 1, "more": 2}, outputs={"x": "int"})])

    assert dict(run_flow(graph)) == {"a.x": 1, "a.more": 2}


def test_a_type_name_that_nobody_knows_is_not_checked() -> None:
    graph = Graph([Vertex("a", lambda: {"x": 1}, outputs={"x": "User"})])

    assert run_flow(graph)["a.x"] == 1


def test_a_class_in_the_place_of_a_type_name_is_told() -> None:
    graph = Graph([careless_vertex("a", never, inputs={"x": int})])

    with pytest.raises(GraphError, match="input `x` of vertex `a` is declared by a type") as error:
        run_flow(graph, initial_data={"x": 1})

    assert error.value.diagnostic.help == 'name the type by text: {"x": "int"}'


def test_a_handler_that_changes_its_dict_later_does_not_change_the_result() -> None:
    shared: dict[str, object] = {}

    def first() -> dict[str, object]:
        shared["value"] = 1
        return shared

    def second() -> dict[str, object]:
        shared["value"] = 2
        return shared

    result = run_flow(Graph([Vertex("a", first), Vertex("b", second)]))

    assert dict(result) == {"a.value": 1, "b.value": 2}


def test_initial_data_that_change_during_the_run_do_not_matter() -> None:
    data = {"x": 1}

    def first() -> dict[str, object]:
        data["x"] = 2
        return {}

    graph = Graph([Vertex("a", first), Vertex("b", echo, inputs={"x": "int"})], [Edge("a", "b")])

    assert run_flow(graph, initial_data=data)["b.x"] == 1


def test_the_failure_of_a_handler_is_its_own_exception() -> None:
    boom = ValueError("no")

    def fail() -> dict[str, object]:
        raise boom

    with pytest.raises(FlowFailed) as error:
        run_flow(Graph([Vertex("a", fail)]))

    assert error.value.root is boom
    assert "vertex `a`" in boom.__notes__[0]
