"""The value of a run is asked for, but the flow does not say which vertex gives it."""

from hbia_dsl import Flow, vertex


@vertex
def double(number: int) -> int:
    return number * 2


run = Flow.of("numbers", double).run(number=1)
print(run.value)
