"""How a vertex's arguments are taken out of the slots.

Made once for each vertex when a plan is made; a run only calls it. `itemgetter` does
the common cases in C; a slice gives it a sequence even for one slot or none.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from operator import itemgetter
from typing import Final, cast

import attrs

from hbia_dsl.graph.own_copy import own_copy
from hbia_dsl.kernel.plan import Slots


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT
"""In a slot: an input that is optional and was not given."""


@attrs.frozen
class SlotOrDefault:
    """An optional input: its slot, and what the parameter takes if the slot is absent."""

    slot: int
    default: object


@attrs.frozen(eq=False)
class ConstantValue:
    """A value that is no result and no input: it stands in the document of the flow."""

    value: object

    def copy(self) -> object:
        """Return it for one call, which may change it."""
        return own_copy(self.value)


@attrs.frozen(eq=False)
class DefaultValue:
    """The default of a parameter, given as a call without it would: the same object."""

    value: object


Source = int | tuple[int, ...] | SlotOrDefault | ConstantValue | DefaultValue
"""One slot; for a fan-in, several that become a list; an optional input; a constant; a default."""

Getter = Callable[[Slots], Iterable[object]]


def _slices(start: int) -> Getter:
    return cast("Getter", itemgetter(slice(start, start + 1)))


_NONE: Getter = cast("Getter", itemgetter(slice(0, 0)))


def compile_arguments(sources: Sequence[Source]) -> Getter:
    """Return what takes the values of these sources out of the slots, in order."""
    if not sources:
        return _NONE
    if any(not isinstance(source, int) for source in sources):
        return _one_by_one(tuple(sources))
    slots = cast("Sequence[int]", sources)
    if len(slots) == 1:
        return _slices(slots[0])
    return cast("Getter", itemgetter(*slots))


def _one_by_one(sources: tuple[Source, ...]) -> Getter:
    def take(slots: Slots) -> list[object]:
        return [_value(source, slots) for source in sources]

    return take


def _value(source: Source, slots: Slots) -> object:
    if isinstance(source, int):
        return slots[source]
    if isinstance(source, tuple):
        return [slots[slot] for slot in source]
    if isinstance(source, ConstantValue):
        return source.copy()
    if isinstance(source, DefaultValue):
        return source.value
    value = slots[source.slot]
    return source.default if value is ABSENT else value
