"""Our judgement of types and mypy's are the same, on thousands of generated pairs.

Each pair becomes a function in a module: its parameter has the first type, and it is
assigned to a variable of the second. Where mypy complains, the pair is not assignable.
The declarations come twice: as they are, and with all annotations left as text.
"""

import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs
import pytest

from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.strength import index_keys_of_source, index_keys_of_target, is_strong
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES
from typeform_grammar import HEADER
from typeform_pairs import PairGenerator, text

TESTS: Final = Path(__file__).parents[1]
WORLD: Final = "typeform_world"
TEXT_WORLD: Final = "typeform_world_as_text"

PAIRS: Final = 5_000
PAIRS_AS_TEXT: Final = 1_500
SEEDS: Final = range(8) if os.environ.get("HBIA_LONG") == "1" else range(2)

_CONFIG: Final = """\
[mypy]
strict = True
disallow_any_generics = False
explicit_package_bases = True
follow_imports = silent
"""
_PROBLEM: Final = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?P<kind>error|note): (?P<text>.*)")


@attrs.frozen
class JudgedPair:
    """A pair of annotations and mypy's answer."""

    source_text: str
    target_text: str
    source: object
    target: object
    accepted: bool

    def __str__(self) -> str:
        answer = "accepts" if self.accepted else "refuses"
        return f"{self.source_text}  for  {self.target_text}: mypy {answer} it"


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[JudgedPair]]:
    """All pairs of all seeds, judged by one run of mypy."""
    folder = tmp_path_factory.mktemp("pairs")
    _write_text_world(folder)
    with pytest.MonkeyPatch.context() as patch:
        _import_text_world(folder, patch)
        yield _judged_by_mypy(folder)


def test_every_yes_and_no_is_the_answer_of_mypy(pairs: list[JudgedPair]) -> None:
    answers = {YES: True, NO: False}
    wrong = [
        f"{verdict.name}: {pair}"
        for pair in pairs
        if (verdict := is_assignable(pair.source, pair.target)) is not UNKNOWN
        if answers[verdict] is not pair.accepted
    ]

    assert not wrong, _listed(wrong)


def test_few_answers_are_missing(pairs: list[JudgedPair]) -> None:
    unknown = [str(p) for p in pairs if is_assignable(p.source, p.target) is UNKNOWN]

    assert len(unknown) <= 0.02 * len(pairs), _listed(unknown)


def test_the_pairs_are_a_fair_sample(pairs: list[JudgedPair]) -> None:
    accepted = sum(pair.accepted for pair in pairs) / len(pairs)

    assert len(pairs) >= len(SEEDS) * PAIRS
    assert 0.3 < accepted < 0.7
    assert len({pair.source_text for pair in pairs}) > PAIRS / 2


def test_what_is_assignable_to_a_strong_type_shares_an_index_key_with_it(
    pairs: list[JudgedPair],
) -> None:
    lost = [
        str(pair)
        for pair in pairs
        if is_strong(pair.target) and is_assignable(pair.source, pair.target) is YES
        if (keys := index_keys_of_target(pair.target)) is not None
        if not keys & index_keys_of_source(pair.source)
    ]

    assert not lost, _listed(lost)


def test_index_keys_leave_most_of_the_others_out(pairs: list[JudgedPair]) -> None:
    found: Counter[bool] = Counter()
    for pair in pairs:
        keys = index_keys_of_target(pair.target) if is_strong(pair.target) else None
        if keys is not None and is_assignable(pair.source, pair.target) is NO:
            found[bool(keys & index_keys_of_source(pair.source))] += 1

    assert found[True] < found[False]


def _write_text_world(folder: Path) -> None:
    """Write the declarations once more, with their annotations left as text."""
    _, docstring, rest = (
        (TESTS / f"{WORLD}.py").read_text(encoding="utf-8").split('"""', maxsplit=2)
    )
    future = "from __future__ import annotations"
    written = f'"""{docstring}"""\n\n{future}{rest}'
    (folder / f"{TEXT_WORLD}.py").write_text(written, encoding="utf-8")


def _import_text_world(folder: Path, patch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location(TEXT_WORLD, folder / f"{TEXT_WORLD}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    patch.setitem(sys.modules, TEXT_WORLD, module)
    spec.loader.exec_module(module)


def _judged_by_mypy(folder: Path) -> list[JudgedPair]:
    modules = {}
    for seed in SEEDS:
        made = [(text(a), text(b)) for a, b in PairGenerator(seed).pairs(PAIRS)]
        modules[f"plain_{seed}.py"] = (HEADER, made)
        modules[f"text_{seed}.py"] = (HEADER.replace(WORLD, TEXT_WORLD), made[:PAIRS_AS_TEXT])
    for name, (header, made) in modules.items():
        (folder / name).write_text(_module(header, made), encoding="utf-8")
    refused = _refused(folder, list(modules))
    return [
        pair
        for name, (header, made) in modules.items()
        for pair in _paired(header, made, refused[name])
    ]


def _module(header: str, pairs: Sequence[tuple[str, str]]) -> str:
    functions = (
        f"def pair_{number}(value: {source}) -> None:\n    target: {target} = value\n"
        for number, (source, target) in enumerate(pairs)
    )
    return header + "".join(functions)


def _refused(folder: Path, names: list[str]) -> dict[str, set[int]]:
    """Ask mypy, and return for each module the numbers of the pairs that it refuses."""
    (folder / "mypy.ini").write_text(_CONFIG, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=mypy.ini", "--cache-dir=cache", *names],
        cwd=folder,
        env={**os.environ, "MYPYPATH": f"{TESTS}{os.pathsep}{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout[-2_000:] + done.stderr
    first_line = HEADER.count("\n") + 1
    refused: dict[str, set[int]] = {name: set() for name in names}
    for line in done.stdout.splitlines()[:-1]:
        problem = _PROBLEM.fullmatch(line)
        assert problem is not None, line
        if problem["kind"] == "error":
            number, is_assignment = divmod(int(problem["line"]) - first_line, 2)
            assert is_assignment, f"a pair that mypy does not understand: {line}"
            assert problem["text"].endswith("[assignment]"), line
            refused[problem["file"]].add(number)
    return refused


def _paired(
    header: str, pairs: Sequence[tuple[str, str]], refused: set[int]
) -> Iterator[JudgedPair]:
    names: dict[str, object] = {}
    exec(header, names)  # noqa: S102 - imports that are written in this project
    for number, (source, target) in enumerate(pairs):
        yield JudgedPair(
            source,
            target,
            eval(source, names),  # noqa: S307 - annotations that this project generates
            eval(target, names),  # noqa: S307 - as above
            number not in refused,
        )


def _listed(lines: list[str]) -> str:
    return f"{len(lines)}:\n" + "\n".join(sorted(lines, key=len)[:30])
