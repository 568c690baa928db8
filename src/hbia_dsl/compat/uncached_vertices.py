"""Which vertices of a hand-made graph the cache may not skip."""

from hbia_dsl.graph.graph import Graph


def uncached_vertices(graph: Graph) -> dict[str, str]:
    """Return the vertices that run every time, by name, and why.

    A vertex may be skipped if it is pure, and in no group without cache.
    """
    effects = {name: vertex.effect for name, vertex in graph.vertices.items()}
    found = {n: f'its effect is "{effect}"' for n, effect in effects.items() if effect != "pure"}
    for group in graph.atomic_groups.values():
        if group.no_cache:
            why = f"atomic group `{group.name}` has no_cache=True"
            found |= {name: why for name in group.vertices if effects.get(name) == "pure"}
    return found
