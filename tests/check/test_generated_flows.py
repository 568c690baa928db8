"""A check refuses a random flow exactly when mypy refuses the calls that it means.

The vertices of all flows are one module. Each flow is built and checked; the same flows were
written as calls by hand, so to speak, and mypy judges these without any part of the package.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import attrs
import pytest

from generated_flows import CALLS_HEAD, VERTICES_HEAD, FlowGenerator, GeneratedFlow
from hbia_dsl import Flow, WiringError
from hbia_dsl.check.check_flow import check_flows
from hbia_dsl.judging.check_report import Tool
from typeform_grammar import HEADER

TESTS: Final = Path(__file__).parents[1]
SEEDS: Final = range(8) if os.environ.get("HBIA_LONG") == "1" else range(1)
FLOWS: Final = 330
"""For each seed."""


@attrs.frozen
class Verdicts:
    """Which flows were refused, by whom."""

    made: int
    by_mypy: frozenset[int]
    """By mypy alone, in the calls that were written by hand."""
    at_build: frozenset[int]
    other_reasons: frozenset[str]
    """Codes of refusals that are not about types."""
    by_check: frozenset[int]
    """Of those that were built."""
    failures: tuple[str, ...]
    unproven: tuple[str, ...]


@pytest.fixture(scope="module", params=SEEDS)
def verdicts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, memory: Path
) -> Iterator[Verdicts]:
    """All verdicts about the flows of a seed."""
    folder = tmp_path_factory.mktemp("generated")
    generated = list(FlowGenerator(request.param).flows(FLOWS))
    _write(folder, generated)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HBIA_CACHE_DIR", str(memory))
        patch.syspath_prepend(folder)
        patch.chdir(folder)
        patch.delitem(sys.modules, "generated_vertices", raising=False)
        yield _judged(folder, generated, "mypy")
        sys.modules.pop("generated_vertices", None)


def _write(folder: Path, generated: list[GeneratedFlow]) -> None:
    vertices = [HEADER, VERTICES_HEAD]
    calls = [HEADER, CALLS_HEAD]
    for flow in generated:
        vertices += [*flow.vertices, flow.maker]
        calls += [f"{line}\n" for line in flow.calls]
    (folder / "generated_vertices.py").write_text("".join(vertices), encoding="utf-8")
    (folder / "generated_calls.py").write_text("".join(calls), encoding="utf-8")


def _judged(folder: Path, generated: list[GeneratedFlow], tool: Tool) -> Verdicts:
    module = importlib.import_module("generated_vertices")
    built: dict[int, Flow[..., object]] = {}
    codes: set[str] = set()
    for flow in generated:
        try:
            built[flow.number] = _built(module, flow.number)
        except WiringError as error:
            codes.update(d.code.number for d in error.diagnostics)
    report = check_flows(built.values(), tool=tool)
    return Verdicts(
        made=len(generated),
        by_mypy=_refused_by_mypy(folder),
        at_build=frozenset(f.number for f in generated) - built.keys(),
        other_reasons=frozenset(codes) - {"HB204"},
        by_check=frozenset(int(f.flow.removeprefix("flow ")) for f in report.findings),
        failures=tuple(d.message for d in report.failures),
        unproven=tuple(item.text for item in report.not_proven),
    )


def _built(module: ModuleType, number: int) -> Flow[..., object]:
    flow: Flow[..., object] = getattr(module, f"flow_{number}")()
    return flow


def _refused_by_mypy(folder: Path) -> frozenset[int]:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--output=json",
        "--disable-error-code=func-returns-value",
    ]
    done = subprocess.run(
        [*command, "--config-file", os.devnull, "--cache-dir=cache", "generated_calls.py"],
        cwd=folder,
        env={**os.environ, "MYPYPATH": os.pathsep.join([str(TESTS), str(folder)])},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (folder / "generated_calls.py").read_text(encoding="utf-8").splitlines()
    refused = set()
    for said in map(json.loads, done.stdout.splitlines()):
        if said["file"] == "generated_calls.py" and said["severity"] == "error":
            start = said["line"] - 1
            while not lines[start].startswith("async def flow_"):
                start -= 1
            refused.add(int(lines[start].removeprefix("async def flow_").partition("(")[0]))
    assert refused, done.stdout[-2_000:] + done.stderr
    return frozenset(refused)


def test_flows_are_refused_exactly_where_mypy_refuses_the_calls(verdicts: Verdicts) -> None:
    refused = verdicts.at_build | verdicts.by_check

    assert sorted(refused - verdicts.by_mypy) == []
    assert sorted(verdicts.by_mypy - refused) == []


def test_flows_are_refused_for_their_types_alone(verdicts: Verdicts) -> None:
    assert verdicts.other_reasons == frozenset()
    assert verdicts.failures == ()


def test_the_flows_are_a_fair_sample(verdicts: Verdicts) -> None:
    assert verdicts.made >= 300
    assert 0.25 < len(verdicts.by_mypy) / verdicts.made < 0.75
    assert len(verdicts.by_check) > 30
    assert len(verdicts.at_build) > 30


def test_nothing_is_left_unproven_but_values_of_type_any(verdicts: Verdicts) -> None:
    assert [text for text in verdicts.unproven if "is `Any`" not in text] == []
