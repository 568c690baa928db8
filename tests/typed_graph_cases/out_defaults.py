"""Three bindings by `out(...)` that do not fit; a type checker sees them while one types."""

from hbia_dsl import Flow, out, vertex
from typed_graph_cases.domain import Admin, Order, Scored, User


@vertex
def make(name: str) -> User:
    return User(name)


@vertex(outputs=("best", "score"))
def rank(name: str) -> Scored:
    return Scored(User(name), 1.0)


@vertex
def charge(order: Order = out(make)) -> int:  # type: ignore[assignment]  # planted: HB204, static
    return order.amount


@vertex
def promote(who: Admin = out(rank).best) -> int:  # type: ignore[assignment]  # planted: HB204, static
    return who.rights


@vertex
def label(text: str = out(rank).score) -> str:  # type: ignore[assignment]  # planted: HB204, static
    return text


def build() -> Flow[..., object]:
    return Flow.of("case", make, rank, charge, promote, label)
