"""Imports that a function makes when it is called, and what it takes from each module.

Few functions import anything, so here `dis` may take its time, and it knows the byte code of
every version of Python.
"""

from collections.abc import Iterator, Sequence
from dis import Instruction, get_instructions
from types import CodeType
from typing import Final

import attrs

_ATTRIBUTE_LOADS: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_LOCAL: Final = "STORE_FAST"


@attrs.frozen
class CodeImport:
    """One name that an import statement inside a function binds."""

    module: str
    """What is imported, as written: `app.text`, or `text` of a relative import."""
    level: int
    """How many dots stand before it."""
    starts_at_top: bool
    """Whether what is bound is `app` of `import app.text`."""
    chain: tuple[str, ...]
    """Attributes that are taken from the module; empty if it is used as a whole."""


def imports_of(code: CodeType) -> Iterator[CodeImport]:
    """Read the imports of one code object, without those of code inside it."""
    steps = [step for step in get_instructions(code) if step.opname != "CACHE"]
    for at, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            yield from _of_statement(steps, at)


def _of_statement(steps: Sequence[Instruction], at: int) -> Iterator[CodeImport]:
    module = str(steps[at].argval)
    level, names = steps[at - 2].argval, steps[at - 1].argval
    level = level if isinstance(level, int) else 0
    bindings = list(_bindings(steps, at + 1, len(names) if names else 0))
    for prefix, variable in bindings:
        is_whole = not names
        starts_at_top = is_whole and not prefix and "." in module
        for use in sorted(_uses(steps, variable)):
            chain = (*(() if is_whole else prefix), *use)
            yield CodeImport(module, level, starts_at_top, chain)


def _bindings(
    steps: Sequence[Instruction], at: int, names: int
) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Yield what each variable is bound to, and the variable if it is a plain local one."""
    taken: tuple[str, ...] = ()
    found = 0
    for step in steps[at:]:
        if step.opname == "IMPORT_FROM":
            # `import a.b.c as t` walks down from `a`; `from a import b, c` takes one by one.
            taken = (*taken, str(step.argval)) if not names else (str(step.argval),)
        elif step.opname.startswith("STORE_"):
            yield taken, str(step.argval) if step.opname == _LOCAL else None
            found += 1
            if found >= names:
                return


def _uses(steps: Sequence[Instruction], variable: str | None) -> set[tuple[str, ...]]:
    """Return the attributes that are taken from a variable; `()` where it is used whole."""
    if variable is None:
        return {()}
    found: set[tuple[str, ...]] = set()
    for at, step in enumerate(steps):
        if not step.opname.startswith("LOAD_FAST"):
            continue
        if step.argval == variable:
            found.add(tuple(_attributes(steps, at + 1)))
        elif isinstance(step.argval, tuple) and variable in step.argval:
            is_last = step.argval[-1] == variable
            found.add(tuple(_attributes(steps, at + 1)) if is_last else ())
            if step.argval[0] == variable:
                found.add(())
    return found or {()}


def _attributes(steps: Sequence[Instruction], at: int) -> Iterator[str]:
    while at < len(steps) and steps[at].opname in _ATTRIBUTE_LOADS:
        yield str(steps[at].argval)
        at += 1
