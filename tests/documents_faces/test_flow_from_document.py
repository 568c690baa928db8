"""A document and decorated functions become one flow, or every reason why they do not."""

from pathlib import Path
from typing import Any, Final

import pytest

import signup_app
from hbia_dsl import Flow, Registry, vertex
from hbia_dsl.errors import DocumentError, FlowNotFoundError
from hbia_dsl.wiring.binding import Rule

SIGNUP: Final = """\
flow:
  signup:
    clean:
      handler: signup_app.normalize
      inputs: {name: str, email: str}
      outputs: {clean: any}
      next: [log_it]
    save:
      handler: signup_app.save
      inputs: {user: clean.clean}
      outputs: {user_id: int}
    rank:
      handler: signup_app.rank
      version: "7"
      inputs: {user: clean.clean, bonus: {value: 2.0}}
      outputs: {best: any, score: float}
    greet:
      handler: signup_app.mail
      effect: side_effect
      inputs: {to: rank.best, uid: save.user_id, greeting: {value: Welcome}}
    greet_again:
      handler: signup_app.mail
      inputs: {to: clean.clean, uid: save.user_id}
    log_it:
      handler: signup_app.log
      inputs: {note: input.name}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where documents are, so that reports show bare names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _flow(folder: Path, text: str) -> Flow[..., object]:
    path = folder / "doc.yaml"
    path.write_text(text, encoding="utf-8")
    return Flow.from_yaml(path, signup_app)


def _refusal(folder: Path, text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        _flow(folder, text)
    return caught.value.errors


def _one(handler: str, inputs: str = "{text: str}", rest: str = "") -> str:
    return (
        f"flow:\n  f:\n    v:\n      handler: signup_app.{handler}\n      inputs: {inputs}\n{rest}"
    )


def test_a_document_wires_functions_under_names_of_its_own(folder: Path) -> None:
    flow = _flow(folder, SIGNUP)

    assert list(flow.wired.vertices) == ["clean", "save", "rank", "greet", "greet_again", "log_it"]
    assert flow.graph.vertices["rank"].version == "7"
    assert dict(flow.graph.vertices["rank"].constants) == {"bonus": 2.0}
    assert flow.graph.vertices["clean"].effect == "pure"
    rules = {b.parameter: b.rule for b in flow.wired.vertices["greet_again"].bindings}
    assert rules == {"to": Rule.EXPLICIT, "uid": Rule.EXPLICIT, "greeting": Rule.DEFAULT}


@pytest.mark.parametrize(
    "options", [{}, {"parallel": True}, {"parallel": True, "schedule": "eager"}]
)
def test_a_document_runs_in_every_mode(folder: Path, options: dict[str, object]) -> None:
    flow = _flow(folder, SIGNUP).options(**options)  # type: ignore[arg-type]  # options by name

    run = flow.run(name=" Ada ", email="a@b")

    assert run["greet.greet"] == "Welcome, ada (3)"
    assert run["greet_again.greet_again"] == "Hello, ada (3)"
    assert run["rank.score"] == 5.0
    assert run["save.user_id"] == 3


def test_next_alone_is_an_order_that_the_kernel_keeps(folder: Path) -> None:
    flow = _flow(folder, SIGNUP)

    stages = [[vertex.name for vertex in stage] for stage in flow.topology.execution_stages()]
    assert stages == [["clean"], ["save", "rank", "log_it"], ["greet", "greet_again"]]
    assert flow.wired.vertices["log_it"].bindings[0].sources[0].vertex == "input"


def test_inputs_and_result_are_typed_as_of_any_flow(folder: Path) -> None:
    path = folder / "doc.yaml"
    path.write_text(SIGNUP, encoding="utf-8")

    flow = Flow.from_yaml(path, signup_app, inputs=signup_app.Signup, result=signup_app.normalize)
    run = flow.run(name="Ada")

    assert run.value == signup_app.User("ada", "nobody@example.org")
    assert run[signup_app.rank].score == 20.0


def test_constants_are_written_out_as_source_that_runs_and_are_new_in_each_run(
    folder: Path,
) -> None:
    text = """\
flow:
  f:
    a: {handler: signup_app.count, inputs: {text: str}, outputs: {letters: int}}
    b: {handler: signup_app.count, inputs: {text: {value: x y}, least: {value: 3}}}
    c: {handler: signup_app.add, inputs: {parts: [a.letters, a.letters], extra: {value: [2, 3]}}}
    d: {handler: signup_app.add, inputs: {parts: [a.letters], extra: {value: []}}}
"""
    flow = _flow(folder, text)

    for _ in range(2):
        assert flow.run(text="four")["c.c"] == 13
        assert flow.run(parallel=True, text="four")["d.d"] == 4
    (line,) = (line for line in flow.source().splitlines() if "extra=[2, 3]," in line)
    assert line.endswith("# <- the document (constant)")
    again = folder / "again.yaml"
    again.write_text(flow.to_yaml(), encoding="utf-8")
    assert Flow.from_yaml(again, signup_app).graph == flow.graph


def test_lineage_and_checks_know_constants(folder: Path) -> None:
    from hbia_dsl.check.explanation import explain_edges

    flow = _flow(folder, SIGNUP)

    texts = [str(edge) for edge in explain_edges(flow.wired)]
    assert "rank.bonus <- the document (constant: the document has its value)" in texts
    run = flow.run(name="a", email="b")
    assert run.lineage.why("rank")["bonus"] == "the document (constant)"


@pytest.mark.parametrize(
    ("handler", "outputs", "expected"),
    [
        ("count", "{letters: int}", {"v.letters": 3}),
        ("count", "{letters: int, words: int}", {"v.letters": 3, "v.words": 1}),
        ("count", "{both: dict}", {"v.both": {"letters": 3, "words": 1}}),
        ("count", "{v: dict}", {"v.v": {"letters": 3, "words": 1}}),
        ("tally", "{letters: int}", {"v.letters": 3}),
        ("tally", "{found: 'dict[str, int]'}", {"v.found": {"letters": 3, "spaces": 0}}),
    ],
)
def test_a_document_may_name_the_outputs_of_a_function_that_does_not(
    folder: Path, handler: str, outputs: str, expected: dict[str, object]
) -> None:
    flow = _flow(folder, _one(handler, rest=f"      outputs: {outputs}\n"))

    run = flow.run(text="abc")

    assert {name: run[name] for name in expected} == expected
    assert set(flow.graph.vertices["v"].outputs) == {n.partition(".")[2] for n in expected}


@pytest.mark.parametrize("text", ["str", "any", "str?  # narrower claims are no lies", "str | int"])
def test_a_claim_is_refused_only_if_it_contradicts(folder: Path, text: str) -> None:
    is_fine = text in {"str", "any"}
    document = _one("tally").replace("{text: str}", f"\n        text: {text}")

    if is_fine:
        _flow(folder, document)
    else:
        assert "input `text` of vertex `v` is" in _refusal(folder, document)[0]


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (
            _one("talley"),
            (
                "doc.yaml:4:16: `handler` of vertex `v` is `signup_app.talley`, which is "
                "not among the given functions"
            ),
        ),
        (
            _one("undeclared"),
            (
                "doc.yaml:4:16: `handler` of vertex `v` is `signup_app.undeclared`, "
                "which is not declared with `@vertex`"
            ),
        ),
        (
            _one("checked_app.summarise"),
            (
                "doc.yaml:4:16: `handler` of vertex `v` is "
                "`signup_app.checked_app.summarise`, which is not among the given functions"
            ),
        ),
        (
            _one("tally", "{text: int}"),
            ("doc.yaml:5:22: input `text` of vertex `v` is `int`, but its function takes `str`"),
        ),
        (
            _one("tally", "{text: {value: 3}}"),
            (
                "doc.yaml:5:22: the constant `text` of vertex `v` "
                "is not `str`, which its function takes"
            ),
        ),
        (
            _one("tally", "{text: str, texts: str}"),
            ("doc.yaml:5:27: the function of vertex `v` has no parameter `texts`"),
        ),
        (
            _one("tally", rest="      outputs: {n: str, m: int}\n"),
            ("doc.yaml:6:20: output `n` of vertex `v` is `str`, but its function gives `int`"),
        ),
        (
            _one("rank", "{user: any}", "      outputs: {worst: any}\n"),
            (
                "doc.yaml:6:17: vertex `v` "
                "has no output `worst`: its function gives `v`, `best`, `score`"
            ),
        ),
        (
            _one("normalize", "{name: str, email: str}", "      effect: side_effect\n"),
            "doc.yaml:6:15: `effect` of vertex `v` is `side_effect`, but its function says `pure`",
        ),
        (
            _one("normalize", "{name: str, email: str}", "      version: '2'\n"),
            "doc.yaml:6:16: `version` of vertex `v` is `2`, but its function says `1`",
        ),
        (
            _one("tally").replace("    v:", "    two words:"),
            ("doc.yaml:3:5: vertex `two words` cannot be called so in a flow of Python functions"),
        ),
        (
            _one("reserve", "{amount: int}", "atomic_groups: {other: {vertices: [v]}}\n"),
            "doc.yaml:6:36: vertex `v` is in group `other`, but its function says `payment`",
        ),
        (
            _one("reserve", "{amount: int}", "atomic_groups: {payment: {vertices: [v]}}\n"),
            (
                "doc.yaml:6:17: `no_cache` of group `payment` is `true`, but the function of "
                "vertex `v` says `false`"
            ),
        ),
        (
            _one(
                "charge",
                "{amount: int}",
                "      compensate: signup_app.nothing\natomic_groups: "
                "{pay: {vertices: [v], on_failure: compensate}}\n",
            ),
            (
                "doc.yaml:6:19: `compensate` of vertex `v` is `signup_app.nothing`, which is not "
                "among the given functions, nor in a module of theirs"
            ),
        ),
    ],
)
def test_what_contradicts_is_told_with_its_place(folder: Path, document: str, error: str) -> None:
    (found,) = _refusal(folder, document)

    assert found == error


def test_every_contradiction_is_told_at_once_and_what_wiring_finds_too(folder: Path) -> None:
    text = (
        SIGNUP.replace("effect: side_effect", "effect: pure")
        .replace("score: float", "score: str")
        .replace("{name: str, email: str}", "{name: int}")
        .replace("user: clean.clean, bonus", "user: save.user_id, bonus")
    )

    with pytest.raises(DocumentError) as caught:
        _flow(folder, text)

    assert [d.code.number for d in caught.value.diagnostics] == ["HB422", "HB422", "HB201", "HB204"]
    missing = caught.value.diagnostics[2]
    assert "does not say where `email: str`, which `clean` requires, comes from" in missing.message
    assert "the vertex is stated at doc.yaml:3:5" in missing.notes


def test_a_contradiction_names_the_place_in_the_code_too(folder: Path) -> None:
    with pytest.raises(DocumentError, match=r"the function is at signup_app\.py:\d+"):
        _flow(folder, _one("tally", "{text: int}"))


def test_a_group_of_the_document_adds_to_what_the_code_says(folder: Path) -> None:
    text = """\
flow:
  shop:
    hold:
      handler: signup_app.reserve
      inputs: {amount: int}
      outputs: {hold: int}
      next: [take]
    take: {handler: signup_app.charge, inputs: {amount: hold.hold}}
    void:
      handler: signup_app.charge
      effect: side_effect
      inputs: {amount: int}
      compensate: signup_app.undo_charge
atomic_groups:
  payment: {vertices: [hold, take], no_cache: false}
  undone: {vertices: [void], on_failure: compensate}
"""
    flow = _flow(folder, text)

    groups = flow.graph.atomic_groups
    assert groups["payment"].vertices == ("hold", "take")
    assert not groups["payment"].no_cache
    assert flow.graph.vertices["void"].compensate is signup_app.undo_charge
    path = folder / "again.yaml"
    path.write_text(flow.to_yaml(), encoding="utf-8")
    assert Flow.from_yaml(path, signup_app).graph == flow.graph


def test_a_group_of_the_code_alone_stays(folder: Path) -> None:
    flow = _flow(folder, _one("reserve", "{amount: int}"))

    assert flow.graph.atomic_groups["payment"].vertices == ("v",)


def test_registries_lists_and_functions_inside_functions_serve_too(folder: Path) -> None:
    @vertex
    def shout(text: str) -> str:
        return text.upper()

    path = folder / "doc.yaml"
    path.write_text(_one("tally").replace("signup_app.tally", f"{__name__}.shout"))

    assert Flow.from_yaml(path, Registry(shout)).run(text="a")["v.v"] == "A"
    assert Flow.from_yaml(path, [shout]).run(text="a")["v.v"] == "A"
    assert Flow.from_yaml(path, [signup_app, shout]).run(text="a")["v.v"] == "A"
    assert Flow.of("f", shout).to_yaml().count(f"handler: {__name__}.shout") == 1


def test_a_module_that_is_imported_may_be_given_by_name(folder: Path) -> None:
    by_module = _flow(folder, SIGNUP)

    assert Flow.from_yaml("doc.yaml", "signup_app").graph == by_module.graph
    assert Flow.from_yaml("doc.yaml", [signup_app.normalize, "signup_app"]).graph == by_module.graph


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("never_imported", "no module `never_imported` is imported"),
        ("", "no module `` is imported"),
        (["signup_app", "gone"], "no module `gone` is imported"),
        (3, "a document's functions are a module or functions, not a int"),
        ([None], "a document's functions are a module or functions, not a NoneType"),
    ],
)
def test_what_is_no_module_is_one_clear_line(folder: Path, given: Any, message: str) -> None:  # noqa: ANN401 - what callers without a type checker give
    _flow(folder, SIGNUP)

    with pytest.raises(DocumentError) as caught:
        Flow.from_yaml("doc.yaml", given)

    (told,) = caught.value.diagnostics
    assert (told.code.number, told.message) == ("HB421", message)
    assert told.help == "import the module first and give it to `from_yaml`"


def test_a_function_that_was_not_given_is_not_reached_though_its_module_is_known(
    folder: Path,
) -> None:
    path = folder / "doc.yaml"
    path.write_text(_one("tally"))

    with pytest.raises(DocumentError, match="not among the given functions"):
        Flow.from_yaml(path, Registry(signup_app.count))


def test_one_of_several_flows_has_to_be_named(folder: Path) -> None:
    path = folder / "doc.yaml"
    path.write_text(_one("tally") + "  g:\n    w: {handler: signup_app.log, inputs: {note: str}}\n")

    assert Flow.from_yaml(path, signup_app, flow_name="g").name == "g"
    with pytest.raises(FlowNotFoundError, match='flow_name="f"'):
        Flow.from_yaml(path, signup_app)
    with pytest.raises(FlowNotFoundError, match="did you mean `g`"):
        Flow.from_yaml(path, signup_app, flow_name="G")


def test_a_lambda_has_no_path_for_a_document() -> None:
    named = vertex(name="double", inputs={"n": int})(lambda n: n * 2)

    with pytest.raises(DocumentError, match="handler of vertex `double` is a lambda"):
        Flow.of("f", named).to_yaml()


def test_bindings_of_the_document_win_over_those_of_the_code(folder: Path) -> None:
    text = """\
flow:
  f:
    a: {handler: signup_app.normalize, inputs: {name: str, email: str}, outputs: {a: any}}
    save: {handler: signup_app.save, inputs: {user: a.a}}
    other: {handler: signup_app.save, inputs: {user: a.a}, outputs: {other: int}}
    by_document: {handler: signup_app.mail, inputs: {to: a.a, uid: other.other}}
"""
    flow = _flow(folder, text)

    assert flow.graph.vertices["by_document"].inputs["uid"] == "other.other"


def test_a_binding_of_the_code_counts_where_the_document_says_nothing(folder: Path) -> None:
    text = """\
flow:
  f:
    a: {handler: signup_app.normalize, inputs: {name: str, email: str}, outputs: {a: any}}
    kept: {handler: signup_app.save, inputs: {user: a.a}, outputs: {kept: int}}
    by_code: {handler: signup_app.mail, inputs: {to: a.a}}
"""
    flow = _flow(folder, text)

    assert flow.graph.vertices["by_code"].inputs["uid"] == "kept.kept"


def test_a_constant_of_another_value_is_another_entry_of_the_cache(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", str(folder / "cache"))
    text = _one("normalize", "{name: {value: Ada}, email: str}")

    for name in ("Ada", "Bob", "Ada"):
        flow = _flow(folder, text.replace("Ada", name)).options(cache=True)
        assert flow.run(email="e")["v.v"] == signup_app.User(name.lower(), "e")


def test_a_type_checker_judges_constants_and_order_too(folder: Path) -> None:
    from hbia_dsl.check.check_flow import check_flows

    flow = _flow(folder, SIGNUP)

    report = check_flows([flow])

    assert (report.findings, report.failures) == ((), ())
