"""Hostile documents: refused with code and place, quickly, and nothing is imported for them."""

import sys
from time import perf_counter

import pytest
import yaml

from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.errors import DocumentError
from hostile_documents import HOSTILE

SLOWEST_S = 2.0
"""Far more than any takes on an idle machine: what explodes takes minutes."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_with_its_code_and_place(name: str) -> None:
    hostile = HOSTILE[name]
    load_graph("flow: {f: {a: {handler: m.a}}}")  # so that the reader itself is imported
    modules = set(sys.modules)
    begun = perf_counter()

    with pytest.raises(DocumentError) as caught:
        load_graph(hostile.raw, origin="doc.yaml")

    assert perf_counter() - begun < SLOWEST_S
    assert {name for name in set(sys.modules) - modules if "difflib" not in name} == set()
    first = caught.value.diagnostics[0]
    place = first.location
    found = None if place is None else (place.line, (place.column or 0) + 1)
    expected = None if hostile.line is None else (hostile.line, hostile.column)
    assert (first.code.number, found) == (hostile.code, expected), str(caught.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_report_of_a_hostile_document_is_short_and_plain(name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_graph(HOSTILE[name].raw, origin="doc.yaml")

    text = str(caught.value)
    assert len(text) < 100_000
    assert "\N{ESCAPE}" not in text
    assert all(line.isprintable() for line in text.split("\n"))
    assert max(len(line) for line in text.split("\n")) < 400
    assert all(line.startswith(("doc.yaml:", "`doc.yaml`")) for line in caught.value.errors)
    assert all(d.help for d in caught.value.diagnostics)


def test_there_are_as_many_hostile_documents_as_promised() -> None:
    assert len(HOSTILE) >= 60


# The parser in Python takes seconds for the large ones.
SMALL = [name for name, hostile in HOSTILE.items() if len(hostile.raw) <= 10_000]


@pytest.mark.parametrize("name", SMALL)
def test_without_libyaml_a_report_has_the_same_code_and_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = HOSTILE[name]
    monkeypatch.delattr(yaml, "CSafeLoader")

    with pytest.raises(DocumentError) as caught:
        load_graph(hostile.raw, origin="doc.yaml")

    first = caught.value.diagnostics[0]
    assert first.code.number == hostile.code
    if hostile.code != "HB402" and first.location is not None:  # each parser gives up elsewhere
        assert first.location.line == hostile.line


@pytest.mark.parametrize("quotes", ["", '"'])
def test_without_libyaml_a_question_mark_inside_braces_wants_quotes_and_is_told_so(
    quotes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = f"{quotes}str?{quotes}"
    text = f"flow: {{f: {{v: {{handler: a.b, inputs: {{n: int, note: {note}}}}}}}}}"
    with_libyaml = load_graph(text)
    monkeypatch.delattr(yaml, "CSafeLoader")

    if quotes:
        assert load_graph(text) == with_libyaml
        return
    with pytest.raises(DocumentError) as caught:
        load_graph(text)
    (told,) = caught.value.diagnostics
    assert told.help == 'inside { } write a type that has a question mark in quotes: "str?"'


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[{a: "])
def test_nesting_that_a_parser_itself_gives_up_on_is_refused(opening: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_graph(opening * 100_000)

    assert {d.code.number for d in caught.value.diagnostics} <= {"HB402", "HB403", "HB404"}
