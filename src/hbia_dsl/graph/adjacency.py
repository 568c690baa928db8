"""Neighbours by number: the form in which the algorithms of this package see a graph.

Vertices are numbered in declaration order, so that "declaration order breaks ties"
means "the smaller number first", and a graph of 100,000 vertices costs two lists.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs


@attrs.frozen
class Adjacency:
    """Direct successors and predecessors of numbered vertices, without repeats."""

    successors: Sequence[Sequence[int]]
    """For each vertex, the vertices that directly follow it, in rising order."""
    predecessors: Sequence[Sequence[int]]
    """For each vertex, the vertices that it directly follows, in rising order."""

    def __len__(self) -> int:
        return len(self.successors)


_NONE: tuple[int, ...] = ()


def adjacency_of_edges(count: int, edges: Iterable[tuple[int, int]]) -> Adjacency:
    """Number of vertices and pairs (source, target) to neighbours; repeats are dropped.

    Complexity:
        O(V + E log E) time.
    """
    pairs = sorted(set(edges))
    after: dict[int, list[int]] = {}
    before: dict[int, list[int]] = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    return Adjacency(_rows(count, after), _rows(count, before))


def adjacency_of_predecessors(predecessors: Sequence[Sequence[int]]) -> Adjacency:
    """Rows of predecessors (rising, without repeats) to neighbours in both directions.

    Complexity:
        O(V + E) time.
    """
    after: dict[int, list[int]] = {}
    for target, sources in enumerate(predecessors):
        for source in sources:
            row = after.get(source)
            if row is None:
                after[source] = [target]
            else:
                row.append(target)
    return Adjacency(_rows(len(predecessors), after), predecessors)


def _rows(count: int, rows: Mapping[int, list[int]]) -> Sequence[Sequence[int]]:
    # An empty tuple is shared, and a tuple is smaller than a list: large graphs are mostly rows.
    return [tuple(rows[i]) if i in rows else _NONE for i in range(count)]
