"""The probe looks at something that the group does not change."""

from collections.abc import Mapping

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.testing import verify_groups

booked: list[str] = []


def cancel(inputs: Mapping[str, object], output: object) -> None:
    booked.clear()


@atomic(group="trip", on_failure="compensate", compensate=cancel)
@vertex(effect="side_effect")
def book(city: str) -> str:
    booked.append(city)
    return city


verify_groups(Flow.of("travel", book), lambda: 0, inputs={"city": "Rome"}).require_ok()
