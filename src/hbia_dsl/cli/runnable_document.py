"""A document as a flow that can be run: its handlers found, its inputs typed."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

import attrs

from hbia_dsl.cli.call_place import without_call
from hbia_dsl.cli.command_failure import USAGE, CommandFailure, wrong_usage
from hbia_dsl.cli.document_file import load_document
from hbia_dsl.cli.run_request import RunRequest
from hbia_dsl.cli.runnable_flow import RunnableFlow, RunOutcome
from hbia_dsl.compat.argument_binding import way_to_give
from hbia_dsl.compat.call_reading import Flags
from hbia_dsl.compat.flow_result import FlowResult
from hbia_dsl.compat.graph_part import part_of_graph
from hbia_dsl.compat.graph_running import run_graph
from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import REFUSED_HANDLER
from hbia_dsl.documents.handler_resolver import HandlerResolver
from hbia_dsl.errors import DataResolutionError, FlowFailed, HandlerResolutionError
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.input_text import bindings_of, is_collected
from hbia_dsl.typeforms.shapes import ParameterKind

_NAMED: Final = (ParameterKind.POSITIONAL_OR_KEYWORD, ParameterKind.KEYWORD_ONLY)


@attrs.frozen
class _FlagsOfCommand(Flags):
    """Flags of `run_flow`, and the options that only the command line has."""

    run_options: RunOptions = attrs.field(factory=RunOptions)

    def options(self) -> RunOptions:
        """Return the options of the run."""
        return self.run_options


def runnable_document(file: str, request: RunRequest) -> RunnableFlow:
    """Load a document, find its handlers and get it ready.

    Args:
        file: The document.
        request: The options of the run, and the modules that handlers may come from.

    Raises:
        CommandFailure: The document is wrong, or a handler cannot be had.
    """
    graph = load_document(file, request.flow)
    flow_name = next(iter(graph.flows)) if len(graph.flows) == 1 else request.flow
    part = part_of_graph(graph, flow_name)
    resolver = _resolver(file, part, request.handlers)
    options = RunOptions().changed(request.options())
    flags = _FlagsOfCommand(
        async_enabled=NOT_GIVEN if request.is_async is None else request.is_async,
        run_options=options,
    )

    def run(data: Mapping[str, object]) -> RunOutcome:
        try:
            typed = _structured(part, data, forms, name, defaults)
            done = run_graph(graph, flow_name, resolver, typed, flags)
        except FlowFailed as error:
            return RunOutcome({}, failed=error)
        except DataResolutionError as error:
            error.diagnostic = _with_set(error.diagnostic, forms)
            raise
        return RunOutcome(done)

    name = flow_name or ", ".join(graph.flows)
    forms = _forms(part, resolver)
    defaults = frozenset(_with_defaults(part, resolver))
    outputs = tuple(f"{v.name}.{o}" for v in part.vertices.values() for o in v.outputs)
    return RunnableFlow(name, forms, outputs, None, run, FlowResult)


def _resolver(file: str, part: Graph, allowed: tuple[str, ...]) -> HandlerResolver:
    """Import the functions of all vertices; what cannot be had is one report."""
    import os  # loaded where it is used

    from hbia_dsl.check.target_import import make_importable  # as above
    from hbia_dsl.diagnostics.text_report import render_all  # as above

    if not allowed:
        raise _nothing_allowed(file, part)
    for module in allowed:
        _check_module_name(module)
    make_importable(os.getcwd())
    resolver = HandlerResolver(allowed)
    problems: dict[str, Diagnostic] = {}
    for vertex, path in _paths(part):
        try:
            resolver.resolve(path, vertex=vertex)
        except HandlerResolutionError as error:
            module = path.rpartition(".")[0]
            is_refused = error.diagnostic.code is REFUSED_HANDLER
            # One module that is not allowed is one problem, whatever number of handlers it has.
            key = module if is_refused and not _is_allowed(module, allowed) else path
            help_ = f"add --handlers {module}" if key is module else None
            problems.setdefault(key, without_call(error.diagnostic, help_))
    if problems:
        text = render_all(problems.values())
        raise CommandFailure(text, exit_code=USAGE, is_report=True)
    return resolver


def _paths(part: Graph) -> Iterator[tuple[str, str]]:
    """Yield every path to a function with the name of its vertex."""
    for vertex in part.vertices.values():
        for path in (vertex.handler, vertex.compensate):
            if isinstance(path, str):
                yield vertex.name, path


def _is_allowed(module: str, allowed: tuple[str, ...]) -> bool:
    return any(f"{module}.".startswith(f"{name}.") for name in allowed)


def _check_module_name(text: str) -> None:
    """Refuse what is no name of a module: mostly a file, or a function in one.

    Raises:
        CommandFailure: It is none.
    """
    name = text.partition(":")[0].replace("/", ".").removeprefix("..").removesuffix(".py")
    if text == name and _is_dotted(text):
        return
    meant = name if _is_dotted(name) else "app.handlers"
    raise wrong_usage(
        f"--handlers takes the name of a module, not `{text}`", f"write --handlers {meant}"
    )


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _nothing_allowed(file: str, part: Graph) -> CommandFailure:
    modules = dict.fromkeys(path.rpartition(".")[0] for _, path in _paths(part))
    given = " ".join(f"--handlers {module}" for module in modules)
    return wrong_usage(
        f"`{file}` names functions, and nothing is imported unless you say from where",
        f"add {given or '--handlers MODULE'}",
    )


def _with_set(found: Diagnostic, names: Iterable[str]) -> Diagnostic:
    """Return a problem with the way out that the command line has for an input."""
    for name in names:
        if found.help == way_to_give(name):
            help_ = f'add --set {name}=..., or bind it to "vertex.output" in the document'
            return attrs.evolve(found, help=help_)
    return found


def _forms(part: Graph, resolver: HandlerResolver) -> dict[str, object]:
    """Return every name under which an input can be given, with its type.

    What vertices declare goes first, then the annotations of their functions.
    """
    from hbia_dsl.typeforms.type_names import type_of_name  # loaded where it is used

    declared: dict[str, object] = {}
    for vertex in part.vertices.values():
        for parameter, text in vertex.inputs.items():
            if not bindings_of(text):
                form = type_of_name(text)
                for name in (parameter, f"{vertex.name}.{parameter}"):
                    declared[name] = object if form is None else form
    taken = {name: object for _, _, name in _taken_from_inputs(part)}
    return {**dict(_annotated(part, resolver)), **taken, **declared}


def _taken_from_inputs(part: Graph) -> Iterator[tuple[str, str, str]]:
    """Yield each binding `input.name`: the vertex, the parameter and the name.

    Of a binding that collects, the parameter is empty: a list cannot do without a part.
    """
    for vertex in part.vertices.values():
        for parameter, text in vertex.inputs.items():
            for source, name in bindings_of(text):
                if source not in part.vertices:
                    yield vertex.name, "" if is_collected(text) else parameter, name


def _annotated(part: Graph, resolver: HandlerResolver) -> Iterator[tuple[str, object]]:
    """Yield the parameters that functions have and the document does not mention."""
    from hbia_dsl.typeforms.hint_reading import read_hints  # loaded where it is used
    from hbia_dsl.typeforms.signature_reading import read_parameters  # as above

    for vertex in part.vertices.values():
        if vertex.handler is None:
            continue
        handler = resolver.resolve(vertex.handler)
        hints = read_hints(handler).parameters
        mentioned = {*vertex.inputs, *vertex.constants}
        for parameter in read_parameters(handler):
            if parameter.kind in _NAMED and parameter.name not in mentioned:
                for name in (parameter.name, f"{vertex.name}.{parameter.name}"):
                    yield name, hints.get(parameter.name, object)


def _with_defaults(part: Graph, resolver: HandlerResolver) -> Iterator[tuple[str, str]]:
    """Yield each vertex and parameter that its function can do without."""
    from hbia_dsl.typeforms.signature_reading import read_parameters  # loaded where it is used

    for vertex in part.vertices.values():
        if vertex.handler is not None:
            for parameter in read_parameters(resolver.resolve(vertex.handler)):
                if parameter.has_default:
                    yield vertex.name, parameter.name


def _structured(
    part: Graph,
    data: Mapping[str, object],
    forms: Mapping[str, object],
    flow: str,
    defaults: Container[tuple[str, str]],
) -> Mapping[str, object]:
    """Turn untyped data into initial data; every problem at once.

    Args:
        part: What is run.
        data: The untyped data.
        forms: The type of each input.
        flow: Name of the flow.
        defaults: Vertices and parameters that need no value.

    Raises:
        RunInputError: The data do not fit.
    """
    from hbia_dsl.flow.input_refusal import bad_data  # loaded where it is used
    from hbia_dsl.structuring.strict_converter import structure_fields  # loads cattrs

    required = {
        parameter
        for vertex in part.vertices.values()
        for parameter, text in vertex.inputs.items()
        if not bindings_of(text)
        and f"{vertex.name}.{parameter}" not in data
        and (vertex.name, parameter) not in defaults
    }
    required.update(
        name
        for vertex_name, parameter, name in _taken_from_inputs(part)
        if (vertex_name, parameter) not in defaults
    )
    values, problems = structure_fields(data, forms, required)
    if values is None:
        raise bad_data(flow, data, problems)
    return values
