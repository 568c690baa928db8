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
    assert (by_folder.code, by_folder.out) == (by_file.code, by_file.out)
    assert by_folder.err == "flows/settings.yaml: skipped, no line starts with `flow:`\n"
    assert app.hbia("validate", "flows", "--quiet").err == ""


@pytest.mark.parametrize(
    "text", ["flow:", '"flow":', "'flow' :", "{flow:", '{ "flow":', "\ufeffflow:", "# a\nflow:"]
)
def test_documents_of_a_folder_are_known_by_their_key(app: WrittenApp, text: str) -> None:
    end = "}" if text.startswith("{") else ""
    app.write("flows/more.yaml", f"{text} {{f: {{a: {{handler: m.a}}}}}}{end}\n")

    done = app.hbia("validate", "flows")

    assert (done.code, done.err) == (0, "")
    assert "flows/more.yaml: valid, 1 flow, 1 vertex" in done.out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_documents_in_other_encodings_are_refused_and_not_skipped(
    app: WrittenApp, encoding: str
) -> None:
    (app.folder / "flows" / "wide.yaml").write_bytes(DOCUMENT.lstrip().encode(encoding))

    done = app.hbia("validate", "flows")

    assert done.code == 1
    assert "error[HB401]" in done.err
    assert "skipped" not in done.err


@pytest.mark.parametrize("command", ["validate", "lint"])
def test_a_folder_of_other_yaml_is_wrong_usage_and_names_what_it_has(
    app: WrittenApp, command: str
) -> None:
    for number in range(22):
        app.write(f"other/{number:02}.yml", "flows: {}")

    done = app.hbia(command, "other")

    assert (done.code, done.out) == (2, "")
    lines = done.err.splitlines()
    assert lines[0] == "other/00.yml: skipped, no line starts with `flow:`"
    assert lines[20] == "2 more files skipped, no line starts with `flow:`"
    assert lines[21] == (
        f"hbia {command}: no file in `other` that ends with .yaml or .yml is a flow document"
    )


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


def test_documents_that_do_not_load_are_errors_of_lint(app: WrittenApp) -> None:
    app.write("flows/orders.yaml", DOCUMENT.replace("effect: pure", "effect: pur"))
    app.write("flows/more.yaml", DOCUMENT)

    text, rows = app.hbia("lint", "flows"), app.hbia("lint", "flows", "--json")

    assert (text.code, rows.code) == (1, 1)
    assert text.out.splitlines()[-1] == "2 documents: 1 error, 1 warning"
    found = json.loads(rows.out)
    assert found[0] == {
        "code": "HB405",
        "severity": "error",
        "message": (
            "`effect` of vertex `price` is `pur`, which is none of `pure` or `side_effect`"
        ),
        "suggestion": "did you mean `pure`?",
        "place": "flows/orders.yaml:5:15",
    }
    assert rows.err == ""


def test_a_document_that_could_never_run_is_refused_by_every_command(app: WrittenApp) -> None:
    app.write(
        "never.yaml",
        """
        flow:
          f:
            a: {handler: m.a, outputs: {n: int}, compensate: m.undo}
            b: {handler: m.b, inputs: {n: a.n}}
        atomic_groups: {g: {vertices: [a, b], on_failure: compensate}}
        """,
    )

    for command in ("validate", "graph-validate", "lint", "show", "run"):
        done = app.hbia(command, "never.yaml")
        assert done.code == 1, command
        assert "nothing takes back vertex `b`, a side effect in group `g`" in done.err
        assert "--> never.yaml:4:5" in done.err
        assert "add `compensate: package.module.function`, or `compensate: null`" in done.err


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


@pytest.mark.parametrize("name", ["f.png", "f.SVGZ", "f.yaml"])
def test_an_unknown_suffix_is_wrong_usage_and_writes_nothing(app: WrittenApp, name: str) -> None:
    call = ("show", "flows/orders.yaml", "--flow", "order", "--output", name)

    done = app.hbia(*call)

    assert (done.code, done.out) == (2, "")
    assert not (app.folder / name).exists()
    assert "end the name with one of .txt, .py, .mmd, .mermaid, .dot, .gv, .svg" in done.err
    assert app.hbia(*call, "--as", "svg").code == 0
    assert (app.folder / name).read_text(encoding="utf-8").startswith("<svg ")


def test_a_file_without_a_suffix_gets_the_stages(app: WrittenApp) -> None:
    app.hbia("show", "flows/orders.yaml", "--flow", "order", "--output", "plain")

    assert "write_bill" in (app.folder / "plain").read_text(encoding="utf-8")


def test_commands_that_are_shown_can_be_typed(app: WrittenApp) -> None:
    text = DOCUMENT.replace("order:", "my flow-1:", 1)
    app.write("my flows/orders.yaml", text)

    done = app.hbia("show", "my flows/orders.yaml", "--as", "svg")

    assert "    hbia show 'my flows/orders.yaml' --flow 'my flow-1' --as svg\n" in done.err


@pytest.mark.parametrize("command", ["check", "lock"])
def test_commands_for_code_say_what_is_there_for_documents(app: WrittenApp, command: str) -> None:
    done = app.hbia(command, "flows/orders.yaml")

    assert (done.code, done.out) == (2, "")
    what = {"check": "checked", "lock": "locked"}[command]
    assert done.err.startswith(
        f"hbia {command}: `flows/orders.yaml` is a document, and only flows in code are {what}\n"
        "help: use hbia validate flows/orders.yaml, or name a flow that Flow.from_yaml(...)"
    )
    assert not (app.folder / "hbia.lock").exists()


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
