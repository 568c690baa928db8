"""Two uses of results as something that they are not."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Order, Signup, User, UserId


@vertex
def make(name: str, email: str) -> User:
    return User(name + email)


@vertex
async def save(make: User) -> UserId:
    return UserId(len(make.name))


signup = Flow.of("case", make, save, inputs=Signup, result=save)


def build() -> Flow[..., object]:
    return signup


def use() -> tuple[str, Order]:
    run = signup.run(name="alice", email="a@b")
    text: str = run.value  # type: ignore[assignment]  # planted: static
    order: Order = run[make]  # type: ignore[assignment]  # planted: static
    return text, order
