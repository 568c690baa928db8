"""Neighbours by number: the form in which the algorithms of this package see a graph.

Vertices are numbered in declaration order, so that "declaration order breaks ties"
means "the smaller number first", and a graph of 100,000 vertices costs two lists.
"""

from collections.abc import Iterable, Sequence

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
"""One for all vertices without neighbours: large graphs are mostly rows."""


def adjacency_of_edges(count: int, edges: Iterable[tuple[int, int]]) -> Adjacency:
    """Find the neighbours from the number of vertices and (source, target) pairs.

    Repeated pairs count once.

    Complexity:
        O(V + E) time, and a sort of the successors of each vertex.
    """
    rows: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        rows[source].append(target)
    return _both_ways([_rising(row) for row in rows])


def adjacency_of_predecessors(predecessors: Sequence[Sequence[int]]) -> Adjacency:
    """Find the neighbours from rows of predecessors, rising and without repeats.

    Complexity:
        O(V + E) time.
    """
    other_way = _both_ways(predecessors)
    return Adjacency(other_way.predecessors, predecessors)


def _rising(row: list[int]) -> tuple[int, ...]:
    if len(row) < 2:
        return tuple(row) if row else _NONE
    row.sort()
    # Repeats are rare, and a set of a row is quicker made than a row is walked.
    return tuple(row) if len(set(row)) == len(row) else tuple(dict.fromkeys(row))


def _both_ways(successors: Sequence[Sequence[int]]) -> Adjacency:
    """Turn rows round; the new rows rise because the vertices are visited in rising order."""
    rows: list[list[int]] = [[] for _ in successors]
    for source, row in enumerate(successors):
        for target in row:
            rows[target].append(source)
    return Adjacency(successors, [tuple(row) if row else _NONE for row in rows])
