"""Which row each unit of a drawing is in: stages, with wide ones broken into several rows."""

from collections.abc import Sequence
from math import ceil
from typing import Final

import attrs

_LEAST_ROW: Final = 1_500.0
"""Rows narrower than this are never broken."""
_ROW_FOR_AREA: Final = 1.4
"""How wide rows may be, measured by the side of a square with the area of all units."""
_ROOM: Final = (26.0, 46.0)
"""What a unit needs beside it and below it."""


@attrs.frozen
class UnitSize:
    """A unit (a card, or the box of a group) and the stage that it belongs to."""

    stage: int
    width: float
    height: float
    is_entered: bool = True
    """Whether lines come to it from above."""
    is_left: bool = True
    """Whether lines go down from it."""


@attrs.frozen
class RowAssignment:
    """The rows of a drawing."""

    rows: Sequence[int]
    """By unit."""
    stage_of_row: Sequence[int]


def assign_rows(units: Sequence[UnitSize]) -> RowAssignment:
    """Give each unit a row; a stage that is too wide for one row gets several.

    Units of a stage do not depend on each other, so any of them can be above any other.
    The same number goes in each row: those where lines end first, those where lines
    start last, so that few lines have to pass other rows; else in the given order.
    """
    area = sum((unit.width + _ROOM[0]) * (unit.height + _ROOM[1]) for unit in units)
    widest = max(_LEAST_ROW, _ROW_FOR_AREA * area**0.5)
    stages: dict[int, list[int]] = {}
    for number, unit in enumerate(units):
        stages.setdefault(unit.stage, []).append(number)
    rows = [0] * len(units)
    stage_of_row: list[int] = []
    for stage in sorted(stages):
        members = stages[stage]
        members.sort(key=lambda number: units[number].is_left - units[number].is_entered)
        total = sum(units[number].width + _ROOM[0] for number in members)
        count = min(ceil(total / widest), len(members))
        for place, number in enumerate(members):
            rows[number] = len(stage_of_row) + place * count // len(members)
        stage_of_row += [stage] * count
    return RowAssignment(rows, stage_of_row)
