"""A type checker as this package sees it: it takes a text and makes remarks about its lines."""

from enum import Enum
from typing import Protocol

import attrs

from hbia_dsl.lowering.check_place import CheckText


class Severity(Enum):
    """How grave a remark is."""

    ERROR = "error"
    NOTE = "note"


@attrs.frozen
class Remark:
    """What a type checker says about one line."""

    line: int
    """From 1."""
    severity: Severity
    message: str
    code: str = ""
    """The checker's own name for the rule."""
    notes: tuple[str, ...] = ()
    """What it adds."""
    file: str = ""
    """Empty for the text itself, else a file of the user's."""


@attrs.frozen
class Judgement:
    """All that a type checker said."""

    tool: str
    """Its name and version."""
    remarks: tuple[Remark, ...]
    """About the text."""
    elsewhere: tuple[Remark, ...] = ()
    """About other files: not asked for, but they may explain what it does not see."""


class Judge(Protocol):
    """A type checker."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def refuses_any(self) -> bool:
        """Whether it can refuse expressions that hold `Any` by itself."""
        ...

    def judge(self, text: CheckText, key: str) -> Judgement:
        """Judge a text.

        Args:
            text: The text.
            key: Names the text among others of the same project, so that what a checker
                remembers of it can be found again.

        Raises:
            CheckError: The checker is not installed, or gives up.
        """
        ...
