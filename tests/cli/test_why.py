"""`hbia why`: the account of runs with a cache, from their journal."""

import json

import pytest

from written_apps import WrittenApp

FLOW = """
    from typing import NewType
    from hbia_dsl import Flow, vertex

    Net = NewType("Net", int)
    Gross = NewType("Gross", int)
    calls = []

    def rate() -> int:
        return 19

    @vertex(effect="pure")
    def net(price: int) -> Net:
        calls.append(price)
        return Net(price)

    @vertex(effect="pure")
    def gross(net: Net) -> Gross:
        return Gross(net * (100 + rate()) // 100)

    @vertex(effect="side_effect")
    def sent(gross: Gross) -> str:
        return str(gross)

    @vertex(effect="pure")
    def lines(gross: Gross) -> list[object]:
        return [print]

    bill = Flow.of("bill", net, gross, sent, lines)
"""


@pytest.fixture
def bill(app: WrittenApp) -> WrittenApp:
    """An app whose flow has run twice with a cache, with an edit in between."""
    app.write("app.py", FLOW)
    _run(app)
    app.write("app.py", FLOW.replace("return 19", "return 7"))
    _run(app)
    return app


CHANGED = "is changed by the code itself, so only its value at first counts"


def _run(app: WrittenApp, *more: str) -> None:
    done = app.hbia("run", "app:bill", "--set", "price=100", "--cache", "--quiet", *more)
    assert done.code == 0, done.err


def _newest(app: WrittenApp) -> dict[str, object]:
    found: dict[str, object] = json.loads(app.hbia("why", "--json").out)
    return found


def test_the_newest_run_says_of_each_vertex_whether_it_ran_and_why(bill: WrittenApp) -> None:
    done = bill.hbia("why")

    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head.startswith(f"run {_newest(bill)['run']} of flow `bill`, 2")
    assert head.endswith(": 1 of 4 vertices from the cache")
    assert lines == [
        "  net: hit",
        "  gross: miss: function `app.rate` in app.py changed",
        '  sent: not cacheable: its effect is "side_effect"',
        "  lines: not cacheable: its result: a function is code, not data",
        f"  not seen: `app.calls` {CHANGED} (net)",
    ]


def test_a_run_is_found_by_its_identity_or_how_it_begins(bill: WrittenApp) -> None:
    run_id = str(_newest(bill)["run"])

    whole, part = bill.hbia("why", run_id), bill.hbia("why", run_id[:9])

    assert whole.out == part.out == bill.hbia("why").out


def test_a_vertex_is_told_by_the_newest_run_that_has_it(bill: WrittenApp) -> None:
    done = bill.hbia("why", "gross")

    first, second = done.out.splitlines()
    assert first == "gross: miss: function `app.rate` in app.py changed"
    assert second.startswith(f"  in run {_newest(bill)['run']} of flow `bill`, ")
    assert bill.hbia("why", "net").out.splitlines()[2:] == [
        "  not seen: `app.calls` is changed by the code itself, so only its value at first counts"
    ]


def test_json_says_the_same(bill: WrittenApp) -> None:
    vertex = json.loads(bill.hbia("why", "gross", "--json").out)
    run = _newest(bill)

    assert vertex.pop("vertex") == "gross"
    note = {"answer": "miss", "limits": [], "reasons": ["function `app.rate` in app.py changed"]}
    vertices = run.pop("vertices")
    assert vertex == {**run, **note}
    assert isinstance(vertices, dict)
    assert vertices["gross"] == note
    assert list(vertices) == ["net", "gross", "sent", "lines"]


def test_a_failed_run_is_noted_as_well(app: WrittenApp) -> None:
    app.write("app.py", FLOW.replace("return Net(price)", "raise ValueError(price)"))
    assert app.hbia("run", "app:bill", "--set", "price=1", "--cache", "--quiet").code == 1

    assert app.hbia("why", "net").out.startswith("net: not cacheable: it failed\n")
    # What never started has no account.
    assert app.hbia("why", "gross").code == 2


def test_flows_are_told_apart(bill: WrittenApp) -> None:
    bill.write("app_other.py", FLOW.replace('"bill"', '"other"'))
    done = bill.hbia("run", "app_other:bill", "--set", "price=5", "--cache", "--quiet")
    assert done.code == 0

    assert "flow `other`" in bill.hbia("why").out
    assert "flow `bill`" in bill.hbia("why", "--flow", "bill").out
    assert "flow `bill`" in bill.hbia("why", "gross", "--flow", "bill").out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("grss",), "neither a run nor a vertex `grss` is noted\nhelp: did you mean `gross`?\n"),
        (("zzzzzz",), "neither a run nor a vertex `zzzzzz` is noted\nhelp: `hbia why` tells"),
        (("",), "neither a run nor a vertex `` is noted\n"),
        (("--flow", "bil"), "no runs of flow `bil` are noted\nhelp: did you mean --flow bill?\n"),
        (("gross", "--dir", "elsewhere"), "elsewhere: no runs are noted\n"),
    ],
)
def test_what_is_not_there_is_a_wrong_usage(
    bill: WrittenApp, arguments: tuple[str, ...], text: str
) -> None:
    done = bill.hbia("why", *arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("hbia why: ")
    assert text in done.err


def test_a_beginning_of_several_runs_names_some(bill: WrittenApp) -> None:
    journal = bill.folder / ".hbia_cache" / "runs.jsonl"
    account = {"flow": "bill", "at_s": 1.0, "notes": []}
    lines = [json.dumps({**account, "run": f"ffff{n:08x}"}) for n in range(7)]
    journal.write_text("\n".join(lines) + "\n")

    done = bill.hbia("why", "ffff")

    assert done.code == 2
    assert "7 runs begin with `ffff`" in done.err
    assert "ffff00000006, " in done.err


def test_without_any_run_nothing_is_said_and_nothing_made(app: WrittenApp) -> None:
    done, read = app.hbia("why"), app.hbia("why", "--json")

    assert (done.code, done.out, done.err) == (0, ".hbia_cache: no runs are noted\n", "")
    assert json.loads(read.out) is None
    assert list(app.folder.iterdir()) == []


NONSENSE = (
    "no json",
    "[1]",
    "{}",
    '{"run": 1, "flow": "f", "at_s": 1}',
    '{"run": "a", "flow": "f", "at_s": "soon"}',
    '{"run": "a", "flow": "f", "at_s": 1e300}',
    '{"run": "a", "flow": "f", "at_s": NaN}',
)
ODD = (
    '{"run": "a", "flow": "f", "at_s": 1, "notes": 3, "limits": []}',
    '{"run": "b", "flow": "f", "at_s": 1, "notes": [1, ["hit"], ["hit", [1], ["a"]]]}',
    '{"run": "c", "flow": "f", "at_s": 1, "notes": [["hit", [], ["v"]]], "limits": {"x": 3}}',
)


def test_a_damaged_journal_is_read_as_far_as_it_goes(app: WrittenApp) -> None:
    app.write(".hbia_cache/runs.jsonl", "\n".join((*ODD, *NONSENSE)) + "\n")
    assert app.hbia("why").out.startswith("run c of flow `f`, ")
    assert app.hbia("why", "v").out.startswith("v: hit\n")

    app.write(".hbia_cache/runs.jsonl", "\n".join(NONSENSE) + "\n")
    assert app.hbia("why").out == ".hbia_cache: no runs are noted\n"
