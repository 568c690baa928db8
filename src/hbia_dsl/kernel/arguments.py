"""How a vertex's arguments are taken out of the slots.

Made once for each vertex when a plan is made; a run only calls it. `itemgetter` does
the common cases in C; a slice gives it a sequence even for one slot or none.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import cast

from hbia_dsl.kernel.plan import Slots

Source = int | tuple[int, ...]
"""One slot, or, for a fan-in, several that become a list."""

Getter = Callable[[Slots], Iterable[object]]


def _slices(start: int) -> Getter:
    return cast("Getter", itemgetter(slice(start, start + 1)))


_NONE: Getter = cast("Getter", itemgetter(slice(0, 0)))


def compile_arguments(sources: Sequence[Source]) -> Getter:
    """Return what takes the values of these sources out of the slots, in order."""
    if not sources:
        return _NONE
    if any(isinstance(source, tuple) for source in sources):
        return _with_fan_in(tuple(sources))
    slots = cast("Sequence[int]", sources)
    if len(slots) == 1:
        return _slices(slots[0])
    return cast("Getter", itemgetter(*slots))


def _with_fan_in(sources: tuple[Source, ...]) -> Getter:
    def take(slots: Slots) -> list[object]:
        return [
            [slots[slot] for slot in source] if isinstance(source, tuple) else slots[source]
            for source in sources
        ]

    return take
