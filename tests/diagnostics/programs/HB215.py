"""A member of a group that compensates changes something, and nothing takes it back."""

from hbia_dsl import Flow, atomic, vertex


@atomic(group="trip", on_failure="compensate")
@vertex(effect="side_effect")
def book(city: str) -> int:
    return len(city)


Flow.of("trips", book)
