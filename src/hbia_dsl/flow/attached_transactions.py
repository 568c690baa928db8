"""The transactions that are attached to the atomic groups of a flow, as a value."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import attrs


@attrs.frozen(eq=False)
class AttachedTransactions(Mapping[str, object]):
    """Sources of transactions by group; each is a value of its own, plans are kept for it."""

    sources: Mapping[str, object] = MappingProxyType({})
    """Each is a `TransactionSource`: a class that is loaded with the first of them."""

    def __getitem__(self, group: str) -> object:
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
