"""Whoever imports a public name gets complete types, also from a checker other than mypy."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Final, NotRequired, TypedDict

import hbia_dsl
import hbia_dsl.atomicity
import hbia_dsl.cache
import hbia_dsl.conf
import hbia_dsl.testing
from contract.source_tree import listed
from hbia_dsl import errors

PUBLIC_MODULES: Final[tuple[ModuleType, ...]] = (
    hbia_dsl,
    hbia_dsl.atomicity,
    hbia_dsl.cache,
    hbia_dsl.conf,
    hbia_dsl.testing,
    errors,
)


class Remark(TypedDict):
    """One reason why a type is not complete."""

    message: str


class Symbol(TypedDict):
    """What pyright says about one name."""

    name: str
    isTypeKnown: bool
    diagnostics: NotRequired[list[Remark]]


def test_every_public_name_has_a_complete_type() -> None:
    public = _public_names()
    symbols = [s for s in _judged_symbols() if _is_one_of(s["name"], public)]
    incomplete = [
        f"{symbol['name']}: {remark['message']}"
        for symbol in symbols
        if not symbol["isTypeKnown"]
        for remark in symbol.get("diagnostics", [])
    ]

    assert {"hbia_dsl.errors.HbiaError"} <= {symbol["name"] for symbol in symbols}
    assert not incomplete, listed(incomplete)


def _public_names() -> frozenset[str]:
    """Full names, at the place of the definition, of all that users import."""
    named = {
        f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
        for module in PUBLIC_MODULES
        for name, value in vars(module).items()
        if not name.startswith("_")
        if not isinstance(value, ModuleType)
    }
    return frozenset(name for name in named if name.startswith("hbia_dsl."))


def _is_one_of(name: str, public: frozenset[str]) -> bool:
    return name in public or any(name.startswith(f"{owner}.") for owner in public)


def _judged_symbols() -> list[Symbol]:
    # Pyright judges the package that the first `python` on the path would import.
    scripts = Path(sys.executable).parent
    path = os.pathsep.join([str(scripts), os.environ["PATH"]])
    command = [sys.executable, "-m", "pyright", "--outputjson", "--ignoreexternal"]
    done = subprocess.run(
        [*command, "--verifytypes", "hbia_dsl"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    try:
        symbols: list[Symbol] = json.loads(done.stdout)["typeCompleteness"]["symbols"]
    except (ValueError, KeyError):
        raise AssertionError(done.stdout + done.stderr) from None
    return symbols
