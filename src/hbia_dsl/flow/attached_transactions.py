"""The transactions that are attached to the atomic groups of a flow, as a value."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

import attrs


class GivesUnits(Protocol):
    """What every `TransactionSource` is; that is loaded with the first group only."""

    @property
    def is_async(self) -> bool:
        """Whether its units are to be awaited."""
        ...

    @property
    def resources(self) -> tuple[str, ...]:
        """What members can ask for."""
        ...

    def open(self) -> object:
        """Return a unit."""
        ...


class CommitsOrRollsBack(Protocol):
    """An object of one's own as a transaction; both may be `async`, and there may be more."""

    def commit(self) -> object:
        """Make it lasting."""
        ...

    def rollback(self) -> object:
        """Undo it."""
        ...


Attachable = GivesUnits | CommitsOrRollsBack | Callable[[], CommitsOrRollsBack]
"""What can be attached to a group: a source, an object, or what makes one for each attempt."""


@attrs.frozen(eq=False)
class AttachedTransactions(Mapping[str, Attachable]):
    """Sources of transactions by group; each is a value of its own, plans are kept for it."""

    sources: Mapping[str, GivesUnits] = MappingProxyType({})
    """Each is a `TransactionSource`: a class that is loaded with the first of them."""

    def __getitem__(self, group: str) -> GivesUnits:
        return self.sources[group]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


NO_TRANSACTIONS: Final = AttachedTransactions()
