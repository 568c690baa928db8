"""Probe: build and run one large flow in this process; prints seconds and megabytes as JSON.

python bench/scale_probe.py COUNT
"""

import json
import sys

from fresh_process import peak_bytes
from graphs import Row, layers, order_table, write_vertices
from hbia_dsl import Flow, vertex
from measuring import once, repeated, settle
from workloads import write

MB = 1_000_000


def main() -> None:
    """Build and run as many vertices as the command line says."""
    workload = layers(int(sys.argv[1]) // 100, 100)
    functions = []
    found = {"write_s": once(lambda: functions.extend(write_vertices(workload)))}
    found["written_mb"] = peak_bytes() / MB
    found["declare_s"] = once(lambda: [vertex(function) for function in functions])
    flows: list[Flow[..., object]] = []
    found["wire_s"] = once(lambda: flows.append(Flow.of("large", *functions, result=functions[-1])))
    found["run_s"] = once(flows[0].run)
    found["total_s"] = found["declare_s"] + found["wire_s"] + found["run_s"]
    found["peak_mb"] = peak_bytes() / MB
    found["rerun_s"] = once(flows[0].run)
    table = order_table(workload, functions)
    found["b_s"] = once(lambda: looped(table))
    small = write(layers())
    settle()  # a collection of all that was built is not the small loop's business
    found["b_us"] = repeated(small.looped, 0.2)() / len(small.workload) * 1e6
    print(json.dumps(found))


def looped(table: list[Row]) -> dict[str, object]:
    """Run **b** on the same functions."""
    results: dict[str, object] = {}
    for name, function, sources in table:
        results[name] = function(*(results[s] for s in sources))
    return results


if __name__ == "__main__":
    main()
