"""The method of a class takes something else than the protocol's."""

import attrs

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Greeter


@attrs.frozen
class Counter:
    start: int

    def greet(self, name: int) -> str:
        return "-" * (self.start + name)


@vertex
def counter(start: int) -> Counter:
    return Counter(start)


@vertex(inputs={"greeter": counter})
def greet(greeter: Greeter) -> str:  # planted: HB204
    return greeter.greet("x")


def build() -> Flow[..., object]:
    return Flow.of("case", counter, greet)
