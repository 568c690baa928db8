"""Checks of tuples: fixed places, a run of any length, or fixed places around a run."""

from collections.abc import Iterator

import attrs

from hbia_dsl.typeforms.compiled_check import (
    DEEP_ITEM_LIMIT,
    Accepts,
    ValueCheck,
    Within,
    share,
)
from hbia_dsl.typeforms.value_check_containers import AllAccepted, every, first_mismatch, numbered
from hbia_dsl.typeforms.value_mismatch import Mismatch, found_text

_Places = tuple[ValueCheck | None, ...]


def tuple_check(
    expected: str, before: _Places, middle: ValueCheck | None, after: _Places | None
) -> ValueCheck:
    """Check a tuple.

    Args:
        expected: The form, for messages.
        before: Checks of the places at the front; None for a place that can hold anything.
        middle: The check of the run between front and back; None if it can be anything.
        after: Checks of the places at the back; None if there is no run, so that the length
            is fixed.
    """
    back = after or ()
    placed = [(place, check) for place, check in enumerate(before) if check is not None]
    placed += [(n - len(back), check) for n, check in enumerate(back) if check is not None]
    flat = tuple((n, c.accepts) for n, c in placed if c.within is None)
    deep = tuple((n, c.within) for n, c in placed if c.within is not None)
    run = None if middle is None else every(middle)
    shape = _Shape(
        expected, before, middle, back, after is None, flat, deep, run, len(before) + len(back)
    )
    return ValueCheck(expected, shape.within, shape.within, shape.locate)


@attrs.frozen(eq=False)
class _Shape:
    expected: str
    before: _Places
    middle: ValueCheck | None
    back: _Places
    is_fixed: bool
    flat: tuple[tuple[int, Accepts], ...]
    """Checked places whose items are not looked into; those at the back count from the end."""
    deep: tuple[tuple[int, Within], ...]
    """Checked places whose items are looked into."""
    run: AllAccepted | None
    fewest: int
    """Items that there must be at least."""

    def within(self, value: object, limit: int = DEEP_ITEM_LIMIT) -> bool:
        """Return whether the value has the shape and its items are accepted."""
        if not isinstance(value, tuple):
            return False
        try:
            return self._within_tuple(value, limit)
        except Exception:  # noqa: BLE001 - its own code failed: cannot tell
            return True

    def _within_tuple(self, value: tuple[object, ...], limit: int) -> bool:
        count = len(value)
        if count != self.fewest and (self.is_fixed or count < self.fewest):
            return False
        for place, accepts in self.flat:
            if not accepts(value[place]):
                return False
        if self.deep:
            inner = share(limit, len(self.deep))
            for place, look in self.deep:
                if not look(value[place], inner):
                    return False
        if self.run is None:
            return True
        return self.run(value[len(self.before) : len(value) - len(self.back)], limit)

    def locate(self, value: object, limit: int) -> Mismatch | None:
        """Return the first mismatch."""
        if not isinstance(value, tuple):
            return Mismatch((), self.expected, found_text(value, self.expected))
        count, fewest = len(value), self.fewest
        if count != fewest and (self.is_fixed or count < fewest):
            least = "" if self.is_fixed else "at least "
            return Mismatch((), f"tuple of length {least}{fewest}", f"tuple of length {count}")
        return first_mismatch(self._parts(value, limit), share(limit, len(self.deep)))

    def _parts(
        self, value: tuple[object, ...], limit: int
    ) -> Iterator[tuple[str, ValueCheck, object]]:
        front, stop = len(self.before), len(value) - len(self.back)
        for place, check in enumerate(self.before):
            if check is not None:
                yield f"item {place}", check, value[place]
        if self.middle is not None:
            for place, member in numbered(value[front:stop], limit):
                yield f"item {place + front}", self.middle, member
        for place, check in enumerate(self.back, start=stop):
            if check is not None:
                yield f"item {place}", check, value[place]
