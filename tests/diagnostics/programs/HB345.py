"""A room can be cancelled only when the flight is cancelled already."""

from collections.abc import Mapping

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.testing import verify_groups

booked: set[str] = set()


def cancel_flight(inputs: Mapping[str, object], output: object) -> None:
    booked.discard("flight")


def cancel_room(inputs: Mapping[str, object], output: object) -> None:
    if "flight" in booked:
        raise RuntimeError("the guest will still arrive")
    booked.discard("room")


@atomic(group="trip", on_failure="compensate", compensate=cancel_room)
@vertex(effect="side_effect")
def book_room(city: str) -> bytes:
    booked.add("room")
    return city.encode()


@atomic(group="trip", on_failure="compensate", compensate=cancel_flight)
@vertex(effect="side_effect")
def book_flight(book_room: bytes) -> float:
    booked.add("flight")
    return float(len(book_room))


@atomic(group="trip", on_failure="compensate", pivot=True)
@vertex(effect="side_effect")
def pay(book_flight: float) -> int:
    return int(book_flight)


travel = Flow.of("travel", book_room, book_flight, pay)
verify_groups(travel, lambda: set(booked), inputs={"city": "Rome"}, reset=booked.clear).require_ok()
