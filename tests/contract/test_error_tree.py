"""The tree that heads `hbia_dsl.errors` is the truth, and errors are data."""

import builtins
import inspect
import pickle
import re
from collections.abc import Mapping
from typing import Final

import attrs
import pytest

from hbia_dsl import errors
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import MISSING_PROVIDER, WRONG_TYPE
from hbia_dsl.errors import FlowFailed, GraphCycleError, HbiaError, WiringError

_LINE: Final = re.compile(r"(?P<branch>[ |`-]*)(?P<name>[A-Z]\w+)( \((?P<bases>[\w, ]+)\))?(\s|$)")

DEFINED: Final[Mapping[str, type[BaseException]]] = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value)
    if issubclass(value, BaseException)
    if value.__module__ == errors.__name__
}


@attrs.frozen
class Drawn:
    """One line of the tree."""

    name: str
    parent: str | None
    bases: tuple[str, ...]


def _drawn_tree() -> list[Drawn]:
    drawn: list[Drawn] = []
    above: list[tuple[int, str]] = []
    for line in inspect.cleandoc(errors.__doc__ or "").splitlines():
        match = _LINE.match(line)
        if match is None or not (drawn or match["name"] == "HbiaError"):
            continue
        if drawn and not re.search("[|`]", match["branch"]):
            break
        depth = len(match["branch"])
        above = [(column, name) for column, name in above if column < depth]
        bases = tuple(base.strip() for base in (match["bases"] or "").split(",") if base.strip())
        drawn.append(Drawn(match["name"], above[-1][1] if above else None, bases))
        above.append((depth, match["name"]))
    return drawn


def test_the_tree_lists_every_error_once_and_nothing_else() -> None:
    assert sorted(line.name for line in _drawn_tree()) == sorted(DEFINED)


def test_every_error_derives_from_the_one_above_it_in_the_tree() -> None:
    wrong = [
        f"{line.name} is not a {line.parent}"
        for line in _drawn_tree()
        if line.parent is not None
        if DEFINED[line.parent] not in DEFINED[line.name].__mro__
    ]

    assert wrong == []


def test_every_error_is_also_the_builtins_that_the_tree_names() -> None:
    wrong = [
        f"{line.name} is not a {base}"
        for line in _drawn_tree()
        for base in line.bases
        if getattr(builtins, base) not in DEFINED[line.name].__mro__
    ]

    assert wrong == []


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_every_error_is_an_hbia_error(name: str) -> None:
    assert issubclass(DEFINED[name], HbiaError)


def _diagnostic() -> Diagnostic:
    return Diagnostic(
        code=MISSING_PROVIDER,
        message="nothing provides `Prices`, which `summarise` requires",
        drawing=("a -> b",),
        notes=("`fetch` provides the similar `RawPrices`",),
        help="add a vertex that returns `Prices`",
    )


def _another() -> Diagnostic:
    return Diagnostic(code=WRONG_TYPE, message="`mail` takes `str`, but `fetch` gives `int`")


def _sample(kind: type[BaseException]) -> BaseException:
    """Make one as the package does: groups of problems, a failed run, else from one diagnostic."""
    if kind is GraphCycleError:
        return GraphCycleError("2 problems", [_diagnostic(), _another()], ["a", "b"])
    if issubclass(kind, WiringError):
        return kind("2 problems", [_diagnostic(), _another()])
    if kind is FlowFailed:
        failures = {"fetch": OSError("no route"), "mail": ValueError("no address")}
        return FlowFailed("`daily` failed", failures, ["report"], flow="daily", run_id="r1")
    return kind(_diagnostic())


def _facts(error: BaseException) -> Mapping[str, object]:
    """What a handler can read from an error, in a form that can be compared."""
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return {
        "type": type(error),
        "text": str(error),
        "repr": repr(error),
        "members": [(type(member), str(member)) for member in members],
        "state": {name: repr(value) for name, value in vars(error).items()},
    }


@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
@pytest.mark.parametrize("name", sorted(DEFINED))
def test_every_error_survives_pickling_with_its_facts(name: str, protocol: int) -> None:
    error = _sample(DEFINED[name])

    copied = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - made in the same line

    assert _facts(error) == _facts(copied)


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_every_error_keeps_its_notes_when_pickled(name: str) -> None:
    error = _sample(DEFINED[name])
    error.add_note("in vertex `fetch`")

    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the same line

    assert copied.__notes__ == ["in vertex `fetch`"]


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_the_text_of_an_error_says_what_is_wrong_and_has_no_address(name: str) -> None:
    text = f"{_sample(DEFINED[name])}\n{_sample(DEFINED[name])!r}"

    assert re.search("Prices|daily|2 problems", text)
    assert not re.search(r"0x[0-9a-f]{6,}", text)
