"""What a layered layout starts from and what it gives: items in rows, joined by nets.

Items are numbered. A net is one value on its way: it leaves one item and ends at any
number of items in later rows. Nets share their way down as long as they can, so a
value that many take is one line with branches and not a bundle of lines.
"""

from collections.abc import Sequence

import attrs


@attrs.frozen
class End:
    """A place on an item where a net starts or ends."""

    item: int
    offset: float = 0.0
    """Distance to the right of the item's centre."""


@attrs.frozen
class Net:
    """One line with a start and one or more ends."""

    source: End
    targets: tuple[End, ...]
    """In rows below that of the source; the same item not twice with the same offset."""


@attrs.frozen
class Level:
    """Items to be placed side by side in rows."""

    widths: Sequence[float]
    """Width of each item."""
    rows: Sequence[int]
    """Row of each item, from 0 downwards."""
    nets: Sequence[Net]


@attrs.frozen
class PlacedLevel:
    """Where the items of a level are, and where its nets run; the left end is at 0."""

    width: float
    centres: Sequence[float]
    """Horizontal centre of each item."""
    routes: Sequence[Sequence[Sequence[float]]]
    """By net and target: one horizontal place in each row from the source's to the target's."""
    crossings: int
    """How often nets cross each other between rows."""
