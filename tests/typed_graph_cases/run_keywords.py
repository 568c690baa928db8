"""Three calls of `run` that do not fit the declared inputs."""

from hbia_dsl import Flow, vertex
from typed_graph_cases.domain import Signup, User


@vertex
def make(name: str, email: str) -> User:
    return User(name + email)


signup = Flow.of("case", make, inputs=Signup, result=make)


def build() -> Flow[..., object]:
    return signup


def use() -> None:
    signup.run(name="alice", email=3)  # type: ignore[arg-type]  # planted: static
    signup.run(name="alice")  # type: ignore[call-arg]  # planted: static
    signup.run(name="alice", email="a@b", mail="a@b")  # type: ignore[call-arg]  # planted: static
