"""The schema and the loader agree: what loads is valid, and what has a wrong form is not."""

import copy
import json
import os
import random
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from hbia_dsl.documents.document_reading import read_document
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.json_schema import document_schema
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.errors import DocumentError
from written_graphs import written_graph

ROOT: Final = Path(__file__).parents[2]
PUBLISHED: Final = ROOT / "docs" / "reference" / "flow-document.schema.json"
EXAMPLES: Final = sorted((ROOT / "examples" / "documents").glob("*.yaml"))
MUTANTS: Final = 20_000 if os.environ.get("HBIA_LONG") == "1" else 2_000
VALIDATOR: Final = jsonschema.Draft202012Validator(document_schema())

Data = Any  # whatever a YAML reader returns

SMALL: Final = """\
flow:
  f:
    a: {handler: app.a, effect: pure, version: "1", outputs: {n: int}, next: [b]}
    b:
      handler: app.b
      inputs: {x: a.n, y: "list[int]", z: {value: [1]}}
      compensate: app.undo
atomic_groups:
  g: {vertices: [b], on_failure: compensate, no_cache: true, no_parallel: false}
"""


def test_the_schema_is_one_of_its_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(document_schema())


def test_the_published_file_is_the_schema() -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        text = json.dumps(document_schema(), indent=2, ensure_ascii=False)
        PUBLISHED.write_text(f"{text}\n", encoding="utf-8")

    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == document_schema()


def test_every_key_has_a_description_for_editors() -> None:
    schema: Data = document_schema()
    parts = {"": schema, **schema["$defs"]}

    silent = [
        f"{part}.{key}"
        for part, definition in parts.items()
        for key, value in definition.get("properties", {}).items()
        if len(value.get("description", "")) < 15
    ]

    assert not silent


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_valid(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_every_document_that_is_dumped_is_valid() -> None:
    for seed in range(100):
        VALIDATOR.validate(yaml.safe_load(dump_graph_to_yaml(written_graph(seed))))


def test_the_small_document_is_valid_before_it_is_changed() -> None:
    VALIDATOR.validate(yaml.safe_load(SMALL))
    load_graph(SMALL)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("flow:", "flows:"),
        ("flow:", "flow: {}\nx:"),
        ("  f:", "  f: {}\n  a.b:"),
        ("atomic_groups:", "atomic_group:"),
        ("a: {handler", "a b.c: {handler"),
        ("a: {handler: app.a, ", "a: {"),
        ("handler: app.a", "handler: save"),
        ("handler: app.a", "handler: 'app:a'"),
        ("handler: app.a", "handler: app._a"),
        ("handler: app.a", "handler: app..a"),
        ("handler: app.a", "handler: null"),
        ("effect: pure", "effect: Pure"),
        ("effect: pure", "effect: [pure]"),
        ('version: "1"', "version: 2.0"),
        ('version: "1"', 'version: ""'),
        ("outputs: {n: int}", "outputs: [n]"),
        ("outputs: {n: int}", "outputs: {n: itn}"),
        ("outputs: {n: int}", "outputs: {n: app.User}"),
        ("outputs: {n: int}", "outputs: {n: {value: 1}}"),
        ("outputs: {n: int}", "outputs: {n.m: int, n: int}"),
        ("next: [b]", "next: b"),
        ("next: [b]", "next: [b, b]"),
        ("next: [b]", "next: {b: 1}"),
        ("next: [b]", "nexts: [b]"),
        ("x: a.n", "x: a.n.m"),
        ("x: a.n", "x: .n"),
        ("x: a.n", "x: a."),
        ("x: a.n", "x: 3"),
        ("x: a.n", "x: true"),
        ("x: a.n", "x: null"),
        ("x: a.n", "x: some words"),
        ("x: a.n", "1x: a.n"),
        ("x: a.n", "x-y: a.n"),
        ("inputs: {", "inputs: [a.n]\n      input: {"),
        ("{value: [1]}", "{values: [1]}"),
        ("{value: [1]}", "{value: [1], type: int}"),
        ("{value: [1]}", "{}"),
        ("vertices: [b], ", ""),
        ("vertices: [b]", "vertices: []"),
        ("vertices: [b]", "vertices: b"),
        ("vertices: [b]", "vertices: [b, b]"),
        ("on_failure: compensate", "on_failure: retry"),
        ("no_cache: true", "no_cache: 1"),
        ("no_cache: true", "no_cache: 'true'"),
        ("no_parallel: false", "no_paralel: false"),
        ("compensate: app.undo", "compensate: true"),
        ("app.a", "app.class"),
        ("app.a", "lambda.a"),
        ("app.a", "app.None.a"),
        ("compensate: app.undo", "compensate: app.del"),
    ],
)
def test_a_wrong_form_is_refused_by_both(written: str, instead: str) -> None:
    text = SMALL.replace(written, instead, 1)
    assert text != SMALL

    assert not VALIDATOR.is_valid(yaml.safe_load(text))
    with pytest.raises(DocumentError):
        load_graph(text)


@pytest.mark.parametrize("path", ["app.classes", "app.isolate", "app.del_", "importlib.x", "a.b.c"])
def test_paths_that_begin_or_end_like_keywords_are_fine(path: str) -> None:
    for written in ("app.a", "app.undo"):
        text = SMALL.replace(written, path, 1)
        assert VALIDATOR.is_valid(yaml.safe_load(text))
        load_graph(text)


def test_null_says_that_nothing_is_undone() -> None:
    text = SMALL.replace("compensate: app.undo", "compensate: null")

    assert VALIDATOR.is_valid(yaml.safe_load(text))
    load_graph(text)


ODD_VALUES: Final[tuple[Data, ...]] = (
    *(None, True, 3, 0.5, "", "int", "str?", "list[int", "a.n", "b.m", "a", "app.a", "pure"),
    *("abort", " int ", " a.n ", "none|int", "größe.n", "x y", "2", "…", [], ["a"], ["a.n"], {}),
    *({"value": None}, {"value": {"a": []}}, {"n": "int"}, {"handler": "app.x"}, [["a"]], [1]),
)
KEYS: Final = (
    "handler",
    "effect",
    "inputs",
    "outputs",
    "next",
    "value",
    "vertices",
    "x",
    "a b",
    "",
)


@pytest.mark.parametrize("first", range(0, MUTANTS, 500))
def test_whatever_the_loader_accepts_the_schema_accepts(first: int) -> None:
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in EXAMPLES]
    documents += [yaml.safe_load(SMALL)] * 20
    accepted = 0
    for seed in range(first, first + 500):
        source = random.Random(seed)
        data = _mutant(source, copy.deepcopy(source.choice(documents)))
        try:
            read_document(data)
        except DocumentError:
            continue
        accepted += 1
        VALIDATOR.validate(data)

    assert accepted > 20


def _mutant(source: random.Random, data: Data) -> Data:
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        holder, key = source.choice(list(_places(data)))
        act = source.choice(("replace", "replace", "remove", "add", "rename"))
        value = copy.deepcopy(source.choice(ODD_VALUES))
        if act == "remove":
            del holder[key]
        elif act == "replace":
            holder[key] = value
        elif isinstance(holder, list):
            holder.insert(key, value)
        elif act == "add":
            holder[source.choice(KEYS)] = value
        else:
            holder[source.choice(KEYS)] = holder.pop(key)
        if not data:
            break
    return data


def _places(data: Data) -> list[tuple[Data, Data]]:
    found: list[tuple[Data, Data]] = []
    keys = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in list(keys):
        found.append((data, key))
        found += _places(data[key])
    return found
