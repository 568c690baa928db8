"""The repository's files as the contract tests read them: text and syntax, nothing imported."""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "src" / "hbia_dsl"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef


@cache
def package_modules() -> tuple[Path, ...]:
    """Every Python file of the package, sorted."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of the project, sorted: what a reader may open."""
    found = [ROOT / "conftest.py"]
    for folder in ("src", "tests", "examples", "bench"):
        found += (ROOT / folder).rglob("*.py")
    return tuple(sorted(found))


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project, whether git knows it already or not."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".coverage"]
    for folder in (".ci", "src", "tests", "examples", "bench", "docs"):
        found += (p for p in (ROOT / folder).rglob("*") if p.is_file())
    return tuple(sorted(p for p in found if not _is_made_by_a_tool(p)))


def shown(path: Path) -> str:
    """The path as a message names it: relative to the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Every comment of a Python file with its line number, from its `#` on."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, also those inside others."""
    for item in ast.walk(tree_of(path)):
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            yield item


def public_definitions(path: Path) -> Iterator[tuple[str, Documented]]:
    """Public functions and classes of a module, and public methods of its public classes."""
    yield from _public_in(tree_of(path).body, prefix="")


def _public_in(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Documented]]:
    for item in body:
        if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if item.name.startswith("_") or decorator_names(item) & {"overload", "override", "setter"}:
            continue
        yield prefix + item.name, item
        if isinstance(item, ast.ClassDef):
            yield from _public_in(item.body, prefix=f"{item.name}.")


def decorator_names(item: Documented) -> set[str]:
    """The last part of each decorator's name: `setter` for `@value.setter`."""
    called = [d.func if isinstance(d, ast.Call) else d for d in item.decorator_list]
    return {dotted(name).rpartition(".")[2] for name in called}


def dotted(expression: ast.expr) -> str:
    """`a.b.c` for such an expression, else an empty text."""
    if isinstance(expression, ast.Name):
        return expression.id
    if isinstance(expression, ast.Attribute):
        owner = dotted(expression.value)
        return f"{owner}.{expression.attr}" if owner else ""
    return ""


def imports(path: Path) -> Iterator[tuple[int, str, str | None]]:
    """Every import of a file: line, module, and the name taken from it (None for `import m`)."""
    for item in ast.walk(tree_of(path)):
        if isinstance(item, ast.Import):
            yield from ((item.lineno, alias.name, None) for alias in item.names)
        elif isinstance(item, ast.ImportFrom):
            module = "." * item.level + (item.module or "")
            yield from ((item.lineno, module, alias.name) for alias in item.names)


def listed(problems: list[str]) -> str:
    """The problems below each other, for the message of an assertion."""
    return "\n" + "\n".join(f"  {problem}" for problem in problems)


def _is_made_by_a_tool(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part == "__pycache__" or part.endswith("_cache") for part in parts)
