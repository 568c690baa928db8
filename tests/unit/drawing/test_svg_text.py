"""The SVG is well formed, complete, and takes no harm from any text in the flow."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given

from flow_drawings import HOSTILE_TEXTS, drawn_flows, made_flow, seeded_flow
from hbia_dsl.drawing.card_size import columns, shortened, shortened_name
from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnOutput, DrawnVertex
from hbia_dsl.drawing.edge_path import arrow_path, line_path, number
from hbia_dsl.drawing.flow_layout import lay_out_flow
from hbia_dsl.drawing.placed_flow import Stretch
from hbia_dsl.drawing.svg_text import svg_of_flow
from hbia_dsl.graph.adjacency import Adjacency

SVG: Final = "{http://www.w3.org/2000/svg}"
NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - we have just made it ourselves


def _texts(root: ET.Element) -> list[str]:
    return [item.text or "" for item in root.iter(f"{SVG}text")]


def _titles(root: ET.Element) -> list[str]:
    return [item.text or "" for item in root.iter(f"{SVG}title")]


def _with_text(flow: DrawnFlow, text: str) -> DrawnFlow:
    def changed(vertex: DrawnVertex) -> DrawnVertex:
        gives = (DrawnOutput(vertex.name, text),)
        return attrs.evolve(vertex, about=text, version=text, returns=text, gives=gives)

    return attrs.evolve(flow, name=text, vertices=tuple(map(changed, flow.vertices)))


@given(drawn_flows())
def test_any_flow_gives_well_formed_svg_that_names_everything(flow: DrawnFlow) -> None:
    root = _parsed(svg_of_flow(flow))

    shown = Counter(_texts(root))
    for vertex in flow.vertices:
        assert shown[vertex.name] == 1
    for drawn in flow.inputs:
        assert (shown[drawn.name] >= 1) == drawn.is_used
    for group in flow.groups:
        assert shown[group.name] == 1
    for stage in range(1, flow.stage_count + 1):
        assert shown[f"stage {stage}"] == 1


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_changes_no_element_of_the_drawing(text: str) -> None:
    flow = seeded_flow(6, 1, group_count=1)

    harmless = [item.tag for item in _parsed(svg_of_flow(_with_text(flow, "int"))).iter()]
    hostile = [item.tag for item in _parsed(svg_of_flow(_with_text(flow, text))).iter()]

    assert hostile == harmless
    assert {tag.removeprefix(SVG) for tag in hostile} == {
        "svg", "style", "g", "title", "rect", "path", "text",
    }  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_is_shown_as_it_is_as_far_as_xml_can(text: str) -> None:
    alone = made_flow(Adjacency([[]], [[]]), [], [], [(True, True, "", "")], name="alone")

    (title,) = _titles(_parsed(svg_of_flow(_with_text(alone, text))))

    # An XML reader turns a return into a line end.
    writable = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800]", "\ufffd", text).replace("\r", "\n")
    assert title.startswith(f"v0: async, pure, version {writable}\n{writable}")
    assert title.endswith(f"\ngives v0: {writable}")


@given(drawn_flows())
def test_all_that_is_drawn_is_inside_the_view(flow: DrawnFlow) -> None:
    root = _parsed(svg_of_flow(flow))

    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert root.attrib["viewBox"] == f"0 0 {number(width)} {number(height)}"
    for x, y in _corners(root):
        assert 0 <= x <= width
        assert 0 <= y <= height


def _corners(root: ET.Element) -> Iterator[tuple[float, float]]:
    for rect in root.iter(f"{SVG}rect"):
        left, top, width, height = (
            float(rect.attrib[name]) for name in ("x", "y", "width", "height")
        )
        yield left, top
        yield left + width, top + height
    for text in root.iter(f"{SVG}text"):
        yield float(text.attrib["x"]), float(text.attrib["y"])


def test_pointing_at_an_edge_tells_types_and_rules() -> None:
    graph = Adjacency([[1], []], [[], [0]])
    looks = [(False, True, "list[User]", ""), (True, False, "str", "")]
    flow = made_flow(graph, [], [[0]], looks, name="two")

    titles = _titles(_parsed(svg_of_flow(flow)))

    assert "v0.v0: list[User] -> v1.p0 (type)" in titles
    assert "input.i0: str -> v0.i0 (input)" in titles
    assert "input i0: str" in titles


def test_kinds_of_vertices_look_different() -> None:
    graph = Adjacency([[]] * 4, [[]] * 4)
    looks = [(is_async, is_pure, "", "") for is_async in (False, True) for is_pure in (False, True)]
    root = _parsed(svg_of_flow(made_flow(graph, [], [], looks, name="four")))

    seen = {}
    for card in root.iter(f"{SVG}g"):
        face = card.find(f"{SVG}rect[@class='face']")
        name = card.find(f"{SVG}text[@class='name']")
        if face is not None and name is not None:
            marks = [mark.text for mark in card.findall(f"{SVG}text[@class='mark']")]
            kind = card.attrib["class"].replace(" result", "")
            seen[name.text] = kind, face.attrib["rx"], "async" in marks

    assert seen == {
        "v0": ("card effect", "6", False),
        "v1": ("card pure", "6", False),
        "v2": ("card effect", "23", True),
        "v3": ("card pure", "23", True),
    }


def test_the_legend_explains_what_occurs_and_nothing_else() -> None:
    graph = Adjacency([[]], [[]])
    plain = made_flow(graph, [], [], [(False, True, "", "")], name="plain")

    shown = _texts(_parsed(svg_of_flow(plain)))

    words = {"input", "pure", "side effect", "async", "result", "atomic group"}
    assert words.intersection(shown) == {"pure", "result"}


def test_nothing_is_loaded_and_nothing_runs() -> None:
    svg = svg_of_flow(seeded_flow(20, 1, group_count=2))

    assert re.findall(r"https?://\S+?\"", svg) == ['http://www.w3.org/2000/svg"']
    assert not re.search(r"<script|\bon\w+=|url\(|href|@import|<foreignObject", svg)


def _path_ends(path: str) -> Sequence[float]:
    return [float(value) for value in NUMBER.findall(path)]


@given(drawn_flows())
def test_the_pen_only_goes_down(flow: DrawnFlow) -> None:
    for edge in lay_out_flow(flow).edges:
        path = line_path(edge.stretches)
        at = None
        heights = []
        for command, values in re.findall(r"([MVC])([^MVC]*)", path):
            found = _path_ends(values)
            if command == "V":
                heights.append(found[0])
            else:
                at = found[-2]
                heights.append(found[-1])
        assert heights == sorted(heights)
        assert at is not None
        assert abs(at - edge.stretches[-1].x) < 0.1


def test_an_arrow_points_straight_at_its_card() -> None:
    stretches = [Stretch(10.0, 0.0, 5.0), Stretch(50.0, 40.0, 40.0)]

    assert line_path(stretches) == "M10 0V5C10 17 50 17 50 29V35.5"
    assert arrow_path(stretches) == "M50 40L46 31H54Z"


def test_a_line_without_bends_is_straight() -> None:
    stretches = [Stretch(10.0, 0.0, 5.0), Stretch(10.0, 40.0, 60.0)]

    assert line_path(stretches) == "M10 0V55.5"


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (-0.04, "0"), (2.25, "2.2"), (1234.56, "1234.6"), (0.0, "0")]
)
def test_lengths_have_one_digit_after_the_point(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("text", ["", "short", "x" * 80, "\u65e5" * 80, "e\u0301" * 80])
def test_shortened_texts_fit(text: str) -> None:
    for short in (shortened(text, 20), shortened_name(text, 20)):
        assert columns(short) <= 20
        assert short == text or "..." in short


def test_a_shortened_name_keeps_both_ends() -> None:
    assert shortened_name("first_part_of_a_long_name_ends_so", 15) == "first_...nds_so"
