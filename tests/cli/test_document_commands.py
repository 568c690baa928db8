"""`hbia validate`, `graph-validate`, `lint`, `show`, `stages`, `schema`, `export`."""

import json

import pytest

from cli_apps import DOCUMENT, GATHERED, ORDERS
from written_apps import SIGNUP, WrittenApp


@pytest.fixture(autouse=True)
def _document(app: WrittenApp) -> None:
    app.write("flows/orders.yaml", DOCUMENT)


def test_valid_documents_are_counted(app: WrittenApp) -> None:
    app.write("flows/.hidden/no.yaml", "flow: wrong")
    app.write("flows/settings.yaml", "colour: red")

    by_file, by_folder = app.hbia("validate", "flows/orders.yaml"), app.hbia("validate", "flows")

    assert (by_file.code, by_file.err) == (0, "")
    assert by_file.out == "flows/orders.yaml: valid, 2 flows, 3 vertices\n"
    assert by_folder == by_file


def test_every_invalid_document_is_reported(app: WrittenApp) -> None:
    app.write("flows/a.yaml", DOCUMENT.replace("effect: pure", "effect: pur"))
    app.write("flows/b.yaml", DOCUMENT.replace("price.amount", "prize.amount"))

    done = app.hbia("validate", "flows")

    assert done.code == 1
    assert done.out == "flows/orders.yaml: valid, 2 flows, 3 vertices\n"
    assert "--> flows/a.yaml:" in done.err
    assert "--> flows/b.yaml:" in done.err


@pytest.mark.parametrize("command", ["validate", "lint"])
def test_a_folder_without_documents_is_wrong_usage(app: WrittenApp, command: str) -> None:
    (app.folder / "empty").mkdir()

    done = app.hbia(command, "empty")

    assert (done.code, done.out) == (2, "")
    assert done.err == f"hbia {command}: no file in `empty` ends with .yaml or .yml\n"


@pytest.mark.parametrize("target", ["flows/orders.yaml", "app:signup"])
def test_a_sound_graph_is_counted(app: WrittenApp, target: str) -> None:
    app.write("app.py", SIGNUP)

    done = app.hbia("graph-validate", target)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{target}: valid, ")


def test_lint_finds_nothing_in_a_tidy_document(app: WrittenApp) -> None:
    done = app.hbia("lint", "flows", "--strict")

    assert done.err == ""
    assert "W00" not in done.out.replace("W007", "")  # a flow of one vertex is pointed out


def test_warnings_fail_only_if_lint_is_strict(app: WrittenApp) -> None:
    app.write("flows/orders.yaml", DOCUMENT.replace('          version: "1"\n', "", 1))

    plain, strict = app.hbia("lint", "flows"), app.hbia("lint", "flows", "--strict")

    assert (plain.code, strict.code) == (0, 1)
    assert plain.out == strict.out
    assert "warning W002" in plain.out
    assert "flows/orders.yaml:" in plain.out


def test_lint_can_be_read_by_programs(app: WrittenApp) -> None:
    app.write("flows/orders.yaml", DOCUMENT.replace('          version: "1"\n', "", 1))

    found = json.loads(app.hbia("lint", "flows", "--json").out)

    assert any(issue["code"] == "W002" for issue in found)
    assert all(issue["place"].startswith("flows/orders.yaml:") for issue in found)


def test_the_stages_of_documents_and_of_code_look_alike(app: WrittenApp) -> None:
    app.write("app.py", SIGNUP)

    of_document = app.hbia("stages", "flows/orders.yaml", "--flow", "order")
    of_code = app.hbia("stages", "app:signup")

    assert of_document.out == "flow order: 2 vertices, 2 stages\n  1  price\n  2  write_bill\n"
    assert of_code.out == "flow signup: 2 vertices, 2 stages\n  1  normalize\n  2  mail\n"


def test_stages_can_be_read_by_programs(app: WrittenApp) -> None:
    done = app.hbia("stages", "flows/orders.yaml", "--json")

    assert json.loads(done.out) == {
        "order": [["price"], ["write_bill"]],
        "evening": [["close_books"]],
    }


def test_a_document_is_shown_as_a_table_of_its_stages(app: WrittenApp) -> None:
    done = app.hbia("show", "flows/orders.yaml", "--flow", "order", "--as", "stages")

    assert done.code == 0
    assert "count: int <- input.count (initial data)" in done.out
    assert "rate: float <- 2.5 (constant)" in done.out
    assert "amount: float <- price.amount (binding)" in done.out


@pytest.mark.parametrize(
    ("form", "opening"),
    [("mermaid", "flowchart"), ("dot", "digraph"), ("svg", "<svg "), ("html", "<!doctype html>")],
)
def test_a_document_is_drawn_in_every_form(app: WrittenApp, form: str, opening: str) -> None:
    done = app.hbia("show", "flows/orders.yaml", "--flow", "order", "--as", form)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(opening)
    assert "write_bill" in done.out


def test_a_drawing_of_several_flows_says_how_to_name_one(app: WrittenApp) -> None:
    done = app.hbia("show", "flows/orders.yaml", "--as", "svg")

    assert (done.code, done.out) == (2, "")
    assert "    hbia show flows/orders.yaml --flow evening --as svg\n" in done.err


def test_the_source_of_a_document_is_shown_once_whatever_number_of_flows(app: WrittenApp) -> None:
    done = app.hbia("show", "flows/orders.yaml", "--as", "source")

    written = (app.folder / "flows" / "orders.yaml").read_text(encoding="utf-8")
    assert (done.code, done.out.strip()) == (0, written.strip())


def test_lists_of_outputs_and_inputs_under_another_name_are_shown(app: WrittenApp) -> None:
    app.write("gathered.yaml", GATHERED)

    table, stages = app.hbia("show", "gathered.yaml"), app.hbia("stages", "gathered.yaml")
    drawn = app.hbia("show", "gathered.yaml", "--as", "mermaid")

    assert (table.code, stages.code, drawn.code) == (0, 0, 0)
    assert "parts: list[any] <- one.n, input.last, input.first (binding)" in " ".join(
        table.out.split()
    )
    assert "input first: any" in table.out
    assert stages.out.endswith("  1  one\n  2  total\n")
    assert drawn.out.count("-->") == 4


def test_the_schema_is_json_and_goes_into_a_file(app: WrittenApp) -> None:
    printed = json.loads(app.hbia("schema").out)
    app.hbia("schema", "--output", "schema.json")

    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads((app.folder / "schema.json").read_text(encoding="utf-8")) == printed


def test_a_flow_in_code_becomes_a_document_that_is_valid(app: WrittenApp) -> None:
    app.write("app_orders.py", ORDERS)

    done = app.hbia("export", "app_orders:order", "--output", "out.yaml")

    assert (done.code, done.out, done.err) == (0, "", "")
    assert app.hbia("validate", "out.yaml").code == 0
    text = (app.folder / "out.yaml").read_text(encoding="utf-8")
    assert text == app.hbia("export", "app_orders:order").out
    assert "handler: app_orders.price" in text


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("flows/orders.yaml",), "hbia export: `flows/orders.yaml` is a document already\n"),
        (("app_orders",), "hbia export: `app_orders` has 2 flows; name one of them:\n"),
        (
            ("app_orders:order", "--output", "nowhere/out.yaml"),
            "hbia export: there is no folder `nowhere`\n",
        ),
    ],
)
def test_what_cannot_be_exported_is_said(
    app: WrittenApp, arguments: tuple[str, ...], problem: str
) -> None:
    app.write("app_orders.py", ORDERS)

    done = app.hbia("export", *arguments)

    assert done.code in {1, 2}
    assert done.out == ""
    assert done.err.startswith(problem)
