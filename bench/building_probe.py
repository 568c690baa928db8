"""Probe: build one flow several times; prints microseconds per vertex as JSON.

python bench/building_probe.py COUNT names|texts|types ROUNDS
"""

import json
import sys
from collections.abc import Sequence
from statistics import median

from graphs import Function, Workload, execute, layers, write_vertices
from hbia_dsl import Flow, vertex
from measuring import once, settle
from workloads import write


def main() -> None:
    """Build as the command line says."""
    count, kind, rounds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    workload = layers(count // 100, 100)
    functions = (
        _typed(workload) if kind == "types" else write_vertices(workload, texts=kind == "texts")
    )
    small = write(layers())
    steps = _steps(functions, by_type=kind == "types")
    samples: dict[str, list[float]] = {name: [] for name in (*steps, "b", "plan")}
    for _ in range(rounds):
        for function in functions:
            vars(function).clear()  # as if it had never been declared
        for name, step in steps.items():
            settle()
            samples[name].append(once(step))
        samples["plan"].append(_planning(functions))
        settle()
        samples["b"].append(once(small.looped) * count / len(small.workload))
    found = {name: median(taken) / count * 1e6 for name, taken in samples.items()}
    found["build"] = found["declare"] + found["wire"]
    print(json.dumps(found))


def _steps(functions: Sequence[Function], *, by_type: bool) -> dict[str, Function]:
    def declare() -> None:
        for function in functions:
            vertex(function)

    def baseline() -> list[int]:
        return names_and_order(functions, by_type=by_type)

    def wire() -> object:
        return Flow.of("built", *functions)

    return {"declare": declare, "baseline": baseline, "wire": wire}


def _planning(functions: Sequence[Function]) -> float:
    """Return what the first run of a flow costs more than its next one."""
    flow = Flow.of("planned", *functions)
    settle()
    first = once(flow.run)
    flow.run()  # a large flow is compiled in its second run
    settle()
    return first - once(flow.run)


def names_and_order(functions: Sequence[Function], *, by_type: bool = False) -> list[int]:
    """Read the parameters of functions and sort them: names from code objects, Kahn.

    Args:
        functions: Each takes results by the name of its parameters, or by their type.
        by_type: Whether by their type; then no two results are of one.
    """
    if by_type:
        number = {function.__annotations__["return"]: v for v, function in enumerate(functions)}
    else:
        number = {function.__name__: v for v, function in enumerate(functions)}
    successors: list[list[int]] = [[] for _ in functions]
    waiting = []
    for v, function in enumerate(functions):
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        waiting.append(len(names))
        hints = function.__annotations__
        for name in names:
            successors[number[hints[name] if by_type else name]].append(v)
    order = [v for v, count in enumerate(waiting) if count == 0]
    for v in order:
        for successor in successors[v]:
            waiting[successor] -= 1
            if waiting[successor] == 0:
                order.append(successor)
    return order


def _typed(workload: Workload) -> list[Function]:
    """Write the same graph with a class of its own for each result, and nothing named alike."""
    names: dict[str, object] = {"__name__": "bench_types"}
    sources = []
    for v, row in enumerate(workload.rows):
        parameters = ", ".join(f"p{k}: T{p}" for k, p in enumerate(row))
        sources.append(f"class T{v}: ...\ndef v{v}({parameters}) -> T{v}:\n    return T{v}()\n")
    execute(sources, names)
    found = [names[f"v{v}"] for v in range(len(workload))]
    return [function for function in found if callable(function)]


if __name__ == "__main__":
    main()
