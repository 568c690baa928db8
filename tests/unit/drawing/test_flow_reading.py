"""What drawings show of a flow is what the flow is."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, NewType

import pytest

from hbia_dsl.declare.declare_atomic import atomic
from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnValue, DrawnVertex
from hbia_dsl.drawing.flow_reading import read_flow
from hbia_dsl.drawing.notebook_bundle import MOST_VERTICES, mimebundle
from hbia_dsl.wiring.wire import wire

UserId = NewType("UserId", int)


class Policy:
    """Nobody provides this."""


class Scored(NamedTuple):
    """Two parts."""

    best: str
    score: float


@vertex(effect="pure", version="2")
def find(name: str) -> UserId:
    """Find a user.

    More about it.
    """
    return UserId(len(name))


@vertex(inputs={"uid": find}, outputs=("best", "score"))
def rank(uid: UserId) -> Scored:
    return Scored(str(uid), 0.5)


@atomic(group="post", no_cache=False)
@vertex(inputs={"text": "rank.best"})
async def send(text: str, score: float, policy: Policy | None = None) -> UserId:
    return UserId(0)


@vertex
def gather(ids: All[UserId]) -> str:
    return str(ids)


@pytest.fixture
def flow() -> DrawnFlow:
    return read_flow(wire("flow", [find, rank, send, gather], result=gather))


def _vertex(flow: DrawnFlow, name: str) -> DrawnVertex:
    return next(v for v in flow.vertices if v.name == name)


def test_a_vertex_is_shown_with_all_that_was_declared(flow: DrawnFlow) -> None:
    shown = _vertex(flow, "find")

    assert (shown.kind, shown.effect, shown.version, shown.group) == ("sync", "pure", "2", None)
    assert shown.about == "Find a user."
    assert (shown.returns, shown.is_result) == ("UserId", False)


def test_a_parameter_is_shown_with_type_source_and_rule(flow: DrawnFlow) -> None:
    shown = {p.name: (p.type_text, p.source_text, p.rule) for p in _vertex(flow, "send").takes}

    assert shown == {
        "text": ("str", "rank.best", "explicit"),
        "score": ("float", "rank.score", "name"),
        "policy": ("Policy | None", "nothing", "default"),
    }


def test_a_fan_in_is_shown_with_all_its_sources(flow: DrawnFlow) -> None:
    (shown,) = _vertex(flow, "gather").takes

    assert (shown.type_text, shown.sources) == ("All[UserId]", ("find.find", "send.send"))


def test_parts_of_a_result_are_shown_with_their_types(flow: DrawnFlow) -> None:
    shown = _vertex(flow, "rank")

    assert [(o.name, o.type_text) for o in shown.gives] == [("best", "str"), ("score", "float")]
    assert shown.returns == "Scored"


def test_two_values_between_two_vertices_are_one_edge(flow: DrawnFlow) -> None:
    (edge,) = [e for e in flow.edges if (e.source, e.target) == ("rank", "send")]

    assert edge.values == (
        DrawnValue("rank.best", "str", "text", "explicit"),
        DrawnValue("rank.score", "float", "score", "name"),
    )


def test_an_input_is_an_end_of_an_edge(flow: DrawnFlow) -> None:
    (drawn,) = flow.inputs

    assert (drawn.name, drawn.type_text, drawn.required, drawn.is_used) == (
        "name",
        "str",
        True,
        True,
    )
    assert [e.target for e in flow.edges if e.source == drawn.key] == ["find"]


def test_a_group_is_in_one_stage_though_its_members_follow_each_other() -> None:
    @atomic(group="two")
    @vertex
    def first(uid: UserId) -> bytes:
        return b""

    @atomic(group="two")
    @vertex
    def second(first: bytes) -> bool:
        return True

    flow = read_flow(wire("flow", [find, first, second]))

    assert {v.name: (v.stage, v.depth) for v in flow.vertices} == {
        "find": (1, 1),
        "first": (2, 2),
        "second": (2, 3),
    }
    assert (flow.stage_count, flow.summary) == (2, "3 vertices, 2 stages, 1 atomic group")


def test_functions_without_annotations_or_names_are_shown_all_the_same() -> None:
    doubled: Callable[..., int] = vertex(name="doubled", inputs={"x": int})(lambda x: 2 * x)
    three: Callable[..., int] = vertex(name="three")(partial(_sum, 1))

    flow = read_flow(wire("flow", [doubled, three]))

    assert _vertex(flow, "doubled").takes[0].type_text == "int"
    assert _vertex(flow, "three").takes[0].type_text == "int"
    assert _vertex(flow, "three").about == ""


def _sum(left: int, right: int) -> int:
    return left + right


def test_a_type_that_only_its_author_can_see_is_shown_as_written() -> None:
    class Local:
        """Known here only."""

    @vertex
    def make(name: str) -> "Local":
        return Local()

    @vertex
    def use(made: "Local") -> str:
        return ""

    flow = read_flow(wire("flow", [make, use], localns=lambda: {"Local": Local}))

    assert _vertex(flow, "use").takes[0].type_text == "Local"
    assert _vertex(flow, "make").returns == "Local"


def test_a_notebook_gets_a_picture_and_a_table() -> None:
    bundle = mimebundle(wire("flow", [find, rank], result=rank))

    assert sorted(bundle) == ["image/svg+xml", "text/plain"]
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert "rank" in bundle["text/plain"]


def test_a_notebook_does_not_draw_a_huge_flow() -> None:
    many = [vertex(name=f"v{number}")(partial(_sum, number)) for number in range(MOST_VERTICES + 1)]

    bundle = mimebundle(wire("huge", many))

    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"] == f"Flow 'huge': {len(many)} vertices, 1 stage"
