"""A step fails, and what takes back the step before it ends in a way that is no error."""

from collections.abc import Mapping

from hbia_dsl import Flow, FlowFailed, atomic, vertex


def cancel(inputs: Mapping[str, object], number: object) -> None:
    raise SystemExit


@atomic(group="trip", on_failure="compensate", compensate=cancel)
@vertex(effect="side_effect")
def book(city: str) -> int:
    return len(city)


@atomic(group="trip", on_failure="compensate", compensate=None)
@vertex(effect="side_effect")
def pay(book: int) -> str:
    raise ValueError("no money")


try:
    Flow.of("trips", book, pay).run(city="Rome")
except FlowFailed as failed:
    raise failed.compensation_failures["book"] from None
