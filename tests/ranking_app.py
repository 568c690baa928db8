"""A small app whose one flow is right or, with another annotation, wrong in a single edge.

Only a type checker sees it, because a generic vertex is on the way.
"""

from typing import Final

from checked_app import App

MODELS: Final = """
    from typing import NamedTuple
    import attrs

    @attrs.frozen
    class User:
        name: str

    @attrs.frozen
    class Admin(User):
        rights: int = 0

    class Scored(NamedTuple):
        best: User
        score: float
"""

FLOWS: Final = """
    from collections.abc import Sequence
    from typing import TypeVar

    from app.models import Admin, Scored, User
    from hbia_dsl import Flow, out, vertex

    T = TypeVar("T")

    @vertex
    def find(name: str) -> list[User]:
        return [User(name)]

    @vertex(inputs={"items": find})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"user": first}, outputs=("best", "score"))
    async def rank(user: User) -> Scored:
        return Scored(user, 1.0)

    @vertex(inputs={"admin": first})
    def promote(admin: WANTED, *, score: float = out(rank).score) -> str:
        return admin.name

    ranking = Flow.of("ranking", find, first, rank, promote)
"""

RIGHT: Final = FLOWS.replace("WANTED", "User")
WRONG: Final = FLOWS.replace("WANTED", "Admin")


def write_ranking(app: App, flows: str, folder: str = "") -> None:
    """Write the package `app`, perhaps in a folder such as `src/`."""
    app.write(f"{folder}app/__init__.py", "")
    app.write(f"{folder}app/models.py", MODELS)
    app.write(f"{folder}app/flows.py", flows)
