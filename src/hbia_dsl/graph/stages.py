"""Execution stages: the vertices of an acyclic graph by depth.

Stage k holds every vertex whose longest path from an entry has k edges. So all
vertices of a stage are independent of each other, every edge goes to a later stage,
and there are as few stages as the longest path demands.
"""

from hbia_dsl.graph.adjacency import Adjacency


def stages(graph: Adjacency) -> list[list[int]]:
    """Group vertices into execution stages.

    Args:
        graph: Neighbours of an acyclic graph. Vertices on a cycle, and those that
            follow one, are in no stage: fewer vertices come out than went in.

    Returns:
        Stages in execution order; inside a stage, vertices in declaration order.

    Complexity:
        O(V + E) time and O(V) memory, and a sort inside each stage.

    Source:
        Kahn, Topological sorting of large networks, CACM 5(11), 1962,
        doi:10.1145/368996.369025, taken generation by generation.
    """
    waiting = [len(row) for row in graph.predecessors]
    successors = graph.successors
    stage = [vertex for vertex, count in enumerate(waiting) if count == 0]
    found = []
    while stage:
        found.append(stage)
        after = []
        for vertex in stage:
            for successor in successors[vertex]:
                waiting[successor] -= 1
                if waiting[successor] == 0:
                    after.append(successor)
        after.sort()
        stage = after
    return found
