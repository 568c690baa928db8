"""`hbia run module:flow`: inputs, results, failures, and what is refused."""

import json
from pathlib import Path

import pytest

from cli_apps import ORDERS
from written_apps import WrittenApp


@pytest.fixture(autouse=True)
def _orders(app: WrittenApp) -> None:
    app.write("app_orders.py", ORDERS)


ORDER = ("run", "app_orders:order", "--set", "customer=ann", "--set", "count=3")


def test_results_are_a_table_with_the_result_marked(app: WrittenApp) -> None:
    done = app.hbia(*ORDER, "--quiet")

    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "the user's own line"
    assert [line.split()[:2] for line in lines[3:6]] == [
        ["price.price", "float"],
        ["write_bill.bill", "dict"],
        ["send.sent", "*"],
    ]
    assert lines[5].endswith("'sent to ann, due None'")
    assert lines[6] == "* the result of the flow"


def test_json_is_alone_on_the_output_whatever_the_app_prints(app: WrittenApp) -> None:
    done = app.hbia(*ORDER, "--json")

    content = json.loads(done.out)
    assert done.code == 0
    assert "the user's own line" in done.err
    assert content["flow"] == "order"
    assert content["ok"] is True
    assert content["result"] == "sent to ann, due None"
    assert content["values"] == {
        "price.price": 7.5,
        "write_bill.bill": {"to": "ann", "amount": 7.5, "tags": []},
        "send.sent": "sent to ann, due None",
    }
    assert {name: v["state"] for name, v in content["vertices"].items()} == {
        "price": "done",
        "write_bill": "done",
        "send": "done",
    }


def test_progress_is_plain_lines_on_the_error_stream(app: WrittenApp) -> None:
    done = app.hbia(*ORDER)

    words = [line.split()[:2] for line in done.err.splitlines()]
    assert words[:-1] == [
        ["started", "price"],
        ["done", "price"],
        ["started", "write_bill"],
        ["done", "write_bill"],
        ["started", "send"],
        ["done", "send"],
    ]
    assert done.err.splitlines()[-1].startswith("order: 3 vertices, 3 done, ")


@pytest.mark.parametrize("options", [("--parallel", "--max-workers", "2"), ("--schedule", "eager")])
def test_a_run_may_be_parallel(app: WrittenApp, options: tuple[str, ...]) -> None:
    assert app.hbia(*ORDER, *options).code == 0


@pytest.mark.parametrize("typed", ["true", "false"])
def test_values_are_read_by_the_type_of_the_input(app: WrittenApp, typed: str) -> None:
    done = app.hbia(
        *ORDER, "--json", "--set", f"is_gift={typed}", "--set", 'tags=["a", "b"]',
        "--set", "due=2026-12-24",
    )  # fmt: skip

    values = json.loads(done.out)["values"]
    assert values["price.price"] == (8.5 if typed == "true" else 7.5)
    assert values["write_bill.bill"]["tags"] == ["a", "b"]
    assert values["send.sent"] == "sent to ann, due 2026-12-24"


def test_a_number_stays_text_where_text_is_wanted(app: WrittenApp) -> None:
    done = app.hbia(
        "run", "app_orders:order", "--set", "customer=007", "--set", "count=1", "--json"
    )

    assert json.loads(done.out)["values"]["write_bill.bill"]["to"] == "007"


def test_every_wrong_input_is_in_one_report(app: WrittenApp) -> None:
    done = app.hbia(
        "run", "app_orders:order", "--set", "count=true", "--set", "custmer=x", "--set", "tags=a"
    )

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "error[HB305]: flow `order` cannot run: 4 problems with its inputs",
        "   = note: input.customer: missing, expected str",
        "   = note: input.count: expected int, found bool",
        "   = note: input.tags: expected list[str], found str",
        "   = note: input.custmer: unknown field, did you mean `customer`?",
        "help: correct the data; nothing is converted silently",
        "more: hbia explain HB305",
    ]


def test_data_come_from_a_file_and_set_wins_over_it(app: WrittenApp) -> None:
    app.write("in.json", '{"customer": "bob", "count": 1}')

    done = app.hbia("run", "app_orders:order", "--data", "in.json", "--set", "count=2", "--json")

    assert json.loads(done.out)["values"]["price.price"] == 5.0


def test_only_what_is_selected_is_printed(app: WrittenApp) -> None:
    done = app.hbia(*ORDER, "--json", "--select", "send", "--select", "price.price")

    assert list(json.loads(done.out)["values"]) == ["send.sent", "price.price"]


def test_a_failure_names_vertex_error_and_place_and_shows_no_traceback(app: WrittenApp) -> None:
    done = app.hbia(
        "run", "app_orders:failing", "--set", "count=3", "--set", "customer=ann", "--quiet"
    )

    assert (done.code, done.out) == (1, "")
    lines = done.err.splitlines()
    assert lines[0] == "vertex `take_from_stock` raised OutOfStock: only 1 of 3 left"
    assert lines[1].startswith("  --> app_orders.py:")
    assert lines[3].endswith('|     raise OutOfStock(f"only 1 of {count} left")')
    assert "skipped: thank, ship" in done.err
    assert "Traceback" not in done.err


def test_the_traceback_is_shown_if_it_is_asked_for(app: WrittenApp) -> None:
    done = app.hbia(
        "run", "app_orders:failing", "--set", "count=3", "--set", "customer=a", "--traceback"
    )

    assert done.code == 1
    assert "Traceback (most recent call last)" in done.err
    assert "OutOfStock: only 1 of 3 left" in done.err


def test_what_does_not_depend_on_a_failure_can_go_on(app: WrittenApp) -> None:
    done = app.hbia(
        "run", "app_orders:failing", "--set", "count=3", "--set", "customer=ann", "--json",
        "--on-error", "continue",
    )  # fmt: skip

    content = json.loads(done.out)
    assert done.code == 1
    assert content["ok"] is False
    assert content["values"] == {"thank.thank": "thank you, ann"}
    assert content["skipped"] == ["ship"]
    (failure,) = content["failures"]
    assert failure["vertex"] == "take_from_stock"
    assert failure["type"] == "app_orders.OutOfStock"
    assert failure["place"].startswith("app_orders.py:")
    assert "result" not in content


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("app_orders",), "hbia run: `app_orders` has 2 flows; name one of them:\n"),
        (("app_orders:ordre",), "error[HB610]: `app_orders` has no `ordre`\n"),
        (("app_missing:order",), "error[HB609]: there is no module `app_missing`\n"),
        (("app_orders:order", "--handlers", "x"), "hbia run: --handlers goes with a document"),
        (("app_orders:order", "--set", "count"), "hbia run: --set takes name=value, not `count`"),
        (
            ("app_orders:order", "--set", "count=1", "--set", "count=2"),
            "hbia run: --set gives `count` twice",
        ),
        (("app_orders:order", "--max-workers", "0"), "error[HB306]: --max-workers must be a whole"),
        (("app_orders:order", "--max-workers", "x"), "hbia run: invalid value for --max-workers"),
        (("app_orders:order", "--timeout", "-1"), "error[HB306]: --timeout must be a number"),
        (("app_orders:order", "--select", "sned"), "hbia run: flow `order` gives no value `sned`"),
        (("app_orders:order", "--data", "in.json"), "hbia run: there is no file `in.json`"),
        (("app_orders:order", "--data", "."), "hbia run: `.` is a folder"),
        (("app_orders:order", "--sot", "a=1"), "hbia run: unknown option: --sot"),
        ((), "hbia run: TARGET is missing\n"),
    ],
)
def test_wrong_usage_is_said_in_a_few_lines(
    app: WrittenApp, arguments: tuple[str, ...], problem: str
) -> None:
    done = app.hbia("run", *arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(problem)
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) <= 6


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"customer": "ann",\n "count": }', "in.json:2:11: not JSON: Expecting value"),
        (b"[1]", "in.json holds a list, not an object"),
        (b'{"a": 1, "a": 2}', "in.json: the key `a` is there twice"),
        (b'{"count": NaN}', "in.json: NaN is not JSON"),
        (b"\xff\xfe", "in.json is not UTF-8 text"),
        (b"[" * 100_000, "in.json: nested too deeply"),
        (b'{"count": 1' + b"0" * 5_000 + b"}", "in.json: it holds a number of too many digits"),
    ],
)
def test_a_data_file_that_cannot_be_used_is_one_line(
    app: WrittenApp, content: bytes, problem: str
) -> None:
    Path("in.json").write_bytes(content)

    done = app.hbia("run", "app_orders:order", "--data", "in.json")

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == f"hbia run: {problem}"


def test_a_flow_that_does_not_build_shows_its_report(app: WrittenApp) -> None:
    app.write("app_broken.py", ORDERS.replace("price, write_bill, send, inputs", "send, inputs"))

    done = app.hbia("run", "app_broken:order")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error[HB2")


def test_a_module_that_ends_the_program_ends_the_command_only(app: WrittenApp) -> None:
    app.write("app_quits.py", "raise SystemExit(0)")

    done = app.hbia("run", "app_quits:flow")

    assert done.code == 2
    assert "it ends the program" in done.err


def test_a_bad_setting_is_wrong_usage(app: WrittenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HBIA_MAX_WORKERS", "many")

    done = app.hbia(*ORDER)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error[HB501]: setting `HBIA_MAX_WORKERS` must be a whole number")


def test_options_of_the_flow_hold_unless_the_command_says_otherwise(app: WrittenApp) -> None:
    app.write(
        "app_slow.py",
        """
        from hbia_dsl import Flow, check_cancelled, vertex

        @vertex
        def spin() -> int:
            while True:
                check_cancelled()

        slow = Flow.of("slow", spin).options(timeout_s=0.05)
        """,
    )

    done = app.hbia("run", "app_slow:slow", "--quiet")

    assert done.code == 1
    assert "deadline" in done.err


def test_what_was_kept_is_called_cached(app: WrittenApp) -> None:
    first = app.hbia(*ORDER, "--cache", "--json", "--quiet")
    again = app.hbia(*ORDER, "--cache", "--json", "--quiet")

    states = [json.loads(done.out)["vertices"]["price"]["state"] for done in (first, again)]
    assert states == ["done", "cached"]
    assert json.loads(again.out)["values"] == json.loads(first.out)["values"]


def test_what_a_failure_says_cannot_steer_the_terminal(app: WrittenApp) -> None:
    app.write(
        "app_rude.py",
        r"""
        from hbia_dsl import Flow, vertex

        class Mute(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        @vertex
        def shout() -> int:
            raise ValueError("one\ntwo \x1b[31mred")

        @vertex
        def mumble() -> int:
            raise Mute

        rude = Flow.of("rude", shout, mumble)
        """,
    )

    done = app.hbia("run", "app_rude:rude", "--quiet", "--on-error", "continue", "--json")

    assert done.code == 1
    assert "\x1b" not in done.err
    assert "raised ValueError: one\ntwo \\x1b[31mred\n" in done.err
    assert "raised Mute: <str raised RuntimeError>\n" in done.err
    assert [f["message"] for f in json.loads(done.out)["failures"]] == [
        "one\ntwo \x1b[31mred",
        "<str raised RuntimeError>",
    ]
