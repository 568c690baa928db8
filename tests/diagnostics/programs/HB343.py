"""A member says that there is nothing to take back, but there is."""

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.testing import verify_groups

booked: list[str] = []


@atomic(group="trip", on_failure="compensate", compensate=None)
@vertex(effect="side_effect")
def book(city: str) -> str:
    booked.append(city)
    return city


@atomic(group="trip", on_failure="compensate", pivot=True)
@vertex(inputs={"booked": book}, effect="side_effect")
def pay(booked: str) -> int:
    return len(booked)


travel = Flow.of("travel", book, pay)
verify_groups(travel, lambda: len(booked), inputs={"city": "Rome"}, reset=booked.clear).require_ok()
