"""A vertex runs the flow that it is part of."""

from hbia_dsl import Flow, FlowFailed, vertex


@vertex
def descend(depth: int) -> int:
    return flow.run(depth=depth + 1).value


flow = Flow.of("endless", descend, result=descend)
try:
    flow.run(depth=0)
except FlowFailed as failed:
    error: Exception = failed
    while isinstance(error, FlowFailed):
        error = error.root
    raise error from None
