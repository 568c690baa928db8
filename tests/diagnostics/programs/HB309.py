"""A value is asked for by a name that the run does not have."""

from hbia_dsl import Flow, vertex


@vertex
def double(number: int) -> int:
    return number * 2


run = Flow.of("numbers", double).run(number=1)
print(run["double.result"])
