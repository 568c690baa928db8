"""A box of one thing is no box of another."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Box, Order, User


@vertex
def pack(name: str) -> Box[User]:
    return Box(User(name))


@vertex
def open_box(box: Box[Order]) -> int:  # planted: HB201
    return box.content.amount


def build() -> Flow[..., object]:
    return Flow.of("case", pack, open_box)
