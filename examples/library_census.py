"""A census of the Python standard library on this machine, as a flow.

Finds the library's own sources, then, independently of each other, counts lines and
tokens, measures how much is documented, builds the graph of imports and looks for the
longest functions; joins all of it into one report. The flow is run serially, with
`parallel=True`, and with `schedule="eager"`, and the times are compared.

    python examples/library_census.py             the whole library
    python examples/library_census.py --limit 50  only the first 50 files
"""

import argparse
import ast
import io
import os
import sysconfig
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NewType

import attrs

from hbia_dsl import Flow, Run, vertex

Report = NewType("Report", str)

NOT_THE_LIBRARY = {"test", "tests", "site-packages", "idlelib", "lib2to3", "ensurepip"}
"""Folders beside the library proper: tests, applications, what was installed later."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@attrs.frozen
class Where:
    """What the flow takes from outside."""

    root: Path
    """Folder of the standard library."""
    limit: int | None = None
    """How many files to look at; None for all of them."""


@attrs.frozen
class SourceFiles:
    """The files of the library, in the order of their names."""

    paths: tuple[Path, ...]


@attrs.frozen
class Source:
    """One module as text."""

    module: str
    text: str


@attrs.frozen
class Sources:
    """All modules as text, and what could not be read."""

    modules: tuple[Source, ...]
    unreadable: tuple[str, ...]


@attrs.frozen
class Trees:
    """All modules as syntax trees."""

    by_module: dict[str, ast.Module]


@attrs.frozen
class LineCounts:
    """Lines by what is on them."""

    total: int
    blank: int
    comment: int


@attrs.frozen
class TokenCounts:
    """Tokens by kind, and the names that occur most often."""

    total: int
    common_names: tuple[tuple[str, int], ...]


@attrs.frozen
class DocstringCoverage:
    """How many modules, classes and functions have a docstring."""

    documented: int
    total: int


@attrs.frozen
class ImportGraph:
    """Which module of the library imports which other."""

    imports: dict[str, frozenset[str]]


@attrs.frozen
class LongestFunctions:
    """Functions by their length in lines, longest first."""

    top: tuple[tuple[str, int], ...]


@vertex
def find_files(root: Path, limit: int | None) -> SourceFiles:
    """Find the library's own source files."""
    found: list[Path] = []
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(set(inner) - NOT_THE_LIBRARY)  # not even looked into
        found += [Path(folder, name) for name in names if name.endswith(".py")]
    return SourceFiles(tuple(sorted(found)[:limit]))


@vertex
def read(files: SourceFiles, root: Path) -> Sources:
    """Read every file; a few are not UTF-8 on purpose."""
    modules, unreadable = [], []
    for path in files.paths:
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        try:
            modules.append(Source(name, path.read_text("utf-8")))
        except UnicodeDecodeError:
            unreadable.append(name)
    return Sources(tuple(modules), tuple(unreadable))


@vertex(effect="pure")
def parse(sources: Sources) -> Trees:
    """Parse every module."""
    return Trees({source.module: ast.parse(source.text) for source in sources.modules})


@vertex(effect="pure")
def count_lines(sources: Sources) -> LineCounts:
    """Count lines, and those that are blank or only a comment."""
    lines = [line.strip() for source in sources.modules for line in source.text.splitlines()]
    return LineCounts(len(lines), lines.count(""), sum(line.startswith("#") for line in lines))


@vertex(effect="pure")
def count_tokens(sources: Sources) -> TokenCounts:
    """Count tokens with Python's own tokenizer."""
    total = 0
    names: Counter[str] = Counter()
    for source in sources.modules:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            total += 1
            if token.type == tokenize.NAME:
                names[token.string] += 1
    return TokenCounts(total, tuple(names.most_common(5)))


@vertex(effect="pure")
def measure_docstrings(trees: Trees) -> DocstringCoverage:
    """Count public modules, classes and functions, and those that have a docstring."""
    total = documented = 0
    for tree in trees.by_module.values():
        for item in ast.walk(tree):
            if isinstance(item, Documented) and not getattr(item, "name", "").startswith("_"):
                total += 1
                documented += ast.get_docstring(item, clean=False) is not None
    return DocstringCoverage(documented, total)


@vertex(effect="pure")
def build_import_graph(trees: Trees) -> ImportGraph:
    """Find out which module of the library imports which other one."""
    known = {name.partition(".")[0] for name in trees.by_module}
    return ImportGraph(
        {
            module: frozenset(name for name in imported_names(tree) if name in known)
            for module, tree in trees.by_module.items()
        }
    )


@vertex(effect="pure")
def find_longest_functions(trees: Trees) -> LongestFunctions:
    """Find the longest functions."""
    lengths = [
        (f"{module}.{item.name}", (item.end_lineno or item.lineno) - item.lineno + 1)
        for module, tree in trees.by_module.items()
        for item in ast.walk(tree)
        if isinstance(item, Function)
    ]
    lengths.sort(key=lambda entry: (-entry[1], entry[0]))
    return LongestFunctions(tuple(lengths[:5]))


@vertex(effect="pure")
def report(
    sources: Sources,
    *,
    lines: LineCounts,
    tokens: TokenCounts,
    docstrings: DocstringCoverage,
    imports: ImportGraph,
    longest: LongestFunctions,
) -> Report:
    """Join everything into one page of text."""
    popular = Counter(name for names in imports.imports.values() for name in names)
    share = 100 * docstrings.documented / max(docstrings.total, 1)
    rows = [
        f"{len(sources.modules)} modules, {tokens.total:,} tokens, {lines.total:,} lines",
        f"of them {lines.blank:,} blank and {lines.comment:,} only a comment",
        f"{share:.0f} % of {docstrings.total:,} public modules, classes and functions documented",
        "names used most:      " + ", ".join(f"{n} {c:,}" for n, c in tokens.common_names),
        "modules imported most: " + ", ".join(f"{n} {c}" for n, c in popular.most_common(5)),
        "longest functions:    " + ", ".join(f"{n} ({c} lines)" for n, c in longest.top[:3]),
    ]
    if sources.unreadable:
        rows.append(f"not UTF-8: {', '.join(sources.unreadable)}")
    return Report("\n".join(rows))


def imported_names(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level names that a module imports."""
    for item in ast.walk(tree):
        if isinstance(item, ast.Import):
            for alias in item.names:
                yield alias.name.partition(".")[0]
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            yield item.module.partition(".")[0]


census = Flow.of(
    "census",
    find_files,
    read,
    parse,
    count_lines,
    count_tokens,
    measure_docstrings,
    build_import_graph,
    find_longest_functions,
    report,
    inputs=Where,
    result=report,
)


def positive(text: str) -> int:
    """Read a whole number of at least 1 from the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def print_stages(run: Run[Report]) -> None:
    """Print each stage with its vertices, and how long each vertex took."""
    for number, stage in enumerate(census.topology.execution_stages(), start=1):
        timings = [run.timings[vertex.name] for vertex in stage]
        begun = min(timing.started_s for timing in timings)
        ended = max(timing.ended_s for timing in timings)
        print(f"  stage {number}: {ended - begun:6.2f} s")
        for declared, timing in zip(stage, timings, strict=True):
            print(
                f"    {declared.name:<24} {timing.duration_s:6.2f} s"
                f"   (from {timing.started_s:5.2f} s to {timing.ended_s:5.2f} s)"
            )


def main() -> None:
    """Run the census in three modes and compare them."""
    parser = argparse.ArgumentParser(description="A census of the standard library.")
    parser.add_argument("--limit", type=positive, help="look at the first N files only")
    limit: int | None = parser.parse_args().limit
    root = Path(sysconfig.get_path("stdlib"))

    modes = {
        "serial": census,
        "parallel": census.options(parallel=True, max_workers=4),
        "eager": census.options(parallel=True, max_workers=4, schedule="eager"),
    }
    runs: dict[str, Run[Report]] = {}
    spans: dict[str, float] = {}
    for mode, flow in modes.items():
        run = runs[mode] = flow.run(root=root, limit=limit)
        spans[mode] = max(timing.ended_s for timing in run.timings.values())
        print(f"{mode}: {spans[mode]:.2f} s")
        print_stages(run)
        print()

    print(runs["serial"].value)
    print()
    print(f"all modes agree: {len({run.value for run in runs.values()}) == 1}")
    for mode in ("parallel", "eager"):
        print(f"{mode} took {spans[mode] / spans['serial']:.2f} of the serial time", end="")
        print(": the vertices overlap, but pure Python shares one interpreter lock")
    lineage = runs["serial"].lineage
    print("the report came from:", ", ".join(lineage.of("report.report")[:4]), "...")


if __name__ == "__main__":
    main()
