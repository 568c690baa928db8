"""`validate_dsl` and `validate_graph`: problems as lists of lines."""

from collections.abc import Mapping

import attrs
import pytest
import yaml

from hbia_dsl import AtomicGroup, Edge, Graph, Vertex
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.documents.validate_dsl import validate_dsl
from hbia_dsl.documents.validate_graph import validate_graph
from hbia_dsl.errors import DocumentError
from hbia_dsl.graph.nothing_to_undo import nothing_to_undo
from hostile_documents import HOSTILE

SOUND: Mapping[str, object] = {
    "flow": {
        "f": {
            "a": {"handler": "m.a", "outputs": {"x": "int"}, "version": "1"},
            "b": {"handler": "m.b", "inputs": {"x": "a.x", "n": {"value": [1, 2.5, True, None]}}},
        }
    },
    "atomic_groups": {"g": {"vertices": ["a", "b"], "no_cache": False}},
}


def test_a_sound_document_has_no_problems() -> None:
    assert validate_dsl(SOUND) == []
    assert validate_dsl(yaml.safe_dump(SOUND)) == []
    assert validate_dsl(yaml.safe_dump(SOUND).encode()) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_text_has_the_problems_that_loading_reports(name: str) -> None:
    raw = HOSTILE[name].raw

    with pytest.raises(DocumentError) as caught:
        load_graph(raw)

    assert validate_dsl(raw) == caught.value.errors


def _safely_loaded(raw: bytes) -> object:
    try:
        return yaml.safe_load(raw)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None


LOADED = {
    name: data
    for name, hostile in HOSTILE.items()
    if len(hostile.raw) < 10_000
    if isinstance(data := _safely_loaded(hostile.raw), dict)
}


@pytest.mark.parametrize("name", LOADED)
def test_data_of_a_hostile_document_are_read_to_the_end(name: str) -> None:
    """A parser loses duplicates, tags and aliases; what is left is refused or sound."""
    problems = validate_dsl(LOADED[name])

    assert all(isinstance(problem, str) for problem in problems)
    if HOSTILE[name].code in {"HB406", "HB407", "HB408", "HB409", "HB410", "HB411", "HB203"}:
        assert problems


def test_data_that_contain_themselves_are_refused() -> None:
    data: dict[str, object] = {}
    data["flow"] = data

    assert validate_dsl(data) == ["the data are nested deeper than 40 levels"]


def test_data_that_explode_are_refused() -> None:
    data: dict[str, object] = {"k": "v"}
    for _ in range(30):
        data = {"one": data, "other": data}

    assert validate_dsl({"flow": data}) == ["the data have more than 50,000 parts"]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        (True, {}, "key `True` is a value of type bool, not text"),
        (b"x", {}, "a key is a value of type bytes, not text"),
        ("flow", {"f": {"a": {"handler": 3}}}, "`handler` of vertex `a` is a number in YAML"),
        ("flow", {"f": {"a": {"handler": b"m.a"}}}, "must be text, not a value that YAML"),
        ("flow", {"f": {"a": {"handler": "m.a", "inputs": {"p": {"value": 10**999}}}}}, "`p`"),
        ("flow", {"f": {"a": {"handler": "m.a", "inputs": {"p": {"value": object()}}}}}, "`p`"),
        ("flow", {"f": {"a": {"handler": "m.a", "inputs": {"p": {"value": float("nan")}}}}}, "`p`"),
        ("flow", [1], "`flow` must be a mapping, not a list"),
    ],
)
def test_data_of_a_wrong_kind_are_told(key: object, value: object, told: str) -> None:
    data: dict[object, object] = {"flow": SOUND["flow"], key: value}

    problems = validate_dsl(data)  # type: ignore[arg-type]  # callers pass what a parser gave

    assert told in problems[0]
    assert " at 0x" not in problems[0]


@pytest.mark.parametrize("text", ["", "- a", "3"])
def test_data_of_a_text_that_is_no_mapping_are_told_too(text: str) -> None:
    (problem,) = validate_dsl(yaml.safe_load(text))

    assert problem.startswith("the document must be a mapping, not ")


def test_a_graph_without_problems_has_an_empty_list() -> None:
    assert validate_graph(Graph()) == []
    assert validate_graph(load_graph(yaml.safe_dump(SOUND))) == []


def test_problems_of_a_graph_are_listed_together() -> None:
    graph = Graph(
        [
            Vertex("a", outputs={"x": "int"}),
            Vertex("b", inputs={"p": "a.y", "q": "z.x", "r": "b.x", "s": "a.x"}),
            Vertex("c"),
            Vertex("d"),
        ],
        [Edge("b", "a"), Edge("c", "d"), Edge("d", "c")],
    )

    assert validate_graph(graph) == [
        "input `p` of vertex `b` is bound to `a.y`, but vertex `a` declares no output `y`",
        "input `q` of vertex `b` is bound to `z.x`, but the graph has no vertex `z`",
        "input `r` of vertex `b` is bound to `b.x`, its own output",
        "2 vertices wait for each other: a -> b -> a",
        "2 vertices wait for each other: c -> d -> c",
    ]


def test_groups_of_a_graph_are_looked_at() -> None:
    vertices = [Vertex(name) for name in "abcde"]
    edges = [Edge("a", "b"), Edge("b", "c")]
    groups = [AtomicGroup("g", ["a", "c"]), AtomicGroup("h", ["d", "e"])]

    problems = validate_graph(Graph(vertices, edges, groups))

    assert problems[0] == "`b` lies between members of atomic group `g`: a -> b -> c"
    assert problems[1].startswith("atomic group `h` falls into 2 parts")


def test_side_effects_that_nothing_takes_back_are_told() -> None:
    vertices = [
        Vertex("a", compensate="m.undo"),
        Vertex("b"),
        Vertex("c", effect="pure"),
        Vertex("d", compensate=nothing_to_undo),
    ]
    edges = [Edge("a", "b"), Edge("b", "c"), Edge("c", "d")]
    group = AtomicGroup("g", "abcd", "compensate")

    assert validate_graph(Graph(vertices, edges, [group])) == [
        "nothing takes back `b`, a side effect in group `g`"
    ]
    assert validate_graph(Graph(vertices, edges, [attrs.evolve(group, on_failure="abort")])) == []


@pytest.mark.parametrize("value", [object(), 10**400, 1j, {1, 2}])
def test_values_that_yaml_does_not_have_are_no_constants(value: object) -> None:
    data = {"flow": {"f": {"a": {"handler": "m.a", "inputs": {"x": {"value": [value]}}}}}}

    assert validate_dsl(data) == [
        "constant input `x` of vertex `a` is a value that YAML does not have"
    ]


@pytest.mark.parametrize(
    ("text", "place", "way"),
    [
        ("flow: {\ufb01: {a: {handler: m.a}}}", "1:7", "write `fi`"),
        ("flow: {f: {\ufb01: {handler: m.a}}}", "1:11", "write `fi`"),
        ("flow: {f: {a: {handler: m.a, outputs: {\ufb01: int}}}}", "1:39", "write `fi`"),
        ("flow: {f: {a: {handler: m.a, inputs: {\ufb01: int}}}}", "1:38", "write `fi`"),
        ("flow: {f: {a: {handler: m.\ufb01}}}", "1:24", "write `m.fi`"),
        (
            "flow: {f: {a: {handler: m.a}}}\natomic_groups: {\ufb01: {vertices: [a]}}",
            "2:16",
            "write `fi`",
        ),
    ],
)
def test_names_that_python_writes_otherwise_are_refused(text: str, place: str, way: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_graph(text)

    (found,) = caught.value.diagnostics
    assert found.location is not None
    assert (found.location.line, found.location.column) == tuple(map(int, place.split(":")))
    assert "Python writes" in found.message
    assert found.help == way
    assert validate_dsl(text.replace("\ufb01", "fi")) == []


def test_names_in_any_script_are_fine_in_their_normal_form() -> None:
    text = "flow: {größe: {a_ы: {handler: m.größe, inputs: {名: int}}}}"

    assert validate_dsl(text) == []
