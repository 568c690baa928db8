"""Why data cannot be read as a type: problems as values, and how they travel.

A problem names paths, fields and types, never the data: a message may end up in a log,
and the data may be a secret. Only names of fields and keys of mappings are shown,
because without them nobody could find the place.

Nothing here imports cattrs, so callers may import `DataProblem` at no cost.
"""

from collections.abc import Iterable

import attrs

from hbia_dsl.structuring.declared_text import declared_text

_LONGEST_KEY = 40
"""Characters of a key that a path shows."""


@attrs.frozen
class DataProblem:
    """One place where data do not fit."""

    path: str
    """Where, from the outside in: `input.addr.zip`, `input.tags[3]`, `input.scores["ann"]`."""
    message: str
    """What is wrong there, without the path: `expected int, found str`."""
    expected: str | None = None
    """What was declared there, as text; None for a field that was not declared."""
    found: str | None = None
    """The type of the data there; None if nothing is there."""
    suggestion: str | None = None
    """The declared name or choice that may have been meant."""

    def __str__(self) -> str:
        hint = "" if self.suggestion is None else f", did you mean `{self.suggestion}`?"
        return f"{self.path}: {self.message}{hint}"

    def under(self, step: str) -> "DataProblem":
        """Return the same problem seen from one level further out.

        Args:
            step: The name of the whole, or one step of a path: `.zip`, `[3]`.
        """
        return attrs.evolve(self, path=step + self.path)


class RefusedDataError(ValueError):
    """Data were refused, for one reason or several; raised by hooks, collected by readers."""

    def __init__(self, problems: Iterable[DataProblem], *, is_near: bool = False) -> None:
        self.problems: tuple[DataProblem, ...] = tuple(problems)
        """The reasons, with paths relative to the value that was to be read."""
        self.is_near: bool = is_near or any(problem.path for problem in self.problems)
        """Whether the data were of the right kind, and only something about them was wrong."""
        super().__init__(self.problems)

    def under(self, step: str) -> Iterable[DataProblem]:
        """Return the reasons, seen from one level further out.

        Args:
            step: The step of the path to the value that was refused.
        """
        return (problem.under(step) for problem in self.problems)

    def __str__(self) -> str:
        return "; ".join(str(problem.under("data")) for problem in self.problems)


def refusal(expected: str, value: object, remark: str = "") -> RefusedDataError:
    """Return the error for data of a wrong type.

    Args:
        expected: What was declared, as text.
        value: What was found; only its type is kept.
        remark: Follows the type in the message; starts with a space.
    """
    found = kind_text(value)
    message = f"expected {expected}, found {found}{remark}"
    problem = DataProblem("", message, expected, found)
    return RefusedDataError([problem], is_near=bool(remark))


def refused(
    message: str, expected: str | None = None, found: str | None = None
) -> RefusedDataError:
    """Return the error for data of the right kind that are wrong in another way.

    Args:
        message: What is wrong.
        expected: What was declared, as text.
        found: The type of the data.
    """
    return RefusedDataError([DataProblem("", message, expected, found)], is_near=True)


def kind_text(value: object) -> str:
    """Name the type of data, never the data."""
    return "None" if value is None else declared_text(type(value))


def field_step(name: str) -> str:
    """Return the step of a path to a field of a class."""
    return f".{name}" if name.isidentifier() else key_step(name)


def key_step(key: object) -> str:
    """Return the step of a path to an entry of a mapping, or to an item of a sequence."""
    if isinstance(key, str):
        shown = key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}..."
        escaped = ascii(shown)[1:-1].replace('"', '\\"')
        return f'["{escaped}"]'
    return f"[{key}]" if type(key) in (int, bool) else f"[<{kind_text(key)}>]"
