"""A flow: vertices that were wired and checked, ready to run in any mode.

A flow never changes. `options` gives a flow of the same type with other run options;
the two share wiring and plans.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from os import PathLike
from types import ModuleType
from typing import Generic, Never, ParamSpec, TypeVar, Unpack, overload

from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.diagnostics.caller import caller_locals, caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_VERTEX_NAME, NOT_A_VERTEX
from hbia_dsl.errors import DeclarationError
from hbia_dsl.flow.engine import Engine
from hbia_dsl.flow.run_options import RULES, OptionsGiven, RunOptions, bad_option, bad_value
from hbia_dsl.flow.run_result import Run
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.judging.check_report import CheckReport, Tool
from hbia_dsl.wiring.wired_flow import WiredFlow

P = ParamSpec("P")
Q = ParamSpec("Q")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Given = ModuleType | str | Iterable[ModuleType | str | Callable[..., object]]
"""What a document may name: a module; or a registry or list of functions and modules. A name
stands for a module that is imported already."""

_FROM_SETTINGS: bool = NOT_GIVEN  # type: ignore[assignment]  # a default that means "see options and settings"


class Flow(Generic[P, T_co]):
    """A named set of wired vertices; `P` are its inputs, `T_co` is its result."""

    __slots__ = ("_by_parallel", "_engine", "_options", "_wired")

    _engine: Engine
    _wired: WiredFlow
    _options: RunOptions
    _by_parallel: dict[bool, RunOptions]

    def __init__(self, *_parts: Never) -> None:
        """Refuse: a flow is made by `Flow.of`, or by `Registry.flow`."""
        text = "`Flow` makes no flow when it is called"
        help_ = 'write Flow.of("name", first_vertex, second_vertex)'
        raise DeclarationError(
            Diagnostic(NOT_A_VERTEX, text, location=caller_location(), help=help_)
        )

    @overload
    @staticmethod
    def of(
        name: str,
        /,
        *vertices: Callable[..., object],
        inputs: Callable[Q, object],
        result: Callable[..., Awaitable[T]],
    ) -> "Flow[Q, T]": ...
    @overload
    @staticmethod
    def of(
        name: str,
        /,
        *vertices: Callable[..., object],
        inputs: Callable[Q, object],
        result: Callable[..., T],
    ) -> "Flow[Q, T]": ...
    @overload
    @staticmethod
    def of(
        name: str, /, *vertices: Callable[..., object], inputs: Callable[Q, object]
    ) -> "Flow[Q, object]": ...
    @overload
    @staticmethod
    def of(
        name: str, /, *vertices: Callable[..., object], result: Callable[..., Awaitable[T]]
    ) -> "Flow[..., T]": ...
    @overload
    @staticmethod
    def of(
        name: str, /, *vertices: Callable[..., object], result: Callable[..., T]
    ) -> "Flow[..., T]": ...
    @overload
    @staticmethod
    def of(name: str, /, *vertices: Callable[..., object]) -> "Flow[..., object]": ...
    @staticmethod
    def of(
        name: str,
        /,
        *vertices: Callable[..., object],
        inputs: Callable[..., object] | None = None,
        result: Callable[..., object] | None = None,
    ) -> "Flow[..., object]":
        """Wire vertices to a flow: resolve every parameter and check every edge.

        Args:
            name: Name of the flow, for reports.
            vertices: Functions declared with `@vertex`; their order breaks ties.
            inputs: What the flow takes from outside: an attrs class, a dataclass or a
                function. Without it, parameters of weak types that nothing provides
                become inputs.
            result: The vertex whose result is `run.value`.

        Raises:
            WiringError: They do not make a flow; every independent reason at once.
            GraphCycleError: Vertices wait for each other.
            AtomicBoundaryError: An outsider lies between members of an atomic group.
        """
        given: object = name  # callers without a type checker pass anything
        if not isinstance(given, str) or not given.strip():
            raise _nameless(given)
        # What judges types is loaded with the first flow, not with the package.
        from hbia_dsl.flow.late_engine import LateEngine
        from hbia_dsl.wiring.wire import wire

        wired = wire(name, vertices, inputs=inputs, result=result, localns=caller_locals)
        return _made(LateEngine(wired), RunOptions())

    @overload
    @staticmethod
    def from_yaml(
        path: str | PathLike[str],
        functions: Given,
        *,
        flow_name: str | None = None,
        inputs: Callable[Q, object],
        result: Callable[..., Awaitable[T]],
    ) -> "Flow[Q, T]": ...
    @overload
    @staticmethod
    def from_yaml(
        path: str | PathLike[str],
        functions: Given,
        *,
        flow_name: str | None = None,
        inputs: Callable[Q, object],
        result: Callable[..., T],
    ) -> "Flow[Q, T]": ...
    @overload
    @staticmethod
    def from_yaml(
        path: str | PathLike[str],
        functions: Given,
        *,
        flow_name: str | None = None,
        inputs: Callable[Q, object],
    ) -> "Flow[Q, object]": ...
    @overload
    @staticmethod
    def from_yaml(
        path: str | PathLike[str],
        functions: Given,
        *,
        flow_name: str | None = None,
        result: Callable[..., Awaitable[T]],
    ) -> "Flow[..., T]": ...
    @overload
    @staticmethod
    def from_yaml(
        path: str | PathLike[str],
        functions: Given,
        *,
        flow_name: str | None = None,
        result: Callable[..., T],
    ) -> "Flow[..., T]": ...
    @overload
    @staticmethod
    def from_yaml(
        path: str | PathLike[str], functions: Given, *, flow_name: str | None = None
    ) -> "Flow[..., object]": ...
    @staticmethod
    def from_yaml(
        path: str | PathLike[str],
        functions: Given,
        *,
        flow_name: str | None = None,
        inputs: Callable[..., object] | None = None,
        result: Callable[..., object] | None = None,
    ) -> "Flow[..., object]":
        """Wire decorated functions as a document says.

        The document names the vertices, their bindings, constants, order and groups;
        types come from the annotations, and what the document says of them is compared.

        Args:
            path: The document, a YAML file.
            functions: What the document may name: a module, or the name of one that is
                imported already; or a registry or list of functions and modules. Nothing is
                imported.
            flow_name: The flow; may be left out if the document has one.
            inputs: As for `of`.
            result: As for `of`.

        Raises:
            DocumentError: The document is wrong, or it and the functions do not go
                together; every independent reason at once.
            FlowNotFoundError: The document has no such flow, or several and none is named.
        """
        from hbia_dsl.flow.flow_from_document import flow_from_file  # loaded where it is used
        from hbia_dsl.flow.late_engine import LateEngine  # as above

        wired = flow_from_file(
            path, functions, flow_name, inputs=inputs, result=result, local_names=caller_locals
        )
        return _made(LateEngine(wired), RunOptions())

    def to_yaml(self) -> str:
        """Return the flow as a document, with every binding written out.

        `from_yaml` with the same functions, `inputs` and `result` makes an equal graph of
        it. A type that documents have no word for, such as a class, is written `any`.

        Raises:
            DocumentError: A vertex is a function that no path leads to, such as a lambda,
                or a name of the flow cannot stand in a document.
        """
        from hbia_dsl.flow.document_of_flow import document_of_flow  # loaded where it is used

        return document_of_flow(self._wired)

    @property
    def name(self) -> str:
        """Name of the flow."""
        return self._wired.name

    @property
    def wired(self) -> WiredFlow:
        """Every vertex with the source of each parameter and the rule that chose it."""
        return self._wired

    @property
    def graph(self) -> Graph:
        """The flow as a graph, frozen; every binding is written out."""
        return self._wired.graph

    @property
    def topology(self) -> GraphTopology:
        """Order and stages of the flow."""
        return GraphTopology(self._wired.graph)

    def source(self) -> str:
        """Return the flow written out as a Python function: one call for each vertex.

        Comments say where each value comes from, and which rule chose it.
        """
        from hbia_dsl.lowering.lower_flow import lower_flow  # loaded where it is used
        from hbia_dsl.lowering.source_text import source_text  # loaded where it is used

        return source_text(lower_flow(self.wired)).text

    def check(self, *, tool: Tool = "mypy", strict_any: bool = False) -> CheckReport:
        """Have a type checker judge the flow, as `hbia check` does.

        Args:
            tool: The type checker, `"mypy"` or `"pyright"`; it must be installed.
            strict_any: Refuse vertices and edges that hold `Any`.

        Returns:
            All problems, and what nobody could prove; `report.ok` is True without problems.

        Raises:
            CheckError: The flow could not be judged: no such type checker, or a vertex is
                in no module that it could read, such as a notebook.
        """
        from hbia_dsl.judging.check_one import check_one  # loaded where it is used

        return check_one(self._wired, tool, strict_any=strict_any)

    def options(self, **given: Unpack[OptionsGiven]) -> "Flow[P, T_co]":
        """Return the same flow with other run options; see `OptionsGiven` for each.

        Raises:
            RunOptionError: An option is unknown or has a value that it cannot have.
        """
        for name in given:
            if name not in RULES and name in self._wired.inputs:
                text = f"`{name}` is an input of flow `{self.name}`, not an option"
                raise bad_option(text, f"give it to the run: run({name}=...)")
        if "transactions" in given:
            from hbia_dsl.flow.transaction_reading import attach  # loaded where it is used

            given["transactions"] = attach(self._wired, given["transactions"])
        return _made(self._engine, self._options.changed(given))

    def run(
        self,
        /,
        parallel: bool = _FROM_SETTINGS,  # noqa: FBT001 - fixed by the house: run(parallel=True, ...)
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Run[T_co]:
        """Run the flow and wait for it.

        Without async vertices no event loop is started. With them asyncio is run, or
        trio with `options(async_backend="trio")`.

        Args:
            parallel: Run independent vertices at once; not given, the options and then
                the settings decide, and by default it is False.
            args: The flow's inputs.
            kwargs: The flow's inputs.

        Raises:
            FlowFailed: Vertices failed; their exceptions are inside.
            RunInputError: An input is missing, unknown or unusable; nothing has run.
            ContractInputError: An input is not of its declared type; nothing has run.
            RunUsageError: An event loop runs on this thread.
            SettingsError: The environment holds a bad `HBIA_*` value; nothing has run.
        """
        options = self._options if parallel is _FROM_SETTINGS else self._options_for(parallel)
        return Run(self._wired, self._engine.run(options, args, kwargs))

    async def run_async(
        self,
        /,
        parallel: bool = _FROM_SETTINGS,  # noqa: FBT001 - as above
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Run[T_co]:
        """Run the flow inside asyncio or trio, whichever is running.

        Async vertices run as tasks of the running loop, others on threads. If the
        caller is cancelled, so is the run: it ends completely, then the cancellation
        goes on as the same exception object.

        Args and errors are those of `run`.
        """
        options = self._options if parallel is _FROM_SETTINGS else self._options_for(parallel)
        return Run(self._wired, await self._engine.run_async(options, args, kwargs))

    def run_data(self, data: Mapping[str, object]) -> Run[T_co]:
        """Run the flow on untyped data, such as JSON gives it.

        The data are structured into the flow's inputs. Nothing is coerced silently:
        `1.9` is not an `int` and `"false"` is not a `bool`.

        Raises:
            RunInputError: The data do not fit; every problem, with its path.
            FlowFailed: As `run`.
        """
        return Run(self._wired, self._engine.run_data(self._options, data))

    async def run_data_async(self, data: Mapping[str, object]) -> Run[T_co]:
        """Run the flow on untyped data inside asyncio or trio; see `run_data`."""
        return Run(self._wired, await self._engine.run_data_async(self._options, data))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return a picture and a table for notebooks, which choose what they can show."""
        from hbia_dsl.drawing.notebook_bundle import mimebundle  # loaded where it is used

        del include, exclude  # both forms are made at once, and notebooks filter them
        return mimebundle(self.wired)

    def __hbia_depends_on__(self) -> tuple[object, ...]:
        """Return what decides the results of a flow that a cached vertex runs: code and wiring."""
        vertices = self._wired.vertices.values()
        return (
            self._wired.result,
            *(vertex.handler for vertex in vertices),
            *(f"{v.name}.{b.parameter} <- {b.sources}" for v in vertices for b in v.bindings),
        )

    def __repr__(self) -> str:
        return f"Flow({self.name!r}, {len(self._wired.vertices)} vertices)"

    def _options_for(self, parallel: object) -> RunOptions:
        if parallel is not True and parallel is not False:
            help_ = "give the flow's inputs by keyword: `parallel` comes first"
            raise bad_value("parallel", "True or False", parallel, help_)
        options = self._by_parallel.get(parallel)
        if options is None:
            options = self._by_parallel[parallel] = self._options.changed({"parallel": parallel})
        return options


def _made(engine: Engine, options: RunOptions) -> Flow[P, T]:
    flow: Flow[P, T] = Flow.__new__(Flow)
    # This is the constructor of a flow; the public one only says so.
    flow._engine, flow._wired = engine, engine.wired  # noqa: SLF001 - its constructor
    flow._options, flow._by_parallel = options, {}  # noqa: SLF001 - as above
    return flow


def _nameless(given: object) -> DeclarationError:
    shown = "an empty text" if isinstance(given, str) else f"a {type(given).__name__}"
    return DeclarationError(
        Diagnostic(
            BAD_VERTEX_NAME,
            f"the name of a flow comes first, but it was given {shown}",
            location=caller_location(),
            help='write Flow.of("signup", first_vertex, second_vertex)',
        )
    )
