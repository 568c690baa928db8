"""A flow that `hbia run` can run, whether it came from a document or from code."""

from collections.abc import Callable, Mapping

import attrs

from hbia_dsl.errors import FlowFailed
from hbia_dsl.kernel.run_state import RunState


@attrs.frozen
class RunOutcome:
    """How a run ended."""

    values: Mapping[str, object]
    """By `vertex.output`, in canonical order; empty if it failed."""
    result: object = None
    """The result of the flow, if it declares one."""
    failed: FlowFailed | None = None
    """Why it failed; None if it did not."""


@attrs.frozen
class RunnableFlow:
    """A flow with its options settled, waiting for its inputs."""

    name: str
    inputs: Mapping[str, object]
    """The type of each input, as annotated."""
    outputs: tuple[str, ...]
    """The names of all values that a run can give: `vertex.output`."""
    result: str | None
    """The vertex whose result is the flow's result."""
    run: Callable[[Mapping[str, object]], RunOutcome]
    """Runs it on untyped data; raises what is wrong before a vertex runs."""
    values_left: Callable[[RunState], Mapping[str, object]]
    """Takes out of a run that failed the values of the vertices that succeeded."""


@attrs.frozen
class Result:
    """What is shown of the values of a run."""

    flow: str
    result: str | None
    """The vertex whose result is the flow's result."""
    values: Mapping[str, object]
    """Those that were asked for and are there, by name."""
