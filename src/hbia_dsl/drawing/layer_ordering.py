"""The order of items inside each row: so that few lines cross."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from hbia_dsl.drawing.edge_routing import Joint, LanedLevel

SWEEPS: Final = 24
"""How often the rows are gone through at the most."""
LEAST_SWEEPS: Final = 4
_WORK: Final = 800_000
"""About how many lines may be looked at: large levels are gone through less often."""
PATIENCE: Final = 6
"""After so many sweeps without an improvement the best order is taken."""
LARGEST_EXCHANGE: Final = 4_000
"""Up to this many lines between rows, neighbours are exchanged one by one as well."""
_EXCHANGES: Final = 2
"""How often all rows are gone through for that after each sweep."""


def order_rows(level: LanedLevel) -> int:
    """Order the items of each row, in place; the order found is never worse than the given one.

    Returns:
        The number of crossings that are left.

    Complexity:
        O(sweeps * E log V) time for E lines between neighbouring rows.

    Source:
        Sugiyama, Tagawa, Toda, Methods for visual understanding of hierarchical system
        structures, IEEE Trans. SMC 11(2), 1981, doi:10.1109/TSMC.1981.4308636 (sweeps
        by barycentres). Exchanges: Gansner, Koutsofios, North, Vo, A technique for
        drawing directed graphs, IEEE Trans. SE 19(3), 1993, doi:10.1109/32.221135.
    """
    return _Ordering(level).improve()


class _Ordering:
    """The rows of one level while they are being ordered."""

    def __init__(self, level: LanedLevel) -> None:
        self._level = level
        # By this much of a place a line leaves the middle of its item, so that the lines of
        # a wide item are told apart.
        self._shares = [0.9 / width if width else 0.0 for width in level.widths]
        self._rows = level.rows
        self._places = [0.0] * len(level.row_of)
        for row in self._rows:
            self._number(row)
        lines = sum(map(len, level.below))
        self._exchanges = lines <= LARGEST_EXCHANGE
        self._most_sweeps = max(LEAST_SWEEPS, min(SWEEPS, _WORK // max(lines, 1)))

    def improve(self) -> int:
        """Sweep down and up until nothing improves; keep the best order seen."""
        best = self._crossings()
        kept = [list(row) for row in self._rows]
        waited = 0
        for sweep in range(self._most_sweeps):
            if best == 0 or waited == PATIENCE:
                break
            self._sweep(downwards=sweep % 2 == 0)
            if self._exchanges:
                self._exchange_neighbours()
            crossings = self._crossings()
            waited += 1
            if crossings < best:
                best, waited = crossings, 0
                kept = [list(row) for row in self._rows]
        for row, order in zip(self._rows, kept, strict=True):
            row[:] = order
            self._number(row)
        return best

    def _number(self, row: list[int]) -> None:
        places = self._places
        for place, item in enumerate(row):
            places[item] = float(place)

    def _sweep(self, *, downwards: bool) -> None:
        """Sort each row by the mean place of the neighbours in the row before it."""
        joints = self._level.above if downwards else self._level.below
        places, shares = self._places, self._shares
        rows = self._rows if downwards else reversed(self._rows)
        for row in rows:
            wanted: dict[int, float] = {}
            for item in row:
                found = joints[item]
                if len(found) == 1:  # lanes, which are most of a large level
                    other, at, _, _ = found[0]
                    wanted[item] = places[other] + at * shares[other]
                elif found:
                    total = sum([places[j[0]] + j[1] * shares[j[0]] for j in found])
                    wanted[item] = total / len(found)
            # Items without neighbours stay where they are; the others share the rest of the row.
            ordered = iter(sorted([item for item in row if item in wanted], key=wanted.__getitem__))
            row[:] = [next(ordered) if item in wanted else item for item in row]
            self._number(row)

    def _crossings(self) -> int:
        return sum(map(self._crossings_below, self._rows))

    def _crossings_below(self, row: list[int]) -> int:
        """Count the crossings between a row and the next one."""
        places, shares, below = self._places, self._shares, self._level.below
        ends: list[float] = []
        for item in row:
            if len(below[item]) == 1:
                other, at, _, _ = below[item][0]
                ends.append(places[other] + at * shares[other])
                continue
            # From left to right by start, then by end: lines from one place do not cross.
            found = [
                (own * shares[item], places[other] + at * shares[other])
                for other, at, own, _ in below[item]
            ]
            found.sort()
            ends += [end for _, end in found]
        return inversions(ends)

    def _exchange_neighbours(self) -> None:
        """Exchange items next to each other wherever that takes crossings away."""
        for _ in range(_EXCHANGES):
            improved = False
            for row in self._rows:
                for place in range(len(row) - 1):
                    if self._gain(row[place], row[place + 1]) > 0:
                        row[place], row[place + 1] = row[place + 1], row[place]
                        self._places[row[place]] = float(place)
                        self._places[row[place + 1]] = float(place + 1)
                        improved = True
            if not improved:
                return

    def _gain(self, left: int, right: int) -> int:
        """Return how many crossings go away if two neighbours change places."""
        above, below = self._level.above, self._level.below
        return self._gain_at(above[left], above[right]) + self._gain_at(below[left], below[right])

    def _gain_at(self, left: Sequence[Joint], right: Sequence[Joint]) -> int:
        places, shares = self._places, self._shares
        if len(left) == 1 == len(right):  # two lanes, as most neighbours are
            (one, at, _, _), (other, other_at, _, _) = left[0], right[0]
            start, end = places[one] + at * shares[one], places[other] + other_at * shares[other]
            return (start > end) - (start < end)
        starts = [places[j[0]] + j[1] * shares[j[0]] for j in left]
        gain = 0
        for joint in right:
            end = places[joint[0]] + joint[1] * shares[joint[0]]
            for start in starts:
                gain += (start > end) - (start < end)
        return gain


def inversions(values: Sequence[float]) -> int:
    """Count the pairs that stand in falling order.

    Complexity:
        O(n log n) comparisons; at worst n * n / 4 moves inside one list, which are cheap.

    Source:
        Barth, Juenger, Mutzel, Simple and efficient bilayer cross counting, GD 2002,
        doi:10.1007/3-540-36151-0_13: crossings are inversions, counted by insertion.
    """
    sorted_so_far: list[float] = []
    found = 0
    for value in values:
        place = bisect_right(sorted_so_far, value)
        found += len(sorted_so_far) - place
        sorted_so_far.insert(place, value)
    return found
