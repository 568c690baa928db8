"""A compiled check of one type form.

`accepts` is the fast path: a plain closure or a built-in method that answers yes or
no. Only after a no does anybody call `explain`, which may take its time.

How deep a check looks: a container is looked into for at most `DEEP_ITEM_LIMIT`
items. A longer one is sampled at even distances, first and last included where they
can be reached, always the same items. A container inside a container gets its even
share of the limit, but at least `NESTED_ITEM_FLOOR`, so records in a long list are
still seen whole. The cost of a check is therefore bounded by the size of the value,
and for huge values far below it.
"""

from collections.abc import Callable
from typing import Protocol

import attrs

from hbia_dsl.typeforms.value_mismatch import Mismatch, found_text

DEEP_ITEM_LIMIT = 1_000
"""Items that a check looks at in one container before it begins to sample."""
NESTED_ITEM_FLOOR = 32
"""Items that a check looks at, at least, in a container that lies in a container."""

Accepts = Callable[[object], bool]
Within = Callable[[object, int], bool]


class WithinDefault(Protocol):
    """A `Within` that stands for `accepts` too: without a limit it takes `DEEP_ITEM_LIMIT`."""

    def __call__(self, value: object, limit: int = ..., /) -> bool:
        """Return whether the value is accepted, looking at `limit` items."""
        ...


Locate = Callable[[object, int], Mismatch | None]


@attrs.frozen(eq=False)
class ValueCheck:
    """Whether values have one type; made by `compile_check`."""

    expected: str
    """The type, as people write it."""
    accepts: Accepts
    """The fast answer; never raises, never consumes an iterator."""
    within: Within | None = None
    """The same with the number of items to look at; None if the check does not look inside."""
    locate: Locate | None = None
    """Finds the first mismatch; None if the value itself is all there is to refuse."""
    sure: frozenset[type] = frozenset()
    """Exact classes whose every instance is accepted, for checking many values at once."""
    classes: tuple[type, ...] = ()
    """If not empty, the check is `isinstance` of these and nothing else."""

    def explain(self, value: object) -> Mismatch:
        """Say why a value was refused; call it after a refusal only.

        Args:
            value: The value that `accepts` refused.
        """
        try:
            found = self.find(value, DEEP_ITEM_LIMIT)
        except Exception:  # noqa: BLE001 - a value's own code failed; the refusal still stands
            found = None
        return found or self.refusal(value)

    def find(self, value: object, limit: int) -> Mismatch | None:
        """Return the first mismatch, or None if the value is accepted.

        Args:
            value: Any value.
            limit: Items to look at.
        """
        if self.locate is not None:
            return self.locate(value, limit)
        return None if self.accepts(value) else self.refusal(value)

    def refusal(self, value: object) -> Mismatch:
        """Return the mismatch of the value as a whole."""
        return Mismatch((), self.expected, found_text(value, self.expected))


CompilePart = Callable[[object], ValueCheck | None]
"""Compiles a form inside another form; None if nothing can be refused."""


def look_within(check: ValueCheck) -> Within:
    """Return the check as a function of a value and of how many items to look at."""
    if check.within is not None:
        return check.within
    accepts = check.accepts

    def flat(value: object, limit: int) -> bool:
        del limit
        return accepts(value)

    return flat


def share(limit: int, count: int) -> int:
    """Return how many items each of `count` inner containers may be looked at for."""
    return max(min(NESTED_ITEM_FLOOR, limit), limit // (count or 1))
