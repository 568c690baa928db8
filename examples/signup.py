"""Sign a user up: normalise, save, rank and mail, wired by type.

Shows the face of the package: decorated functions, an atomic group, explicit and
inferred bindings, a split result, an async vertex, and typed results.

    python examples/signup.py
"""

from typing import NamedTuple, NewType

import attrs

from hbia_dsl import Flow, FlowFailed, WiringError, atomic, out, vertex

UserId = NewType("UserId", int)


@attrs.frozen
class Signup:
    """What the flow takes from outside."""

    name: str
    email: str
    referrer: str | None = None


@attrs.frozen
class User:
    """A person who signs up."""

    name: str
    email: str


class Scored(NamedTuple):
    """A user and how promising the sign-up is."""

    best: User
    score: float


USERS: dict[UserId, User] = {}
"""Stands for a table of users."""


@vertex(effect="pure")
def normalize(name: str, email: str) -> User:
    """Bring name and address into one form."""
    return User(name.strip().title(), email.strip().lower())


@atomic(group="account")
@vertex(inputs={"user": normalize}, effect="side_effect")
async def save(user: User) -> UserId:
    """Store the user; a real one would await a database here."""
    if "@" not in user.email:
        raise ValueError(f"{user.email} is not an address")
    uid = UserId(len(USERS) + 1)
    USERS[uid] = user
    return uid


@vertex(inputs={"user": normalize}, outputs=("best", "score"), effect="pure")
def rank(user: User, referrer: str | None = None) -> Scored:
    """Score the sign-up; those who were sent by somebody count more."""
    return Scored(user, 0.9 if referrer else 0.5)


@vertex(inputs={"to": "rank.best"})
def mail(to: User, *, uid: UserId = out(save), score: float = out(rank).score) -> str:
    """Write the welcome mail."""
    tone = "Welcome" if score > 0.6 else "Hello"
    return f"{tone}, {to.name}! Your number is {uid}. ({to.email})"


signup = Flow.of("signup", normalize, save, rank, mail, inputs=Signup, result=mail)


@vertex
def forgotten(prices: "Prices") -> str:
    """Require something that no vertex provides."""
    return str(prices)


@attrs.frozen
class Prices:
    """Nobody provides this."""


def main() -> None:
    """Run the flow, look at its result, and see what two mistakes look like."""
    run = signup.run(parallel=True, name="  alice ", email="Alice@Example.org", referrer="bob")
    print(run.value)
    uid: UserId = run[save]  # typed, although save is async
    print("saved as", uid, "with score", run[rank].score)
    print("by name:", run["rank.best"])
    print("the mail came from:", ", ".join(run.lineage.of("mail.mail")))
    for parameter, source in run.lineage.why("mail").items():
        print(f"  {parameter} <- {source}")

    print("\nfrom untyped data:", signup.run_data({"name": "eve", "email": "e@x.org"}).value)

    print("\na failing run:")
    try:
        signup.run(name="mallory", email="nowhere")
    except FlowFailed as failed:
        print(" ", failed)
        print(" ", repr(failed.root), "skipped:", ", ".join(failed.skipped))

    print("\na flow that cannot be:")
    try:
        Flow.of("broken", normalize, forgotten, inputs=Signup)
    except WiringError as broken:
        print(broken)


if __name__ == "__main__":
    main()
