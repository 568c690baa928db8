"""The rules that decide where the value of a parameter comes from.

In this order: what the user named; the value of the parameter's name, if it fits; the
only value that fits a strong type; in an atomic group that is rolled back, the connection
of its transaction, for a type of connection; for a weak type of a flow without declared inputs, an
input of the parameter's name; the parameter's default. Nothing else is tried, several
candidates are never chosen among, and a value of the right name but the wrong type is an
error, so adding a vertex leaves edges alone or fails loudly.
"""

from collections.abc import Sequence
from typing import Any, Final, Never, NoReturn

from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.strength import is_strong
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName, Rule
from hbia_dsl.wiring.found_inputs import FoundInputs
from hbia_dsl.wiring.group_resources import is_resource
from hbia_dsl.wiring.producers import Producers, Provided
from hbia_dsl.wiring.references import References, UnknownReferenceError
from hbia_dsl.wiring.requirement import Requirement, Written
from hbia_dsl.wiring.resolution_report import ResolutionReport
from hbia_dsl.wiring.signature import UNREADABLE, VertexSignature

_FIT_EVERYWHERE: Final = (Any, Never, NoReturn)
"""Types that a checker lets pass for any other: nobody can mean their values by type."""


class Resolver:
    """Binds the parameters of one flow's vertices, or reports why it cannot."""

    def __init__(
        self,
        producers: Producers,
        references: References,
        found_inputs: FoundInputs | None,
        missable_inputs: frozenset[str],
        report: ResolutionReport,
    ) -> None:
        self._producers = producers
        self._references = references
        self._found_inputs = found_inputs
        """None if the flow declares its inputs."""
        self._missable_inputs = missable_inputs
        """Declared inputs that a run may lack, because they are keys that are not required."""
        self._report = report
        self._matches: dict[object, list[Provided]] = {}
        self._strong: dict[object, bool] = {}
        self._collected: dict[object, list[Provided]] = {}
        self._equal_bindings: dict[Binding, Binding] = {}

    def bindings_of(self, vertex: VertexSignature) -> tuple[Binding, ...]:
        """Bind the parameters of a vertex; those that cannot be bound are reported and left out."""
        found = []
        for requirement in vertex.requirements:
            binding = self._bind(vertex, requirement)
            if binding is not None:
                found.append(binding)
        return tuple(found)

    def _bind(self, vertex: VertexSignature, requirement: Requirement) -> Binding | None:
        if requirement.is_constant:
            return self._shared(Binding(requirement.name, (), Rule.CONSTANT))
        if requirement.explicit is not None:
            return self._bind_as_written(vertex, requirement, requirement.explicit)
        if requirement.is_left_out:
            return self._bind_left_out(vertex, requirement)
        if requirement.is_fan_in:
            return self._collect(vertex, requirement)
        return self._infer(vertex, requirement)

    def _infer(self, vertex: VertexSignature, requirement: Requirement) -> Binding | None:
        """Bind a parameter of which the user said nothing but its name and type."""
        # A vertex does not feed itself, so its own values are no candidates.
        named = self._producers.called(requirement.name)
        if isinstance(named, list):
            others = [p for p in named if p.order != vertex.order]
            if len(others) > 1:
                if len({provided.name.vertex for provided in others}) > 1:
                    self._report.ambiguous_name(vertex, requirement, others)
                return None  # else two vertices have one name, which is in the report already
            named = others[0] if others else None
        if named is not None and named.order != vertex.order:
            return self._bind_by_name(vertex, requirement, named)
        is_strong_type = self._is_strong(requirement.form)
        if is_strong_type:
            matches = [p for p in self._matching(requirement.form) if p.order != vertex.order]
            if matches:
                return self._bind_by_type(vertex, requirement, matches)
        if vertex.atomic is not None and is_resource(vertex, requirement):
            return self._shared(Binding(requirement.name, (), Rule.RESOURCE))
        if not is_strong_type and self._found_inputs is not None:
            sources = self._found_inputs.take(
                requirement.name, requirement.form, vertex, requirement
            )
            return self._shared(Binding(requirement.name, sources, Rule.INPUT))
        if requirement.has_default:
            return self._shared(Binding(requirement.name, (), Rule.DEFAULT))
        self._report.missing(vertex, requirement)
        return None

    def _bind_left_out(self, vertex: VertexSignature, requirement: Requirement) -> Binding | None:
        """Bind a parameter of which a document says nothing: nothing is inferred."""
        if is_resource(vertex, requirement):
            return self._shared(Binding(requirement.name, (), Rule.RESOURCE))
        if requirement.has_default:
            return self._shared(Binding(requirement.name, (), Rule.DEFAULT))
        self._report.left_out(vertex, requirement)
        return None

    def _bind_by_name(
        self, vertex: VertexSignature, requirement: Requirement, provided: Provided
    ) -> Binding | None:
        form = provided.form
        if form is not requirement.form and _verdict(provided, requirement.form) is NO:
            self._report.wrong_type(vertex, requirement, requirement.form, provided, Rule.NAME)
            return None
        if provided.order < 0 and not self._is_always_there(vertex, requirement, provided):
            return None
        return provided.by_name

    def _bind_by_type(
        self, vertex: VertexSignature, requirement: Requirement, matches: Sequence[Provided]
    ) -> Binding | None:
        if len(matches) > 1:
            self._report.ambiguous_type(vertex, requirement, matches)
            return None
        if not self._is_always_there(vertex, requirement, matches[0]):
            return None
        return Binding(requirement.name, matches[0].by_name.sources, Rule.TYPE)

    def _bind_as_written(
        self, vertex: VertexSignature, requirement: Requirement, written: Written
    ) -> Binding | None:
        if isinstance(written.value, list | tuple):
            return self._collect_as_written(vertex, requirement, written.value)
        # A parameter that collects, bound to one source, takes a list as it is.
        form = list[requirement.form] if requirement.is_fan_in else requirement.form  # type: ignore[name-defined]  # a type made at run time
        sources = self._sources_as_written(vertex, requirement, written.value, form)
        return None if sources is None else Binding(requirement.name, sources, Rule.EXPLICIT)

    def _collect_as_written(
        self,
        vertex: VertexSignature,
        requirement: Requirement,
        written: list[object] | tuple[object, ...],
    ) -> Binding | None:
        found: list[OutputName] = []
        is_complete = True
        for one in written:
            sources = self._sources_as_written(vertex, requirement, one, requirement.form)
            is_complete = is_complete and sources is not None
            found += sources or ()
        return Binding(requirement.name, tuple(found), Rule.FAN_IN) if is_complete else None

    def _sources_as_written(
        self, vertex: VertexSignature, requirement: Requirement, written: object, form: object
    ) -> tuple[OutputName, ...] | None:
        """Find the one value that the user named, and see that it fits."""
        input_name = self._references.named_input(written)
        if input_name is not None and self._found_inputs is not None:
            return self._found_inputs.take(input_name, form, vertex, requirement)
        try:
            provided = self._references.find(written)
        except UnknownReferenceError as problem:
            self._report.unknown_reference(vertex, requirement, problem)
            return None
        if _verdict(provided, form) is NO:
            self._report.wrong_type(vertex, requirement, form, provided, Rule.EXPLICIT)
            return None
        if not self._is_always_there(vertex, requirement, provided):
            return None
        return provided.by_name.sources

    def _is_always_there(
        self, vertex: VertexSignature, requirement: Requirement, provided: Provided
    ) -> bool:
        name = provided.name
        if (
            name.vertex != INPUT
            or requirement.has_default
            or name.output not in self._missable_inputs
        ):
            return True
        self._report.missable_input(vertex, requirement, name.output)
        return False

    def _collect(self, vertex: VertexSignature, requirement: Requirement) -> Binding | None:
        found = [p.name for p in self._all_of(requirement.form) if p.order != vertex.order]
        if not found:
            self._report.nothing_to_collect(vertex, requirement)
            return None
        return Binding(requirement.name, tuple(found), Rule.FAN_IN)

    def _matching(self, form: object) -> list[Provided]:
        """Return the values that definitely fit a strong type."""
        key = _key(form)
        found = self._matches.get(key)
        if found is None:
            candidates = self._producers.of_type(form)
            found = [p for p in candidates if _verdict(p, form) is YES]
            self._matches[key] = found
        return found

    def _all_of(self, form: object) -> list[Provided]:
        """Return the vertices' values that definitely fit the items of `All[...]`."""
        key = _key(form)
        found = self._collected.get(key)
        if found is None:
            takes_anything = form is Any or form is object
            found = [
                p
                for p in self._producers.all_values()
                if p.name.vertex != INPUT
                and p.form is not UNREADABLE
                and (takes_anything or p.form not in _FIT_EVERYWHERE)
                and p.form is not None
                and _verdict(p, form) is YES
            ]
            self._collected[key] = found
        return found

    def _is_strong(self, form: object) -> bool:
        key = _key(form)
        strong = self._strong.get(key)
        if strong is None:
            strong = self._strong[key] = is_strong(form)
        return strong

    def _shared(self, binding: Binding) -> Binding:
        """Return the one object for all equal bindings: large flows have many."""
        return self._equal_bindings.setdefault(binding, binding)


def _verdict(provided: Provided, target: object) -> Verdict:
    """Judge whether a value fits a type; of an unreadable one, and of overloads, nobody knows."""
    if provided.form is UNREADABLE:
        return UNKNOWN
    if not provided.overloads:
        return is_assignable(provided.form, target)
    verdicts = {is_assignable(form, target) for form in provided.overloads}
    return verdicts.pop() if len(verdicts) == 1 else UNKNOWN


def _key(form: object) -> object:
    try:
        hash(form)
    except TypeError:
        return id(form)
    return form
