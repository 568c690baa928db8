"""What to say about the remarks of a type checker, in the user's words and places."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    ANY_REFUSED,
    CHECKER_FAILED,
    REFUSED_CALL,
    REFUSED_INPUTS,
    REFUSED_SOURCE,
    SILENT_CHECKER,
    UNREACHED_VERTEX,
    UNSEEN_MODULE,
    UNSEEN_VERTEX,
    DiagnosticCode,
)
from hbia_dsl.diagnostics.location import Location, location_of
from hbia_dsl.judging.check_report import Finding
from hbia_dsl.judging.edge_forms import shown_source, source_form
from hbia_dsl.judging.judge import Remark
from hbia_dsl.judging.judged_flow import JudgedFlow
from hbia_dsl.judging.work_folder import PACKAGE
from hbia_dsl.lowering.check_flow_writer import STAND_IN_SUFFIX
from hbia_dsl.lowering.check_place import CheckPlace, LineKind
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import INPUT, OutputName
from hbia_dsl.wiring.field_place import place_of_field
from hbia_dsl.wiring.wired_flow import WiredVertex

_TYPES: Final = (
    re.compile(
        r'(?:Argument .*|List item \d+) has incompatible type "(?P<given>.+)"; '
        r'expected "(?P<wanted>.+)"'
    ),
    re.compile(
        r'Argument of type "(?P<given>.+)" cannot be assigned to parameter ".+" '
        r'of type "(?P<wanted>.+)" in function'
    ),
)
"""How mypy and pyright name the two types of an edge that does not fit."""

UNTYPED_RESULT: Final = "var-annotated"
"""mypy's name for a result whose type does not follow from anything."""

_HOLDS_ANY: Final = re.compile(r'Expression (type contains|has type) "Any"')


class RemarkReport:
    """Makes problems of remarks."""

    def __init__(self, tool: str, flows: Sequence[JudgedFlow], elsewhere: Sequence[Remark]) -> None:
        self._tool = tool
        self._flows = flows
        self._missing_package = next(
            (r.message for r in elsewhere if "hbia_dsl" in r.message and "import" in r.code), None
        )

    def findings(self, place: CheckPlace, remark: Remark) -> Iterator[Finding]:
        """Turn a remark into a problem, if it says anything about the flow."""
        if place.kind in (LineKind.CANARY, LineKind.IMPORT):
            return
        if _HOLDS_ANY.match(remark.message):
            yield self._any(place, remark)
        elif place.kind is LineKind.ARGUMENT:
            yield self._refused_source(place, remark)
        elif place.kind is LineKind.INPUTS:
            yield self._refused_inputs(place, remark)
        else:
            yield self._refused_call(place, remark)

    def unseen_vertex(self, place: CheckPlace, remarks: Sequence[Remark]) -> Finding:
        """Say that the checker sees a vertex as `Any`."""
        said = [self._quoted(remark) for remark in remarks]
        if self._missing_package is not None:
            said.append(f"{self._tool}: {self._missing_package}")
        help_ = f"annotate what decorates `{place.vertex}`, or let {self._tool} find its module"
        if self._missing_package is not None:
            help_ = f"install hbia_dsl where {self._tool} looks for packages"
        return self._made(
            place,
            UNSEEN_VERTEX,
            f"{self._tool} sees `{place.vertex}` as `Any`, so it judges none of its edges",
            notes=tuple(dict.fromkeys(said)),
            help_=help_,
            remark=remarks[0] if remarks else None,
        )

    def unreached(self, place: CheckPlace, latest: CheckPlace | None) -> Finding:
        """Say that the checker judges nothing from a vertex on."""
        after = "" if latest is None else f" after `{latest.vertex}`"
        name = "the vertex" if latest is None else f"`{latest.vertex}`"
        return self._made(
            place if latest is None else latest,
            UNREACHED_VERTEX,
            f"{self._tool} judges nothing of flow `{self._name(place)}`{after}, because it takes "
            "that for unreachable",
            notes=(f"the first vertex that it does not see is `{place.vertex}`",),
            help_=f"look at what {name} returns, also at its overloads",
        )

    def any_result(self, place: CheckPlace, seen: str) -> Finding:
        """Say that a result holds `Any`."""
        return self._made(
            place,
            ANY_REFUSED,
            f"the result of `{place.vertex}` is `{seen}` to {self._tool}",
            help_=f"annotate `{place.vertex}` with types that hold no `Any`",
        )

    def unseen_module(self, module: str, remark: Remark) -> Diagnostic:
        """Say that the checker does not find a module that Python has imported."""
        return Diagnostic(
            UNSEEN_MODULE,
            f"{self._tool} does not find the module `{module}`, so its vertices were not checked",
            notes=(self._quoted(remark),),
            help=f"let {self._tool} find what Python finds: by `mypy_path` or `extraPaths` in its "
            "configuration, or by a py.typed file in the package",
        )

    def silent_checker(self) -> Diagnostic:
        """Say that an error made on purpose was not reported."""
        return Diagnostic(
            SILENT_CHECKER,
            f"{self._tool} does not report an error that the check makes on purpose, so its "
            "silence proves nothing",
            notes=("its configuration ignores errors: `ignore_errors`, or rules switched off",),
            help=f"let the modules of the check be judged: for mypy, a section "
            f"[mypy-{PACKAGE}.*] with ignore_errors = False",
        )

    def unplaced(self, remark: Remark) -> Diagnostic:
        """Say that the checker trips over the text itself."""
        return Diagnostic(
            CHECKER_FAILED,
            f"{self._tool} refuses the text of the check itself",
            notes=(self._quoted(remark),),
            help="report this with the flow that causes it",
        )

    def _refused_source(self, place: CheckPlace, remark: Remark) -> Finding:
        source = self._source(place)
        types = _types_in(remark.message)
        if source is None:
            what = f"what `{place.vertex}` collects as `{place.parameter}`"
        else:
            what = shown_source(source)
        if types is None:
            message = f"{self._tool} refuses {what} as `{place.parameter}` of `{place.vertex}`"
        else:
            message = (
                f"{what} is `{types[0]}`, but `{place.vertex}` takes `{types[1]}` "
                f"as `{place.parameter}`"
            )
        notes = [f"{self._tool}: {note}" for note in remark.notes]
        if types is None:
            notes.insert(0, self._quoted(remark))
        if source is not None:
            notes += self._declared_at(place, source, None if types is None else types[0])
        return self._made(
            place,
            REFUSED_SOURCE,
            message,
            notes=tuple(notes),
            help_=f"bind `{place.parameter}` to another value with `inputs=`, or correct one of "
            "the types",
            remark=remark,
        )

    def _refused_call(self, place: CheckPlace, remark: Remark) -> Finding:
        message = f"{self._tool} refuses the call of `{place.vertex}`"
        help_ = (
            f"{self._tool} sees another signature of `{place.vertex}` than Python: look at its "
            "decorators"
        )
        if remark.code == UNTYPED_RESULT:
            message = f"{self._tool} cannot tell the type of what `{place.vertex}` gives"
            help_ = f"let the result of `{place.vertex}` follow from what it takes"
        return self._made(
            place,
            REFUSED_CALL,
            message,
            notes=(self._quoted(remark), *(f"{self._tool}: {n}" for n in remark.notes)),
            help_=help_,
            remark=remark,
        )

    def _refused_inputs(self, place: CheckPlace, remark: Remark) -> Finding:
        what = f"the input `{place.parameter}`" if place.parameter else "the inputs"
        return self._made(
            place,
            REFUSED_INPUTS,
            f"{self._tool} refuses the type of {what} of flow `{self._name(place)}`",
            notes=(self._quoted(remark), *(f"{self._tool}: {n}" for n in remark.notes)),
            help_="declare the inputs by a class or a function that a type checker understands",
            remark=remark,
        )

    def _any(self, place: CheckPlace, remark: Remark) -> Finding:
        source = self._source(place)
        subject = f"`{place.vertex}`"
        if place.kind is LineKind.ARGUMENT and source is not None:
            subject = shown_source(source)
            message = (
                f"{subject} holds `Any` where `{place.vertex}` takes it as `{place.parameter}`"
            )
        elif place.kind is LineKind.INPUTS:
            subject = f"the input `{place.parameter}`"
            message = f"{subject} of flow `{self._name(place)}` holds `Any`"
        else:
            message = f"{subject} holds `Any` in its signature or its result"
        return self._made(
            place,
            ANY_REFUSED,
            message,
            notes=(self._quoted(remark),),
            help_=f"annotate {subject} with types that hold no `Any`",
            remark=remark,
        )

    def _made(
        self,
        place: CheckPlace,
        code: DiagnosticCode,
        message: str,
        *,
        notes: tuple[str, ...] = (),
        help_: str | None = None,
        remark: Remark | None = None,
    ) -> Finding:
        rule = ""
        if place.binding is not None:
            rule = f"in flow `{self._name(place)}`, bound by rule: {place.binding.rule.value}"
            notes = (*notes, rule)
        diagnostic = Diagnostic(
            code, message, location=self._location(place), notes=notes, help=help_
        )
        return Finding(
            diagnostic,
            self._flows[place.flow].name,
            place.vertex,
            place.parameter,
            place.binding,
            "" if remark is None else _cleaned(remark.message),
            "" if remark is None else remark.code,
        )

    def _location(self, place: CheckPlace) -> Location | None:
        if not place.vertex:
            inputs = self._flows[place.flow].wired.inputs_from
            if inputs is None:
                return None
            if isinstance(inputs, type):
                return place_of_field(inputs, place.parameter or None)
            return location_of(inputs, place.parameter or None)
        return location_of(self._vertex(place).handler, place.parameter or None)

    def _declared_at(self, place: CheckPlace, source: OutputName, given: str | None) -> list[str]:
        """Say where a value is declared, and as what if the checker sees something else."""
        wired = self._flows[place.flow].wired
        declared = display(source_form(wired, source))
        seen = given is not None and given != declared
        if source.vertex == INPUT:
            return [f"{shown_source(source)} is declared as `{declared}`"] if seen else []
        found = location_of(wired.vertices[source.vertex].handler)
        where = "" if found is None else f" at {found.short()}"
        if seen:
            return [f"{shown_source(source)} is declared as `{declared}`{where}"]
        return [f"`{source.vertex}` is declared{where}"] if where else []

    def _source(self, place: CheckPlace) -> OutputName | None:
        """Return the one value that a line is about, if it is about one."""
        if place.source is not None:
            return place.source
        sources = () if place.binding is None else place.binding.sources
        return sources[0] if len(sources) == 1 else None

    def _vertex(self, place: CheckPlace) -> WiredVertex:
        return self._flows[place.flow].wired.vertices[place.vertex]

    def _name(self, place: CheckPlace) -> str:
        return self._flows[place.flow].wired.name

    def _quoted(self, remark: Remark) -> str:
        code = f" [{remark.code}]" if remark.code else ""
        return f"{self._tool}: {_cleaned(remark.message)}{code}"


def _types_in(message: str) -> tuple[str, str] | None:
    for pattern in _TYPES:
        match = pattern.match(message)
        if match is not None:
            return match["given"], match["wanted"]
    return None


def _cleaned(message: str) -> str:
    """Give functions that stand for others the names of those."""
    return message.replace(STAND_IN_SUFFIX, "")
