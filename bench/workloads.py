"""The measured graphs as flows."""

from typing import NewType

from graphs import Workload, Written, chain, diamond, fan, layers
from graphs import write as write_plainly
from hbia_dsl import All, Flow, vertex

AnyFlow = Flow[..., object]

Part = NewType("Part", int)
"""What the middle vertices of W2 give, so that its last one can collect exactly these."""


def workloads() -> list[Workload]:
    """Return W1 to W4."""
    return [chain(), fan(), layers(), diamond()]


def write(workload: Workload, *, is_async: bool = False) -> Written:
    """Write a workload out as source and execute it."""
    return write_plainly(workload, {"All": All, "Part": Part}, is_async=is_async)


def flow_of(written: Written) -> AnyFlow:
    """Declare the functions as vertices and wire them."""
    declared = [vertex(function) for function in written.vertices]
    return Flow.of(written.workload.name, *declared, result=declared[-1])
