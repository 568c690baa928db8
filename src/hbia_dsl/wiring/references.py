"""What an explicit binding names: a vertex, one of its outputs, or an input of the flow."""

from collections.abc import Iterable
from functools import cached_property

import attrs

from hbia_dsl.declare.declaration import declaration_of
from hbia_dsl.declare.declared_name import shown_function
from hbia_dsl.declare.out_reference import OutReference, reference_parts
from hbia_dsl.diagnostics.near_miss import did_you_mean, nearest
from hbia_dsl.wiring.binding import INPUT, OutputName
from hbia_dsl.wiring.producers import Producers, Provided
from hbia_dsl.wiring.signature import VertexSignature


@attrs.frozen
class UnknownReferenceError(Exception):
    """An explicit binding names something that the flow does not have."""

    text: str
    """The reference as a message shows it."""
    reason: str
    """A clause that goes on after "but"."""
    notes: tuple[str, ...] = ()
    help: str | None = None
    meant_inputs: tuple[str, ...] = ()
    """Inputs of the flow that may have been meant."""


class References:
    """Finds the values that explicit bindings of one flow name.

    All vertices must be known before any is looked for.
    """

    def __init__(
        self, flow: str, producers: Producers, vertices: Iterable[VertexSignature]
    ) -> None:
        self._flow = flow
        self._producers = producers
        self._vertices = vertices

    def vertex_of(self, fn: object) -> str | None:
        """Return the name of the vertex that a function is, if it is one of the flow."""
        if isinstance(fn, staticmethod | classmethod):
            fn = fn.__func__
        name = self._vertex_of.get(_identity(fn))
        if name is not None:
            return name
        methods = self._methods_of.get(_identity(fn), [])
        return methods[0] if len(methods) == 1 else None

    def named_input(self, written: object) -> str | None:
        """Return the name in `"input.name"`; None if that is not what was written."""
        if not isinstance(written, str):
            return None
        vertex, dot, name = written.partition(".")
        return name if vertex == INPUT and dot and name.isidentifier() else None

    def find(self, written: object) -> Provided:
        """Return the value that a vertex, an `out(...)` or a text names.

        Raises:
            UnknownReferenceError: The flow has no such value.
        """
        if isinstance(written, str):
            vertex, _, output = written.partition(".")
            return self._output(written, vertex, output or None)
        name: str | None = None
        if isinstance(written, OutReference):
            fn: object
            fn, name = reference_parts(written)
        else:
            fn = written
        vertex_name = self.vertex_of(fn)
        if vertex_name is None:
            raise self._not_in_flow(fn)
        text = vertex_name if name is None else f"{vertex_name}.{name}"
        return self._output(text, vertex_name, name)

    @cached_property
    def _vertex_of(self) -> dict[object, str]:
        return {_identity(vertex.handler): vertex.name for vertex in self._vertices}

    @cached_property
    def _methods_of(self) -> dict[object, list[str]]:
        """Names of the vertices that are a method, by the function inside the method."""
        found: dict[object, list[str]] = {}
        for vertex in self._vertices:
            inner = getattr(vertex.handler, "__func__", None)
            if inner is not None:
                found.setdefault(_identity(inner), []).append(vertex.name)
        return found

    def _output(self, text: str, vertex: str, output: str | None) -> Provided:
        values = self._producers.of_vertex(vertex)
        if output is None and values and vertex != INPUT:
            return values[0]
        for provided in values:
            if provided.name.output == output:
                return provided
        if not all(part.isidentifier() for part in (vertex, output or "_")):
            raise UnknownReferenceError(
                text, "that is no reference", help='write "vertex.output", "vertex" or "input.name"'
            )
        if vertex == INPUT:
            raise self._no_input(text, output, values)
        if not values:
            raise self._no_vertex(text, vertex, output)
        raise self._no_output(text, vertex, str(output), values)

    def _no_input(
        self, text: str, name: str | None, inputs: Iterable[Provided]
    ) -> UnknownReferenceError:
        known = [provided.name.output for provided in inputs]
        near = did_you_mean(text, [f"{INPUT}.{other}" for other in known])
        if name is None:
            return UnknownReferenceError(
                text, "an input has a name", help=f'write "{INPUT}.{(known or ["name"])[0]}"'
            )
        return UnknownReferenceError(
            text,
            f"the flow has no input `{name}`",
            (f"its inputs are {listed(known)}",) if known else (),
            near or f"add `{name}` to the inputs of the flow",
            nearest(name, known),
        )

    def _no_vertex(self, text: str, vertex: str, output: str | None) -> UnknownReferenceError:
        values = self._producers.all_values()
        other = next((p.name for p in values if output is None and p.name.output == vertex), None)
        if other is not None:
            help_ = f'write "{other}"'
        else:
            outputs = [str(p.name) for p in values] if output else []
            near = did_you_mean(text, [*outputs, *self._producers.vertex_names()])
            help_ = near or f"add a vertex `{vertex}` to the flow"
        return UnknownReferenceError(text, f"the flow has no vertex `{vertex}`", (), help_)

    def _no_output(
        self, text: str, vertex: str, output: str, values: Iterable[Provided]
    ) -> UnknownReferenceError:
        known = [provided.name.output for provided in values]
        if len(known) == 1:
            note = f"the result of `{vertex}` is not split; it is one output, `{known[0]}`"
        else:
            note = f"its outputs are {listed(known[1:])}, and `{known[0]}` for the whole result"
        near = nearest(output, known)
        return UnknownReferenceError(
            text,
            f"`{vertex}` has no output `{output}`",
            (note,),
            f'did you mean "{OutputName(vertex, near[0])}"?'
            if near
            else f'write "{OutputName(vertex, known[-1])}"',
        )

    def _not_in_flow(self, fn: object) -> UnknownReferenceError:
        name = shown_function(fn)
        methods = self._methods_of.get(_identity(fn), [])
        if methods:
            return UnknownReferenceError(
                name,
                f"{len(methods)} vertices of the flow are that method: {listed(methods)}",
                (),
                f'say which one: "{methods[0]}"',
            )
        is_vertex = declaration_of(fn) is not None
        return UnknownReferenceError(
            name,
            f"`{name}` is not in flow `{self._flow}`",
            (),
            f"add `{name}` to the vertices of the flow"
            if is_vertex
            else f"decorate `{name}` with @vertex and add it to the vertices of the flow",
        )


def listed(names: Iterable[str]) -> str:
    """Return names as they stand in a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def _identity(fn: object) -> object:
    # Methods are equal if they are the same method of the same object, though not identical.
    try:
        hash(fn)
    except TypeError:
        return id(fn)
    return fn
