"""Mermaid, DOT, the table and the page: complete, stable, and safe with any text."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import attrs
import pytest
from hypothesis import given

from flow_drawings import HOSTILE_TEXTS, drawn_flows, example_flow, seeded_flow
from hbia_dsl.drawing.dot_text import dot_of_flow
from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnVertex
from hbia_dsl.drawing.flow_reading import read_flow
from hbia_dsl.drawing.html_page import html_of_flow
from hbia_dsl.drawing.mermaid_text import mermaid_of_flow
from hbia_dsl.drawing.stage_table import stage_table

GOLDEN: Final = Path(__file__).parents[2] / "drawing_golden"
UPDATE: Final = os.environ.get("UPDATE_GOLDEN") == "1"

Writer = Callable[[DrawnFlow], str]


@pytest.mark.parametrize(
    ("file", "write"),
    [
        ("signup.txt", stage_table),
        ("signup.mmd", mermaid_of_flow),
        ("signup.dot", dot_of_flow),
    ],
)
def test_the_example_is_drawn_as_the_golden_text_has_it(file: str, write: Writer) -> None:
    text = write(read_flow(example_flow("signup", "signup")))
    if UPDATE:
        (GOLDEN / file).write_text(text, encoding="utf-8")

    assert (GOLDEN / file).read_text(encoding="utf-8") == text


def _with_text(flow: DrawnFlow, text: str) -> DrawnFlow:
    def changed(vertex: DrawnVertex) -> DrawnVertex:
        takes = [attrs.evolve(p, type_text=text) for p in vertex.takes]
        return attrs.evolve(vertex, about=text, version=text, returns=text, takes=tuple(takes))

    edges = (
        attrs.evolve(edge, values=tuple(attrs.evolve(v, type_text=text) for v in edge.values))
        for edge in flow.edges
    )
    return attrs.evolve(
        flow, name=text, vertices=tuple(map(changed, flow.vertices)), edges=tuple(edges)
    )


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_keeps_to_its_quotes_in_mermaid(text: str) -> None:
    flow = seeded_flow(6, 1, group_count=1)
    hostile = mermaid_of_flow(_with_text(flow, text)).splitlines()
    harmless = mermaid_of_flow(_with_text(flow, "int")).splitlines()

    without = re.compile(r'(?<=\|")[^"]*(?="\|)|(?<=%% Flow ).*(?=:)')
    assert [without.sub("", line) for line in hostile] == [without.sub("", x) for x in harmless]
    assert '""' not in "".join(hostile)
    for line in hostile:
        inside = "".join(re.findall(r'"([^"]*)"', line))
        assert not re.search(r"[`<>{}%&]|#(?!\d+;)", inside)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_keeps_to_its_quotes_in_dot(text: str) -> None:
    flow = seeded_flow(6, 1, group_count=1)
    hostile = dot_of_flow(_with_text(flow, text)).splitlines()
    harmless = dot_of_flow(_with_text(flow, "int")).splitlines()

    assert [_without_quoted(line) for line in hostile] == [_without_quoted(x) for x in harmless]


def _without_quoted(line: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_keeps_to_its_line_in_the_table(text: str) -> None:
    flow = _with_text(seeded_flow(6, 1, group_count=1), text)

    table = stage_table(flow)

    assert len(table.splitlines()) == len(
        stage_table(seeded_flow(6, 1, group_count=1)).splitlines()
    )
    assert all(line.isprintable() for line in table.split("\n"))


class _Reader(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.data: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.data.append(data)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_changes_no_element_of_the_page(text: str) -> None:
    flow = seeded_flow(6, 1, group_count=1)

    hostile = _read(html_of_flow(_with_text(flow, text), text))
    harmless = _read(html_of_flow(_with_text(flow, "int"), "source"))

    assert hostile.tags == harmless.tags
    assert not {"script", "img", "iframe", "object"}.intersection(hostile.tags)
    assert not [name for name in hostile.attributes if name.startswith("on")]


def test_the_page_has_drawing_table_and_source() -> None:
    source = "def signup(inputs):\n    return 1 < 2"

    page = html_of_flow(read_flow(example_flow("signup", "signup")), source)

    read = _read(page)
    assert {"svg", "table", "pre"} <= set(read.tags)
    assert source in "".join(read.data)
    assert read.tags.count("tr") == 1 + 4


@given(drawn_flows())
def test_every_form_names_every_vertex_in_any_flow(flow: DrawnFlow) -> None:
    forms = [stage_table(flow), mermaid_of_flow(flow), dot_of_flow(flow), html_of_flow(flow, "")]

    for form in forms:
        for vertex in flow.vertices:
            assert re.search(rf"\b{vertex.name}\b", form)


def _rows(table: str) -> Iterator[str]:
    lines = table.splitlines()
    yield from lines[lines.index("") + 3 :]


def test_the_table_lists_stages_in_order_and_leaves_out_empty_columns() -> None:
    flow = seeded_flow(30, 1)

    table = stage_table(flow)

    stages = [int(row.split()[0]) for row in _rows(table) if row[0] != " "]
    assert stages == sorted(stages)
    assert len(stages) == 30
    assert " group " not in table.splitlines()[table.splitlines().index("") + 1]


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_graphviz_reads_the_text(text: str) -> None:
    flow = _with_text(seeded_flow(12, 1, group_count=2), text)

    done = subprocess.run(
        ["dot", "-Tsvg"],  # noqa: S607 - wherever it is installed
        input=dot_of_flow(flow).encode(),
        capture_output=True,
        check=False,
        timeout=30,
    )

    assert (done.returncode, done.stderr.decode()) == (0, "")
