"""`hbia run` on documents: handlers, flows, inputs, and what is refused."""

import json
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from cli_apps import ASYNC_DOCUMENT, DOCUMENT, GATHERED, HANDLERS, PARTS
from started_hbia import hbia
from written_apps import WrittenApp

EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "documents"


@pytest.fixture(autouse=True)
def _documents(app: WrittenApp) -> None:
    app.write("app_handlers.py", HANDLERS)
    app.write("orders.yaml", DOCUMENT)
    app.write("news.yml", ASYNC_DOCUMENT)


ORDER = ("run", "orders.yaml", "--handlers", "app_handlers", "--flow", "order")
INPUTS = ("--set", "customer=ann", "--set", "count=2")


@pytest.mark.parametrize("mode", [(), ("--parallel",), ("--parallel", "--schedule", "eager")])
def test_a_document_runs_in_every_mode(app: WrittenApp, mode: tuple[str, ...]) -> None:
    done = app.hbia(*ORDER, *INPUTS, *mode, "--json")

    content = json.loads(done.out)
    assert (done.code, content["flow"]) == (0, "order")
    assert content["values"] == {
        "price.amount": 5.0,
        "write_bill.bill": {"to": "ann", "amount": 5.0},
    }
    assert "result" not in content


@pytest.mark.parametrize("name", ["order", "summarise"])
def test_an_example_document_runs_as_a_process(tmp_path: Path, name: str) -> None:
    for file in EXAMPLES.glob(f"{name}*"):
        if file.is_file():
            shutil.copy(file, tmp_path)

    done = hbia(
        "run", f"{name}.yaml", "--handlers", f"{name}_handlers", "--data", f"{name}.json",
        "--async", "--parallel", "--json",
        folder=tmp_path,
    )  # fmt: skip

    assert done.code == 0, done.err
    assert json.loads(done.out)["ok"] is True


def test_without_a_name_all_flows_run(app: WrittenApp) -> None:
    done = app.hbia("run", "orders.yaml", "--handlers", "app_handlers", *INPUTS, "--json")

    content = json.loads(done.out)
    assert content["flow"] == "order, evening"
    assert content["values"]["close_books.done"] is True


def test_an_input_may_be_given_to_one_vertex_alone(app: WrittenApp) -> None:
    done = app.hbia(*ORDER, "--set", "write_bill.customer=bob", "--set", "price.count=4", "--json")

    assert json.loads(done.out)["values"]["write_bill.bill"] == {"to": "bob", "amount": 10.0}


def test_inputs_are_taken_under_another_name_and_in_lists(app: WrittenApp) -> None:
    app.write("gathered.yaml", GATHERED)
    app.write("app_parts.py", PARTS)
    call = ("run", "gathered.yaml", "--handlers", "app_parts", "--json")

    done = app.hbia(*call, "--set", "first=2", "--set", "last=5")
    without = app.hbia(*call, "--set", "last=5")

    assert json.loads(done.out)["values"] == {"one.n": 3, "total.sum": [3, 5, 2]}
    assert without.code == 2
    assert "input.first: missing" in without.err


def test_inputs_that_only_the_function_names_are_typed_by_its_annotations(app: WrittenApp) -> None:
    app.write("app_parts.py", PARTS)
    app.write("quiet.yaml", "flow: {f: {say: {handler: app_parts.say, outputs: {said: str}}}}")
    call = ("run", "quiet.yaml", "--handlers", "app_parts", "--json")

    done = app.hbia(*call, "--set", "code=7", "--set", "say.times=2")
    wrong = app.hbia(*call, "--set", "kode=7", "--set", "more=1")

    assert json.loads(done.out)["values"] == {"say.said": "77"}
    assert wrong.code == 2
    assert "input.kode: unknown field, did you mean `code`?" in wrong.err
    assert "input.more: unknown field" in wrong.err


BILLING = """
    from hbia_dsl import Flow, vertex

    @vertex(effect="pure", outputs=("net", "tax"))
    def price(gross: float, rate: float = 0.25) -> tuple[float, float]:
        return gross / (1 + rate), gross - gross / (1 + rate)

    @vertex(outputs="text")
    async def write(net: float, tax: float) -> str:
        return f"{net} and {tax}"

    @vertex(inputs={"to": "input.customer"})
    def send(text: str, to: str = "nobody") -> dict[str, str]:
        return {"sent": f"{text} to {to}"}

    bill = Flow.of("bill", price, write, send)
"""


@pytest.mark.parametrize("more", [(), ("--set", "rate=0.6"), ("--set", "customer=ann")])
@pytest.mark.parametrize("cached", [(), ("--cache",)])
def test_an_exported_flow_runs_from_its_document_with_the_same_values(
    app: WrittenApp, more: tuple[str, ...], cached: tuple[str, ...]
) -> None:
    app.write("app_bill.py", BILLING)
    app.write("bill.yaml", app.hbia("export", "app_bill:bill").out)
    given = ("--set", "gross=10", *more, *cached, "--json")

    of_document = app.hbia("run", "bill.yaml", "--handlers", "app_bill", "--async", *given)
    again = app.hbia("run", "bill.yaml", "--handlers", "app_bill", "--async", *given)
    of_code = app.hbia("run", "app_bill:bill", *given)

    assert of_document.code == 0, of_document.err
    values = json.loads(of_document.out)["values"]
    assert set(values) == {"price.net", "price.tax", "write.text", "send.send"}
    assert values == json.loads(again.out)["values"] == json.loads(of_code.out)["values"]


def test_without_allowed_handlers_nothing_is_imported(app: WrittenApp) -> None:
    done = app.hbia("run", "orders.yaml", *INPUTS)

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "hbia run: `orders.yaml` names functions, and nothing is imported unless you say from "
        "where\nhelp: add --handlers app_handlers\n"
    )
    assert "app_handlers" not in sys.modules


@pytest.mark.parametrize("allowed", ["app", "app_handler", "app_handlers.inner", "app_handlers_"])
def test_an_allowed_module_matches_on_dots_only(app: WrittenApp, allowed: str) -> None:
    done = app.hbia("run", "orders.yaml", "--handlers", allowed, *INPUTS)

    assert (done.code, done.out) == (2, "")
    assert done.err.count("error[") == 1, "three handlers of one module are one problem"
    assert "module `app_handlers` is not allowed" in done.err
    assert "help: add --handlers app_handlers\n" in done.err
    assert "-->" not in done.err
    assert "app_handlers" not in sys.modules


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("", "app.handlers"),
        ("app_handlers.py", "app_handlers"),
        ("./app_handlers.py", "app_handlers"),
        ("app/mail.py", "app.mail"),
        ("app_handlers:price", "app_handlers"),
        ("app_handlers,app_parts", "app.handlers"),
        ("app handlers", "app.handlers"),
    ],
)
def test_what_is_no_name_of_a_module_is_wrong_usage(
    app: WrittenApp, given: str, meant: str
) -> None:
    done = app.hbia("run", "orders.yaml", "--handlers", given)

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"hbia run: --handlers takes the name of a module, not `{given}`\n"
        f"help: write --handlers {meant}\n"
    )


def test_an_input_without_a_source_is_told_as_the_command_line_gives_it(app: WrittenApp) -> None:
    app.write("app_parts.py", PARTS)
    app.write("said.yaml", "flow: {f: {say: {handler: app_parts.say}}}")

    done = app.hbia("run", "said.yaml", "--handlers", "app_parts")

    assert done.code == 2
    assert done.err.startswith("error[HB221]: input `code` of vertex `say`")
    way = 'add --set code=..., or bind it to "vertex.output" in the document'
    assert f"help: {way}\n" in done.err
    assert "initial_data" not in done.err


def test_an_input_that_may_be_anything_is_only_missing(app: WrittenApp) -> None:
    app.write("app_parts.py", PARTS)
    app.write("gathered.yaml", GATHERED)

    done = app.hbia("run", "gathered.yaml", "--handlers", "app_parts", "--set", "first=1")

    assert done.code == 2
    assert done.err.startswith("error[HB305]: flow `gathered` cannot run: input.last: missing\n")


@pytest.mark.parametrize(("declared", "name"), [("int", "times"), ("input.count", "count")])
def test_an_input_that_nobody_gives_keeps_the_default_of_its_handler(
    app: WrittenApp, declared: str, name: str
) -> None:
    app.write("app_parts.py", PARTS)
    app.write(
        "said.yaml",
        f"""
        flow:
          f:
            say:
              handler: app_parts.say
              inputs: {{code: str, times: {declared}}}
              outputs: {{said: str}}
        """,
    )
    call = ("run", "said.yaml", "--handlers", "app_parts", "--json", "--set", "code=x")

    without = app.hbia(*call)
    done = app.hbia(*call, "--set", f"{name}=3")

    assert json.loads(without.out)["values"] == {"say.said": "x"}
    assert json.loads(done.out)["values"] == {"say.said": "xxx"}


def test_a_name_that_an_allowed_module_imported_is_no_handler(app: WrittenApp) -> None:
    app.write("orders.yaml", DOCUMENT.replace("app_handlers.price", "app_handlers.getcwd"))

    done = app.hbia(*ORDER, *INPUTS)

    assert (done.code, done.out) == (2, "")
    assert "getcwd" in done.err


def test_every_handler_that_cannot_be_had_is_in_one_report(app: WrittenApp) -> None:
    text = DOCUMENT.replace("app_handlers.price", "app_handlers.prize")
    app.write("orders.yaml", text.replace("app_handlers.write_bill", "app_handlers.write_bil"))

    done = app.hbia(*ORDER, *INPUTS)

    assert done.code == 2
    assert done.err.count("error[") == 2
    assert "did you mean `price`?" in done.err


def test_async_handlers_want_the_flag(app: WrittenApp) -> None:
    news = ("run", "news.yml", "--handlers", "app_handlers", "--set", "count=2")

    without, done = app.hbia(*news), app.hbia(*news, "--async", "--json")

    assert without.code == 2
    assert "help: add --async\n" in without.err
    assert json.loads(done.out)["values"]["announce.text"] == "that makes 5.0"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_handlers_run_on_either_loop(app: WrittenApp, backend: str) -> None:
    done = app.hbia(
        "run", "news.yml", "--handlers", "app_handlers", "--set", "count=2", "--async",
        "--parallel", "--backend", backend,
    )  # fmt: skip

    assert done.code == 0


def test_every_wrong_input_is_in_one_report(app: WrittenApp) -> None:
    done = app.hbia(*ORDER, "--set", "count=1.5", "--set", "custmer=x")

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[1:4] == [
        "   = note: input.count: expected int, found float",
        "   = note: input.customer: missing, expected str",
        "   = note: input.custmer: unknown field, did you mean `customer`?",
    ]


def test_a_handler_that_fails_is_reported_with_its_place(app: WrittenApp) -> None:
    app.write("app_handlers.py", HANDLERS.replace('{"amount": count * rate}', "1 / 0"))

    done = app.hbia(*ORDER, *INPUTS, "--quiet")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("vertex `price` raised ZeroDivisionError: ")
    assert "  --> app_handlers.py:" in done.err
    assert done.err.endswith("flow `order` failed; --traceback shows where, step by step\n")


def test_a_handler_that_breaks_its_contract_shows_the_report_of_that(app: WrittenApp) -> None:
    app.write("app_handlers.py", HANDLERS.replace('{"amount": count * rate}', '{"amount": "x"}'))

    done = app.hbia(*ORDER, *INPUTS, "--quiet")

    assert done.code == 1
    assert "vertex `price` failed\nerror[HB307]" in done.err


def test_a_document_that_is_wrong_shows_all_its_problems(app: WrittenApp) -> None:
    app.write(
        "orders.yaml", DOCUMENT.replace("float}", "flaot}").replace("price.amount", "prize.a")
    )

    done = app.hbia(*ORDER, *INPUTS)

    assert (done.code, done.out) == (1, "")
    assert done.err.count("error[") == 2
    assert "--> orders.yaml:" in done.err
    assert "app_handlers" not in sys.modules


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("ordres.yaml",), "there is no file `ordres.yaml`\nhelp: did you mean `orders.yaml`?\n"),
        (("nowhere/o.yaml",), "there is no file `nowhere/o.yaml`\n"),
        (("folder.yaml",), "`folder.yaml` is a folder\nhelp: name a file in it\n"),
        (
            ("orders.yaml", "--flow", "ordr", "--handlers", "app_handlers"),
            "`orders.yaml` has no flow `ordr`\nhelp: did you mean `order`?\n",
        ),
    ],
)
def test_a_document_that_is_not_there_is_one_line(
    app: WrittenApp, arguments: tuple[str, ...], problem: str
) -> None:
    (app.folder / "folder.yaml").mkdir()

    done = app.hbia("run", *arguments)

    assert (done.code, done.out, done.err) == (2, "", f"hbia run: {problem}")


@pytest.mark.parametrize("given", ["inputs: {x: int}, ", ""])
def test_a_parameter_by_position_only_is_called_that(app: WrittenApp, given: str) -> None:
    app.write("app_odd.py", "def handle(x, /):\n    return {}\n")
    app.write("odd.yaml", f"flow: {{f: {{a: {{{given}handler: app_odd.handle}}}}}}")

    done = app.hbia(
        "run", "odd.yaml", "--handlers", "app_odd", *(("--set", "x=1") if given else ())
    )

    assert done.code == 2
    assert "error[HB312]: the handler of vertex `a` takes `x` by position only" in done.err
    assert "help: let it take `x` by keyword: leave out the `/` behind it" in done.err


def test_a_connection_of_a_group_is_not_asked_for_as_an_input(app: WrittenApp) -> None:
    app.write(
        "app_bank.py",
        """
        import sqlite3

        def pay(conn: sqlite3.Connection, n: int) -> dict[str, int]:
            return {}
        """,
    )
    app.write(
        "bank.yaml",
        """
        flow: {f: {pay: {handler: app_bank.pay, inputs: {n: int}}}}
        atomic_groups: {g: {vertices: [pay]}}
        """,
    )

    done = app.hbia("run", "bank.yaml", "--handlers", "app_bank", "--set", "n=1")

    assert done.code == 2
    assert "HB221]: `conn` of vertex `pay` is a connection of group `g`" in done.err
    assert 'Flow.from_yaml(...).options(transactions={"g": ...})' in done.err
    assert "--set conn" not in done.err


def test_the_deadline_of_a_run_names_the_option(app: WrittenApp) -> None:
    app.write("app_slow.py", "import time\n\ndef wait():\n    time.sleep(0.2)\n    return {}\n")
    app.write("slow.yaml", "flow: {f: {a: {handler: app_slow.wait}, b: {handler: app_slow.wait}}}")

    done = app.hbia("run", "slow.yaml", "--handlers", "app_slow", "--timeout", "0.1", "--quiet")

    assert done.code == 1
    assert "help: give the run a longer --timeout" in done.err
