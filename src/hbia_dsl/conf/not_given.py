"""The value of an argument that was not given: different from any that could be."""

from enum import Enum
from typing import Final, Literal


class _Sentinel(Enum):
    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NotGiven = Literal[_Sentinel.NOT_GIVEN]
"""The type of `NOT_GIVEN`."""

NOT_GIVEN: Final = _Sentinel.NOT_GIVEN
"""Stands for "look in the settings"."""
