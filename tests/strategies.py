"""What Hypothesis draws for the tests of graphs, the kernel and the drivers.

Vertices are numbered in declaration order. A hidden order, drawn apart from it, decides
which way edges go, so that declaration order and topological order are independent.
"""

from hypothesis import strategies as st

from drawn_plans import Behaviour, PlanSample
from hbia_dsl.graph.adjacency import Adjacency, adjacency_of_edges

Edges = list[tuple[int, int]]


@st.composite
def acyclic_edges(draw: st.DrawFn, *, most: int = 10) -> tuple[int, Edges, list[int]]:
    """A number of vertices, edges between them, and an order in which all edges go forward."""
    count = draw(st.integers(0, most))
    order = draw(st.permutations(range(count)))
    if count < 2:
        return count, [], order
    ends = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=3 * count))
    edges = [(order[min(pair)], order[max(pair)]) for pair in pairs if pair[0] != pair[1]]
    return count, edges, order


@st.composite
def acyclic_graphs(draw: st.DrawFn, *, most: int = 10) -> Adjacency:
    """A graph without cycles."""
    count, edges, _ = draw(acyclic_edges(most=most))
    return adjacency_of_edges(count, edges)


@st.composite
def any_graphs(draw: st.DrawFn, *, most: int = 7) -> Adjacency:
    """A graph with any edges: cycles, loops of one vertex, several components."""
    count = draw(st.integers(0, most))
    if count == 0:
        return adjacency_of_edges(0, [])
    ends = st.integers(0, count - 1)
    return adjacency_of_edges(count, draw(st.lists(st.tuples(ends, ends), max_size=2 * count)))


@st.composite
def graphs_with_convex_groups(
    draw: st.DrawFn, *, most: int = 10
) -> tuple[Adjacency, list[tuple[int, ...]]]:
    """An acyclic graph and disjoint groups that can all be contracted at once.

    The groups are intervals of a topological order. Those are all there are: expand the
    order of the contracted graph, and each group is an interval of it.
    """
    count, edges, order = draw(acyclic_edges(most=most))
    groups: list[tuple[int, ...]] = []
    start = 0
    while start < count:
        size = draw(st.sampled_from((0, 0, 1, 2, 3, 4, 5)))
        if size:
            groups.append(tuple(order[start : start + size]))
        start += max(size, 1)
    return adjacency_of_edges(count, edges), groups


@st.composite
def graphs_with_members(draw: st.DrawFn, *, most: int = 10) -> tuple[Adjacency, list[int]]:
    """An acyclic graph and any vertices of it, convex or not."""
    graph = draw(acyclic_graphs(most=most))
    members = [v for v in range(len(graph)) if draw(st.booleans())]
    return graph, members


def behaviours(
    *, fails: st.SearchStrategy[bool], is_async: st.SearchStrategy[bool]
) -> st.SearchStrategy[Behaviour]:
    """What the handler of a vertex does; no timeouts, so any driver can be asked."""
    return st.builds(
        Behaviour,
        is_async=is_async,
        fails=fails,
        pauses_s=st.sampled_from(((), (0.0,), (0.0, 0.0))),
        looks=st.booleans(),
    )


@st.composite
def plan_samples(
    draw: st.DrawFn,
    *,
    most: int = 10,
    with_groups: bool = True,
    fails: st.SearchStrategy[bool] | None = None,
    is_async: st.SearchStrategy[bool] | None = None,
) -> PlanSample:
    """A plan with groups, with handlers that fail and handlers that are async."""
    graph, groups = draw(graphs_with_convex_groups(most=most))
    if not with_groups:
        groups = []
    behaviour = behaviours(
        fails=st.booleans() if fails is None else fails,
        is_async=st.booleans() if is_async is None else is_async,
    )
    return PlanSample(
        graph,
        tuple(groups),
        tuple(draw(st.booleans()) for _ in groups),
        tuple(draw(behaviour) for _ in range(len(graph))),
    )
