"""A vertex of a document and its function, brought together."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from hbia_dsl.declare.declaration import (
    NOT_SAID,
    AtomicDeclaration,
    Declaration,
    VertexDeclaration,
    declaration_of,
    underlying,
)
from hbia_dsl.diagnostics.diagnostic_code import BAD_DOCUMENT_NAME, UNGIVEN_FUNCTION
from hbia_dsl.documents.document import (
    CollectedOutputs,
    Constant,
    DocumentFlow,
    DocumentGroup,
    DocumentInput,
    DocumentVertex,
    OutputBinding,
    TypeClaim,
)
from hbia_dsl.documents.document_problems import DocumentProblems, named
from hbia_dsl.documents.document_text import DocumentText
from hbia_dsl.flow.given_functions import GivenFunctions, is_declared
from hbia_dsl.flow.stated_outputs import stated_outputs
from hbia_dsl.flow.vertex_claims import VertexClaims
from hbia_dsl.typeforms.hint_reading import Hints, read_hints
from hbia_dsl.typeforms.signature_reading import MISSING, read_parameters
from hbia_dsl.wiring.binding import INPUT
from hbia_dsl.wiring.local_names import LocalNames
from hbia_dsl.wiring.requirement import is_type
from hbia_dsl.wiring.restatement import Restatement

_PLAIN: Final = VertexDeclaration()


class VertexStater:
    """Turns the vertices of one flow of a document into what wiring takes."""

    def __init__(
        self,
        text: DocumentText,
        groups: Mapping[str, DocumentGroup],
        functions: GivenFunctions,
        problems: DocumentProblems,
        local_names: LocalNames,
    ) -> None:
        self._text = text
        self._functions = functions
        self._problems = problems
        self._local_names = local_names
        self._group_of = {m.text: (group, m) for group in groups.values() for m in group.vertices}
        self.is_complete = True
        """Whether a function was found for every vertex, so that wiring has something to say."""

    def stated(self, flow: DocumentFlow, vertex: DocumentVertex) -> Restatement | None:
        """Return what a document states about a function; None if there is no function."""
        fn = self._function(vertex)
        if fn is None:
            self.is_complete = False
            return None
        self._check_name(vertex)
        inner = underlying(fn)
        declared = declaration_of(inner) or Declaration()
        told = declared.vertex or _PLAIN
        claims = VertexClaims(vertex, inner, self._problems)
        claims.check_options(told)
        hints = self._hints(inner)
        returns = Any if hints.returns is MISSING else hints.returns
        outputs = stated_outputs(vertex, told.outputs, returns)
        claims.check_outputs(outputs.forms)
        stated = self._known_inputs(vertex, inner, claims)
        place = self._text.location(vertex.place)
        return Restatement(
            fn,
            attrs.evolve(
                told,
                name=vertex.name,
                inputs={
                    **{n: source for n, source in told.inputs.items() if n not in stated},
                    **self._bindings(stated, hints, claims),
                },
                references={n: r for n, r in told.references.items() if n not in stated},
                outputs=outputs.outputs,
                effect=vertex.effect.text if vertex.effect else told.effect,  # type: ignore[arg-type]  # reading has checked it
                version=vertex.version.text if vertex.version else told.version,
            ),
            self._atomic(vertex, declared.atomic, claims),
            self._constants(stated, told, hints, claims),
            tuple(v.name for v in flow.vertices.values() if _leads_to(v, vertex.name)),
            None if place is None else place.short(),
        )

    def _function(self, vertex: DocumentVertex) -> Callable[..., object] | None:
        path, place = vertex.handler.text, vertex.handler.place
        fn = self._functions.vertex(path)
        what = f"`handler` of vertex {named(vertex.name)}"
        if fn is None:
            message = f"{what} is {named(path)}, which is not among the given functions"
            modules = ", ".join(f"`{m.__name__}`" for m in self._functions.modules)
            way = f"name a vertex of {modules}" if modules else "give that function too"
            near = self._problems.near(path, self._functions.paths(), way)
            self._problems.add(UNGIVEN_FUNCTION, place, message, near)
        elif not is_declared(fn):
            message = f"{what} is {named(path)}, which is not declared with `@vertex`"
            self._problems.add(
                UNGIVEN_FUNCTION, place, message, "decorate the function with @vertex"
            )
            return None
        return fn

    def _check_name(self, vertex: DocumentVertex) -> None:
        name = vertex.name
        if not name.isidentifier() or name == INPUT:
            self._problems.add(
                BAD_DOCUMENT_NAME,
                vertex.place,
                f"vertex {named(name)} cannot be called so in a flow of Python functions",
                f"`{INPUT}` stands for the inputs of the flow: take another name"
                if name == INPUT
                else "use letters, digits and `_`, as in Python",
            )
            self.is_complete = False

    def _hints(self, fn: Callable[..., object]) -> Hints:
        hints = read_hints(fn)
        return read_hints(fn, self._local_names()) if hints.unresolved else hints

    def _known_inputs(
        self, vertex: DocumentVertex, fn: Callable[..., object], claims: VertexClaims
    ) -> dict[str, DocumentInput]:
        """Return the inputs that the function has, and report the others."""
        parameters = [parameter.name for parameter in read_parameters(fn)]
        for given in vertex.inputs.values():
            if given.name not in parameters:
                known = ", ".join(named(name) for name in parameters) or "none"
                claims.report(
                    given.place,
                    f"the function of {claims.what} has no parameter {named(given.name)}",
                    f"its parameters are {known}",
                )
        return {n: given for n, given in vertex.inputs.items() if n in parameters}

    def _bindings(
        self, stated: Mapping[str, DocumentInput], hints: Hints, claims: VertexClaims
    ) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, given in stated.items():
            source = given.source
            if isinstance(source, TypeClaim):
                found[name] = f"{INPUT}.{name}"
                if name in hints.parameters:
                    claims.check_input(name, source, hints.parameters[name])
            elif isinstance(source, CollectedOutputs):
                found[name] = [binding.text for binding in source.bindings]
            elif isinstance(source, OutputBinding):
                found[name] = source.text
        return found

    def _constants(
        self,
        stated: Mapping[str, DocumentInput],
        told: VertexDeclaration,
        hints: Hints,
        claims: VertexClaims,
    ) -> dict[str, object]:
        found: dict[str, object] = {}
        types = {n: form for n, form in told.inputs.items() if is_type(form)}
        for name, given in stated.items():
            if isinstance(given.source, Constant):
                value = found[name] = given.source.value
                form = hints.parameters.get(name, types.get(name, Any))
                claims.check_constant(name, value, given.source.place, form)
        return found

    def _atomic(
        self, vertex: DocumentVertex, own: AtomicDeclaration | None, claims: VertexClaims
    ) -> AtomicDeclaration | None:
        """Return what `@atomic` and the groups of the document say together."""
        group, member = self._group_of.get(vertex.name, (None, None))
        if group is None or member is None:
            return own
        if own is None:
            own = AtomicDeclaration(
                group.name,
                group.on_failure,  # type: ignore[arg-type]  # reading has checked it
                group.no_parallel,
                group.no_cache,
            )
        else:
            claims.check_group(group, own, member.place)
        claim = vertex.compensate
        if vertex.undone_by_nothing is not None:
            if callable(own.compensate):
                claims.check_compensation(None, vertex.undone_by_nothing, own.compensate)
            elif own.compensate is NOT_SAID:
                return attrs.evolve(own, compensate=None)
        if claim is None:
            return own
        if own.compensate is not NOT_SAID:
            claims.check_compensation(claim.text, claim.place, own.compensate)
            return own
        undo = self._functions.compensation(claim.text)
        if undo is None:
            message = (
                f"`compensate` of {claims.what} is {named(claim.text)}, which is not among the "
                "given functions, nor in a module of theirs"
            )
            way = "define it in the module of a function that is given, or give its module too"
            self._problems.add(UNGIVEN_FUNCTION, claim.place, message, way)
        return attrs.evolve(own, compensate=undo)


def _leads_to(vertex: DocumentVertex, name: str) -> bool:
    return any(follower.text == name for follower in vertex.next)
