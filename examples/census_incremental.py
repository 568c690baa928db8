"""The census of the standard library again, with a cache: only what an edit can change runs again.

The analyses are written into a module in a temporary folder. The census is run twice; then one
analysis is edited in the file, the module is reloaded, and the census is run a third time: the
edited analysis and the report run, everything else comes from the cache. Then a helper that two
analyses share is edited: both run again, and as their results are the same as before, the report
does not. The report of each run says for each vertex why it ran.

    python examples/census_incremental.py             the whole library
    python examples/census_incremental.py --limit 50  only the first 50 files
"""

import argparse
import importlib
import sys
import sysconfig
import tempfile
from pathlib import Path
from time import perf_counter
from types import ModuleType

import attrs

from hbia_dsl import Flow, vertex
from hbia_dsl.conf import Settings, configure

ANALYSES = '''
"""What is counted: functions from texts to numbers."""

import ast
from collections import Counter

from hbia_dsl import vertex

LONGEST = 5


def is_comment(line: str) -> bool:
    return line.startswith("#")


def stripped(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


@vertex(effect="pure")
def count_lines(texts: dict[str, str]) -> dict[str, int]:
    lines = [line for text in texts.values() for line in stripped(text)]
    return {"all": len(lines), "comment": sum(map(is_comment, lines))}


@vertex(effect="pure")
def count_blank(texts: dict[str, str]) -> int:
    return sum(stripped(text).count("") for text in texts.values())


@vertex(effect="pure")
def count_functions(texts: dict[str, str]) -> dict[str, int]:
    return {module: text.count("def ") for module, text in texts.items()}


@vertex(effect="pure")
def count_imports(texts: dict[str, str]) -> dict[str, int]:
    names: Counter[str] = Counter()
    for text in texts.values():
        for item in ast.walk(ast.parse(text)):
            if isinstance(item, ast.Import):
                names.update(alias.name for alias in item.names)
    return dict(names)


@vertex(
    inputs={
        "lines": count_lines,
        "blank": count_blank,
        "functions": count_functions,
        "imports": count_imports,
    },
    effect="pure",
)
def report(
    lines: dict[str, int], blank: int, functions: dict[str, int], imports: dict[str, int]
) -> str:
    longest = sorted(functions, key=lambda name: (-functions[name], name))[:LONGEST]
    popular = sorted(imports, key=lambda name: (-imports[name], name))[:LONGEST]
    return (
        f"{lines['all']:,} lines, {lines['comment']:,} comments, {blank:,} blank\\n"
        f"most functions: {', '.join(longest)}\\n"
        f"most imported:  {', '.join(popular)}"
    )
'''


@attrs.frozen
class Where:
    """What the flow takes from outside."""

    root: Path
    """Folder of the standard library."""
    limit: int | None = None
    """How many files to look at; None for all of them."""


@vertex
def texts(root: Path, limit: int | None) -> dict[str, str]:
    """Read the modules: from the disk, so nothing declares this pure, and it runs every time."""
    found: dict[str, str] = {}
    for path in sorted(root.glob("*.py"))[:limit]:
        found[path.stem] = path.read_text("utf-8", errors="replace")
    return found


class AnalysisFile:
    """The module of the analyses: a file that is edited and loaded again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "census_analyses.py"
        self._path.write_text(ANALYSES, encoding="utf-8")
        self._module: ModuleType | None = None

    def edit(self, old: str, new: str) -> None:
        """Replace a piece of the text, as an editor would."""
        text = self._path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"`{old}` is not there once")
        self._path.write_text(text.replace(old, new), encoding="utf-8")

    def flow(self) -> Flow[..., str]:
        """Make the census from the analyses as they are in the file now."""
        importlib.invalidate_caches()
        if self._module is None:
            self._module = importlib.import_module("census_analyses")
        else:
            importlib.reload(self._module)
        names = ("count_lines", "count_blank", "count_functions", "count_imports", "report")
        functions = [getattr(self._module, name) for name in names]
        return Flow.of("census", texts, *functions, inputs=Where, result=functions[-1])


def tell(title: str, flow: Flow[..., str], root: Path, limit: int | None) -> None:
    """Run the census and print its report."""
    begun = perf_counter()
    run = flow.run(root=root, limit=limit)
    print(f"== {title}: {perf_counter() - begun:.2f} s ==")
    print(run.report)
    print(run.value)
    print()


def main() -> None:
    """Run the census four times, with two edits in between."""
    parser = argparse.ArgumentParser(description="A census that runs only what has changed.")
    parser.add_argument("--limit", type=int, help="look at the first N files only")
    limit: int | None = parser.parse_args().limit
    root = Path(sysconfig.get_path("stdlib"))

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, name)
        sys.dont_write_bytecode = True  # two edits in one second look alike to compiled files
        configure(Settings(CACHE_ENABLED=True, CACHE_DIR=str(folder / "cache")))
        analyses = AnalysisFile(folder)

        tell("first run", analyses.flow(), root, limit)
        tell("nothing changed", analyses.flow(), root, limit)

        analyses.edit('text.count("def ")', 'text.count("def ") + text.count("lambda")')
        tell("`count_functions` edited", analyses.flow(), root, limit)

        analyses.edit("line.strip()", 'line.strip(" ")')
        tell("`stripped` edited, which two of them call", analyses.flow(), root, limit)


if __name__ == "__main__":
    main()
