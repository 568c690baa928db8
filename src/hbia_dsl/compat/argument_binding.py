"""Where each argument of a handler comes from: a binding, initial data, or a vertex before.

The original takes values along bindings only. Here a handler may also leave its inputs
undeclared: then its own parameters say what it takes, from the vertices just before it
or from the initial data. What cannot be found is known before anything runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import MISSING_HANDLER, UNBOUND_DATA
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import DataResolutionError, HandlerResolutionError
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.input_text import bindings_of, is_collected
from hbia_dsl.graph.own_copy import own_copy
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.planned_group import ROLLBACK
from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import MISSING, Parameter, read_parameters
from hbia_dsl.wiring.binding import INPUT

INITIAL_DATA_SLOT = 0
"""The slot that holds the initial data."""


@attrs.frozen
class Given:
    """Where one argument comes from: the one of these slots whose dict has the key."""

    places: tuple[tuple[int, str], ...]
    """Slots and keys; in the first one before initial data, wherever it is. None for a constant,
    or where only the default is left."""
    default: object = MISSING
    """A constant, or what the handler takes if none has it; `MISSING` if it cannot do without."""
    is_list: bool = False
    """Whether the argument is a list of what all of these slots have."""


@attrs.frozen(eq=False)
class ArgumentBinder:
    """Binds the arguments of the handlers of one graph."""

    graph: Graph
    sources: Mapping[str, Sequence[str]]
    """By vertex: those directly before it."""
    slot_of: Mapping[str, int]
    initial_data: Mapping[str, object]

    def bind(self, vertex: Vertex, handler: Callable[..., object]) -> dict[str, Given]:
        """Return where each argument of a handler comes from.

        Raises:
            DataResolutionError: Inputs have no source, or several; all of them at once.
            HandlerResolutionError: The handler does not take what the vertex declares.
        """
        given: dict[str, Given] = {}
        problems: list[tuple[str, str, str]] = []
        parameters = _parameters(handler)
        # What nobody gives keeps the default of the handler, as in a flow.
        defaults = {p.name: p.default for p in parameters or () if p.has_default}
        for name, text in vertex.inputs.items():
            if name in vertex.constants:
                how = f"is declared as `{text}` and is a constant too"
                way = "take it out of `inputs` or of `constants`"
                problems.append((name, f"input `{name}` of vertex `{vertex.name}` {how}", way))
                continue
            found = self._declared(vertex, name, text, defaults.get(name, MISSING))
            if isinstance(found, Given):
                given[name] = found
            else:
                problems += found
        for name, value in vertex.constants.items():
            given[name] = Given((), default=own_copy(value))
        if parameters is not None:
            declared = {**vertex.inputs, **vertex.constants}
            _check_declared(vertex, handler, declared, parameters)
            for parameter in parameters:
                if parameter.name not in declared and parameter.kind in _NAMED:
                    self._bind_undeclared(vertex, handler, parameter, given, problems)
        if problems:
            raise _unbound_error(handler, problems)
        return given

    def _declared(
        self, vertex: Vertex, name: str, text: str, default: object
    ) -> Given | list[tuple[str, str, str]]:
        """Return where an input that the vertex declares comes from, or what is wrong with it."""
        bound = bindings_of(text)
        places = [(self.slot_of.get(s, INITIAL_DATA_SLOT), o) for s, o in bound]
        missing = [
            self._unbound(vertex, output, f"taken as `{INPUT}.{output}`")
            for slot, output in places
            if slot == INITIAL_DATA_SLOT and output not in self.initial_data
        ]
        if not bound:
            key = self._initial_key(vertex, name)
            if key is not None:
                places = [(INITIAL_DATA_SLOT, key)]
            else:
                missing = [self._unbound(vertex, name, f"declared as `{text}`")]
        if not missing:
            return Given(tuple(places), is_list=is_collected(text))
        has_default = default is not MISSING and not is_collected(text)
        return Given((), default=default) if has_default else missing

    def _bind_undeclared(
        self,
        vertex: Vertex,
        handler: Callable[..., object],
        parameter: Parameter,
        given: dict[str, Given],
        problems: list[tuple[str, str, str]],
    ) -> None:
        name = parameter.name
        before = self.sources.get(vertex.name, ())
        outputs = {source: self.graph.vertices[source].outputs for source in before}
        declaring = [source for source in before if name in outputs[source]]
        silent = [source for source in before if not outputs[source]]
        key = self._initial_key(vertex, name)
        if len(declaring) > 1:
            choices = " or ".join(f"`{source}.{name}`" for source in declaring)
            way = f'say which one: inputs={{"{name}": "{declaring[0]}.{name}"}}'
            problems.append((name, f"could be {choices}", way))
        elif declaring:
            given[name] = Given(((self.slot_of[declaring[0]], name),))
        elif key is not None:
            places = [(self.slot_of[source], name) for source in silent]
            given[name] = Given((*places, (INITIAL_DATA_SLOT, key)))
        elif silent:
            places = [(self.slot_of[source], name) for source in silent]
            given[name] = Given(tuple(places), default=parameter.default)
        elif not parameter.has_default:
            group = self._group_of_connection(vertex, handler, name)
            if group is None:
                problems.append(self._unbound(vertex, name, "taken by the handler"))
            else:
                how = f"`{name}` of vertex `{vertex.name}` is a connection of group `{group}`"
                text = f"{how}, and run_flow gives none to handlers"
                problems.append((name, text, _WAY_TO_CONNECT.format(group=group)))

    def _group_of_connection(
        self, vertex: Vertex, handler: Callable[..., object], parameter: str
    ) -> str | None:
        """Return the group whose connection a parameter takes, as far as its annotation says."""
        from hbia_dsl.declare.resource_types import is_known_resource  # loaded where it is used
        from hbia_dsl.typeforms.hint_reading import read_hints  # as above

        if not is_known_resource(read_hints(handler).parameters.get(parameter)):
            return None
        groups = self.graph.atomic_groups.values()
        rolled_back = (g.name for g in groups if g.on_failure == ROLLBACK)
        return next(
            (g for g in rolled_back if vertex.name in self.graph.atomic_groups[g].vertices), None
        )

    def _initial_key(self, vertex: Vertex, parameter: str) -> str | None:
        for key in (f"{vertex.name}.{parameter}", parameter):
            if key in self.initial_data:
                return key
        return None

    def _unbound(self, vertex: Vertex, name: str, how: str) -> tuple[str, str, str]:
        way = did_you_mean(name, self.initial_data) or way_to_give(name)
        return name, f"input `{name}` of vertex `{vertex.name}`, {how}, has no source", way


def way_to_give(name: str) -> str:
    """Return the way out of an input that has no source, for a call in code."""
    return f'pass initial_data={{"{name}": ...}}, or bind it to "vertex.output"'


_WAY_TO_CONNECT: Final = (
    "make a flow of it, to which a transaction is attached: "
    'Flow.from_yaml(...).options(transactions={{"{group}": ...}})'
)
_NAMED: Final = (ParameterKind.POSITIONAL_OR_KEYWORD, ParameterKind.KEYWORD_ONLY)


def _parameters(handler: Callable[..., object]) -> Sequence[Parameter] | None:
    """Return the parameters of a handler; None if it does not tell them."""
    try:
        return read_parameters(handler)
    except (TypeError, ValueError):  # a builtin
        return None


def _check_declared(
    vertex: Vertex,
    handler: Callable[..., object],
    declared: Iterable[str],
    parameters: Sequence[Parameter],
) -> None:
    """Refuse a handler that cannot be called with the inputs that its vertex declares."""
    named = [p.name for p in parameters if p.kind in _NAMED]
    # A function that takes any keyword may take one of the same name as well.
    takes_any = bool(parameters) and parameters[-1].kind is ParameterKind.VAR_KEYWORD
    by_position = {
        p.name for p in parameters if p.kind is ParameterKind.POSITIONAL_ONLY and not takes_any
    }
    for name in declared:
        if name in by_position:
            raise _by_position_only(vertex, handler, name)
        if name not in named and not takes_any:
            text = f"the handler of vertex `{vertex.name}` does not take its input `{name}`"
            way = did_you_mean(name, named) or f"add a parameter `{name}` to the handler"
            raise _unusable(handler, text, way)
    first = parameters[0] if parameters else None
    if first is not None and first.kind is ParameterKind.POSITIONAL_ONLY and not first.has_default:
        raise _by_position_only(vertex, handler, first.name)


def _by_position_only(
    vertex: Vertex, handler: Callable[..., object], name: str
) -> HandlerResolutionError:
    text = f"the handler of vertex `{vertex.name}` takes `{name}` by position only"
    return _unusable(handler, text, f"let it take `{name}` by keyword: leave out the `/` behind it")


def _unusable(handler: Callable[..., object], message: str, help_: str) -> HandlerResolutionError:
    place = location_of(handler) or caller_location()
    return HandlerResolutionError(Diagnostic(MISSING_HANDLER, message, location=place, help=help_))


def _unbound_error(
    handler: Callable[..., object], problems: Sequence[tuple[str, str, str]]
) -> DataResolutionError:
    parameter, text, help_ = problems[0]
    return DataResolutionError(
        Diagnostic(
            UNBOUND_DATA,
            text,
            location=location_of(handler, parameter) or caller_location(),
            notes=tuple(other for _, other, _ in problems[1:]),
            help=help_,
        )
    )
