"""Probe: allocations of one flow by tracemalloc; prints kilobytes per vertex as JSON.

python bench/memory_probe.py COUNT
"""

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable

from graphs import layers, order_table, write_vertices
from hbia_dsl import Flow, vertex
from scale_probe import looped


def main() -> None:
    """Weigh as many vertices as the command line says."""
    workload = layers(int(sys.argv[1]) // 100, 100)
    functions = write_vertices(workload)
    Flow.of("warm", *[vertex(f) for f in write_vertices(layers(2, 3))]).run()
    kept: list[object] = []
    found: dict[str, float] = {}

    def weigh(name: str, make: Callable[[], object]) -> None:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        kept.append(make())
        _, peak = tracemalloc.get_traced_memory()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        found[name] = (after - before) / len(functions) / 1024
        found[f"{name}_peak"] = (peak - before) / len(functions) / 1024

    tracemalloc.start()
    weigh("declared", lambda: any(vertex(function) is None for function in functions))
    flows: list[Flow[..., object]] = []
    weigh("built", lambda: flows.append(Flow.of("weighed", *functions)))
    weigh("planned", lambda: len(flows[0].run()))
    weigh("compiled", lambda: len(flows[0].run()))  # large flows are compiled for their second run
    weigh("run", flows[0].run)
    weigh("table_b", lambda: order_table(workload, functions))
    table = order_table(workload, functions)
    weigh("run_b", lambda: looped(table))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
