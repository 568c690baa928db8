"""What `run_flow` returns: values by `vertex.output`."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from hbia_dsl.flow.missing_value import missing_value
from hbia_dsl.flow.run_account import states_of, timings_of
from hbia_dsl.flow.run_report import RunReport
from hbia_dsl.flow.vertex_timing import VertexTiming
from hbia_dsl.kernel.conclusion import identity
from hbia_dsl.kernel.kernel import SUCCEEDED
from hbia_dsl.kernel.run_state import RunState


class FlowResult(Mapping[str, object]):
    """The values of a run by `vertex.output`, in canonical order in every mode."""

    def __init__(self, state: RunState) -> None:
        self._state = state

    @cached_property
    def _values(self) -> dict[str, object]:
        state = self._state
        found: dict[str, object] = {}
        for vertex, outcome in zip(state.vertices, state.kernel.states, strict=True):
            outputs = state.slots[vertex.slot]
            if outcome == SUCCEEDED and isinstance(outputs, Mapping):
                found |= {f"{vertex.name}.{name}": value for name, value in outputs.items()}
        return found

    def __getitem__(self, key: str) -> object:
        values = self._values
        if key not in values:
            text = f"the result of flow `{self._state.plan.flow}` has no value `{key}`"
            raise missing_value(text, str(key), values, "values are named `vertex.output`")
        return values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"FlowResult({', '.join(self._values)})"

    @property
    def id(self) -> str:
        """Identity of the run."""
        return identity(self._state)

    @cached_property
    def states(self) -> Mapping[str, str]:
        """How each vertex ended."""
        return states_of(self._state)

    @cached_property
    def report(self) -> RunReport:
        """How each vertex ended, how long it took, and, in a run with a cache, why it ran."""
        from hbia_dsl.flow.run_report_making import report_of  # loaded where it is used

        return report_of(self._state)

    @cached_property
    def timings(self) -> Mapping[str, VertexTiming]:
        """When each vertex ran, in seconds since the first was started."""
        return timings_of(self._state)
