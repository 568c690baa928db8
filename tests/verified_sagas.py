"""Sagas with planted defects, for tests of what a verification finds."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

import attrs

from hbia_dsl import Flow, atomic, vertex

Defect = Literal["none", "forgets", "says nothing to undo", "fails the second time", "needs others"]

SEEN_AS: Final[Mapping[Defect, str]] = {
    "forgets": "HB343",
    "says nothing to undo": "HB343",
    "fails the second time": "HB344",
    "needs others": "HB345",
}

NO_DEFECTS: Final[Mapping[int, Defect]] = {}


@attrs.frozen
class Saga:
    """A flow of one compensating group, and the world that it changes."""

    flow: Flow[..., object]
    world: dict[str, int]
    calls: list[str]
    """Members and compensations as they were called."""

    def probe(self) -> dict[str, int]:
        """Return what is booked."""
        return dict(self.world)

    def reset(self) -> None:
        """Begin again."""
        self.world.clear()


def saga(
    count: int,
    *,
    defects: Mapping[int, Defect] = NO_DEFECTS,
    is_async: bool = False,
    is_chain: bool = True,
) -> Saga:
    """Make a saga of members `m0`, `m1`, ...

    Args:
        count: How many members it has.
        defects: What is wrong with some of them, by number.
        is_async: Whether members and compensations are async.
        is_chain: Whether each waits for the one before; if not, all wait for the first one
            and may overlap.
    """
    world: dict[str, int] = {}
    calls: list[str] = []
    members: list[Callable[..., object]] = []
    for number in range(count):
        name = f"m{number}"
        defect = defects.get(number, "none")
        undo = _undo(name, defect, world, calls)
        no_undo = defect == "says nothing to undo"
        declare = atomic(
            group="trip",
            on_failure="compensate",
            compensate=None if no_undo else _as_async(undo) if is_async else undo,
            no_parallel=is_chain,
        )
        inputs: dict[str, object] = {}
        if members:
            inputs["after"] = members[-1 if is_chain else 0]
        member = vertex(name=name, inputs=inputs, effect="side_effect")(
            _member(name, world, calls, is_async=is_async)
        )
        members.append(declare(member))
    return Saga(Flow.of("saga", *members), world, calls)


def _member(
    name: str, world: dict[str, int], calls: list[str], *, is_async: bool
) -> Callable[..., object]:
    def book(after: str) -> str:
        calls.append(name)
        world[name] = 1
        return name

    async def book_async(after: str) -> str:
        return book(after)

    return book_async if is_async else book


def _undo(
    name: str, defect: Defect, world: dict[str, int], calls: list[str]
) -> Callable[[Mapping[str, object], object], None]:
    def undo(inputs: Mapping[str, object], output: object) -> None:
        calls.append(f"undo {output}")
        if defect == "fails the second time":
            del world[name]
        elif defect == "needs others":
            if any(int(other[1:]) > int(name[1:]) for other in world):
                raise RuntimeError("something after it is still booked")
            world.pop(name, None)
        elif defect != "forgets":
            world.pop(name, None)

    return undo


def _as_async(
    undo: Callable[[Mapping[str, object], object], None],
) -> Callable[[Mapping[str, object], object], Awaitable[None]]:
    async def undo_async(inputs: Mapping[str, object], output: object) -> None:
        undo(inputs, output)

    return undo_async
