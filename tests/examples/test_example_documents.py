"""Every example document runs in every mode, and does what its handlers promise."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl import FlowFailed, FlowResult, Graph, GraphTopology, Vertex, run_flow, run_flow_async
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.load_graph import load_graph, load_graph_from_yaml

FOLDER: Final = Path(__file__).parents[2] / "examples" / "documents"
NAMES: Final = sorted(path.stem for path in FOLDER.glob("*.yaml"))

EXPECTED: Final[Mapping[str, Mapping[str, object]]] = {
    "invoice": {"add_up.total_cents": 195_750, "file_invoice.file": "0001.txt"},
    "nightly_scoring": {"score.scores": [0.998, 0.003, 0.717], "publish.published": 3},
    "order": {"price.total_cents": 1_020, "reserve_stock.reserved": 6, "charge.charge_id": 1},
    "sales_etl": {"sum_by_region.totals": {"north": 10.5, "south": 7.25}, "load.refused": 1},
    "sensor_report": {"find_outliers.outliers": [35.0], "measure_centre.median": 20.875},
    "shop_day": {
        "open_till.line": "opened with 24.00",
        "close_till.line": "closed after 7.50, best seller bread",
    },
    "signup": {"check_address.domain": "example.org", "create_account.user_id": 1},
    "summarise": {"pick_keywords.keywords": ["bridge", "bridges", "cables"]},
    "thumbnails": {"shrink_by_two.pixels": [[50, 60], [55, 60]], "shrink_by_four.pixels": [[56]]},
}
ASYNC: Final = frozenset({"nightly_scoring", "sensor_report", "shop_day", "signup", "summarise"})


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(FOLDER)
    yield
    for name in NAMES:
        sys.modules.pop(f"{name}_handlers", None)


def _data(name: str) -> dict[str, object]:
    data: dict[str, object] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return data


def _graph(name: str, flow_name: str | None = None) -> Graph:
    return load_graph_from_yaml(FOLDER / f"{name}.yaml", flow_name)


def _run(name: str, mode: str, data: Mapping[str, object]) -> FlowResult:
    graph, allowed = _graph(name), [f"{name}_handlers"]
    is_async = name in ASYNC
    match mode:
        case "serial":
            return run_flow(graph, allowed=allowed, initial_data=data, async_enabled=is_async)
        case "parallel":
            return run_flow(
                graph,
                allowed=allowed,
                initial_data=data,
                async_enabled=is_async,
                parallel_enabled=True,
            )
        case "async":
            return asyncio.run(run_flow_async(graph, allowed=allowed, initial_data=data))
        case _:
            return asyncio.run(
                run_flow_async(graph, allowed=allowed, initial_data=data, parallel_enabled=True)
            )


def test_every_document_has_handlers_data_and_a_test() -> None:
    assert sorted(EXPECTED) == NAMES
    assert len(NAMES) >= 8
    for name in NAMES:
        assert (FOLDER / f"{name}_handlers.py").is_file()
        assert (FOLDER / f"{name}.json").is_file()


@pytest.mark.parametrize("mode", ["serial", "parallel", "async", "async parallel"])
@pytest.mark.parametrize("name", NAMES)
def test_a_document_gives_the_same_in_every_mode(name: str, mode: str) -> None:
    result = _run(name, mode, _data(name))

    assert {key: result[key] for key in EXPECTED[name]} == EXPECTED[name]
    assert list(result) == [
        f"{vertex.name}.{output}"
        for stage in _scheduled(name)
        for vertex in stage
        for output in vertex.outputs
    ]


def _scheduled(name: str) -> list[list[Vertex]]:
    stages = GraphTopology(_graph(name)).scheduling_stages()
    return [[vertex for unit in stage for vertex in unit] for stage in stages]


@pytest.mark.parametrize("name", NAMES)
def test_a_document_that_was_dumped_and_loaded_again_is_the_same(name: str) -> None:
    graph = _graph(name)

    assert load_graph(dump_graph_to_yaml(graph)) == graph


def test_handlers_are_async_where_the_table_says_so() -> None:
    for name in set(NAMES) - ASYNC:
        text = (FOLDER / f"{name}_handlers.py").read_text(encoding="utf-8")
        assert "async def" not in text
    assert all("async def" in (FOLDER / f"{n}_handlers.py").read_text() for n in ASYNC)


@pytest.mark.parametrize(
    ("flow", "made"), [("morning", "open_till.line"), ("evening", "close_till.line")]
)
def test_one_of_two_flows_runs_alone(flow: str, made: str) -> None:
    data = _data("shop_day")

    result = run_flow(
        _graph("shop_day", flow),
        allowed=["shop_day_handlers"],
        initial_data=data,
        async_enabled=True,
    )

    assert result[made] == EXPECTED["shop_day"][made]
    assert len(Path("journal.txt").read_text(encoding="utf-8").splitlines()) == 1


def test_what_a_sign_up_leaves_behind_is_real() -> None:
    _run("signup", "serial", _data("signup"))

    with closing(sqlite3.connect("signup.db")) as connection:
        rows = connection.execute("SELECT name, address, referrer FROM accounts").fetchall()
    assert rows == [("Ada Lovelace", "ada@example.org", None)]
    assert "Welcome, Ada Lovelace" in Path("outbox/welcome.eml").read_text(encoding="utf-8")


def test_a_bad_address_ends_the_sign_up_before_anything_is_written() -> None:
    with pytest.raises(FlowFailed) as caught:
        _run("signup", "parallel", {**_data("signup"), "address": "nowhere"})

    assert str(caught.value.root) == "that is no e-mail address"
    assert not Path("signup.db").exists()


def test_a_model_that_is_not_good_enough_is_not_published() -> None:
    data = _data("nightly_scoring")
    data["history_csv"] = "visits,stayed\n1,1\n2,0\n3,1\n6,0\n7,1\n9,0\n"

    result = _run("nightly_scoring", "serial", data)

    assert result["publish.published"] == 0
    assert not Path("scores.json").exists()


def test_invoices_are_numbered_one_after_the_other() -> None:
    files = [_run("invoice", "serial", _data("invoice"))["file_invoice.file"] for _ in range(2)]

    assert files == ["0001.txt", "0002.txt"]
    assert "Total: 1957.50" in Path("invoices/0002.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["serial", "parallel", "async"])
def test_an_invoice_that_cannot_be_filed_is_taken_back(mode: str) -> None:
    Path("invoices").write_text("a file is where the folder should be", encoding="utf-8")

    with pytest.raises(FlowFailed) as caught:
        _run("invoice", mode, _data("invoice"))

    assert isinstance(caught.value.root, FileExistsError)
    with closing(sqlite3.connect("ledger.db")) as connection:
        assert connection.execute("SELECT * FROM numbers").fetchall() == [(1, "void")]
        assert connection.execute("SELECT SUM(cents) FROM entries").fetchone() == (0,)
