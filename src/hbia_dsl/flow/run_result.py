"""What a run leaves: its values, times, outcomes and lineage.

A `Run` is a mapping from `vertex.output` to the value, in canonical order, so the order
of its keys is the same in every mode.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cached_property
from types import MethodType
from typing import Generic, TypeVar, overload

from hbia_dsl.declare.declaration import declaration_of
from hbia_dsl.declare.declared_name import shown_function
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import NO_RESULT
from hbia_dsl.errors import ResultError
from hbia_dsl.flow.lineage import Lineage
from hbia_dsl.flow.missing_value import missing_value
from hbia_dsl.flow.run_record import RunRecord
from hbia_dsl.flow.run_report import RunReport
from hbia_dsl.flow.vertex_timing import VertexTiming
from hbia_dsl.wiring.wired_flow import WiredFlow

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Run(Mapping[str, object], Generic[T_co]):
    """The outcome of one run, typed by vertex: `run[rank]` is what `rank` returns."""

    __slots__ = ("__dict__", "_flow", "_record")

    def __init__(self, flow: WiredFlow, record: RunRecord) -> None:
        self._flow = flow
        self._record = record

    @property
    def value(self) -> T_co:
        """The result of the flow: that of the vertex named as `result=`.

        Raises:
            ResultError: The flow declares no result.
        """
        slot, result = self._record.result_slot, self._flow.result
        if result is not None and not self._record.has_run(result):
            raise self._unknown(result)  # a run that failed, as `hbia_dsl.testing` shows it
        if slot is None:
            raise ResultError(
                Diagnostic(
                    NO_RESULT,
                    f"flow `{self._flow.name}` declares no result, so its run has no `.value`",
                    location=caller_location(),
                    help="build the flow with `result=`, or ask by vertex: run[vertex]",
                )
            )
        return self._record.slots[slot]  # type: ignore[return-value]  # T_co is the type of that vertex's result

    @overload
    def __getitem__(self, key: str, /) -> object: ...
    @overload
    def __getitem__(self, key: Callable[..., Awaitable[T]], /) -> T: ...
    @overload
    def __getitem__(self, key: Callable[..., T], /) -> T: ...
    def __getitem__(self, key: object, /) -> object:
        """Return a value by its vertex, typed, or by its name `vertex.output`.

        Raises:
            ResultError: The run has no such value; it is a `KeyError`.
        """
        slot = self._slot_of(key)
        if slot is None:
            raise self._unknown(key)
        return self._record.slots[slot]

    def __iter__(self) -> Iterator[str]:
        for vertex, outputs in self._record.output_slots.items():
            if self._record.has_run(vertex):
                for output in outputs:
                    yield f"{vertex}.{output}"

    def __len__(self) -> int:
        return sum(
            len(outputs)
            for vertex, outputs in self._record.output_slots.items()
            if self._record.has_run(vertex)
        )

    def __contains__(self, key: object) -> bool:
        return self._slot_of(key) is not None

    def __repr__(self) -> str:
        return f"Run({self._flow.name!r}, {len(self)} values)"

    @property
    def id(self) -> str:
        """Identity of the run, as in the notes of its errors."""
        return self._record.identity()

    @property
    def flow(self) -> str:
        """Name of the flow."""
        return self._flow.name

    @cached_property
    def states(self) -> Mapping[str, str]:
        """How each vertex ended: succeeded, failed, skipped or cancelled; canonical order."""
        return self._record.states()

    @cached_property
    def timings(self) -> Mapping[str, VertexTiming]:
        """When each vertex ran, in seconds since the run began; canonical order."""
        return self._record.timings()

    @cached_property
    def report(self) -> RunReport:
        """How each vertex ended, how long it took, and, in a run with a cache, why it ran."""
        return self._record.report()

    @cached_property
    def lineage(self) -> Lineage:
        """Which values each value came from."""
        return Lineage(self._flow)

    def _slot_of(self, key: object) -> int | None:
        """Return where a value is, by its name or its vertex; None if the run has none such."""
        if isinstance(key, str):
            vertex, _, output = key.partition(".")
            slot = self._record.output_slots.get(vertex, {}).get(output)
            return slot if slot is not None and self._record.has_run(vertex) else None
        name = self._name_of(key)
        if name is None or not self._record.has_run(name):
            return None
        return self._record.slot_of(name)

    def _name_of(self, key: object) -> str | None:
        declaration = declaration_of(key)
        declared = declaration.vertex.name if declaration and declaration.vertex else None
        for name in (declared, getattr(key, "__name__", None)):
            vertex = self._flow.vertices.get(name) if isinstance(name, str) else None
            if vertex is not None and _is_same(vertex.handler, key):
                return vertex.name
        return next(
            (v.name for v in self._flow.vertices.values() if _is_same(v.handler, key)), None
        )

    def _unknown(self, asked: object) -> ResultError:
        key = asked if isinstance(asked, str) else _shown(asked)
        vertex, _, output = key.partition(".")
        outputs = self._record.output_slots.get(vertex, {})
        message = f"the run of flow `{self.flow}` has no value `{key}`"
        if outputs and not self._record.has_run(vertex):
            state = self.states[vertex]
            return missing_value(f"{message}: `{vertex}` was {state}", key, self)
        if outputs and output in ("", vertex):
            names = " or ".join(f'run["{vertex}.{name}"]' for name in outputs)
            whole = f"; run[{vertex}] is the whole result" if output else ""
            return missing_value(message, key, (), f"write {names}{whole}")
        otherwise = "values are named `vertex.output`, or given by the vertex itself: run[vertex]"
        return missing_value(message, key, [*self, *self._flow.vertices], otherwise)


def _is_same(handler: object, key: object) -> bool:
    """Return whether two functions are one: each access of a method makes a new object."""
    return handler is key or (type(handler) is type(key) is MethodType and handler == key)


def _shown(key: object) -> str:
    return shown_function(key) if callable(key) else type(key).__name__
