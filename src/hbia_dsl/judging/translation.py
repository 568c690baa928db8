"""Turn a type checker's remarks about lines of a text into problems of the user's flows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.judging.check_report import Finding, NotProven
from hbia_dsl.judging.judge import Judgement, Remark, Severity
from hbia_dsl.judging.judged_flow import JudgedFlow
from hbia_dsl.judging.remark_report import UNTYPED_RESULT, RemarkReport
from hbia_dsl.lowering.check_place import CheckPlace, CheckText, LineKind

_REVEALED: Final = re.compile(r'(?:Revealed type is|Type of ".*?" is) "(?P<type>.*?)"?$', re.DOTALL)
_BLIND: Final = re.compile(
    r"def \(\*(\w+: )?Any, \*\*(\w+: )?Any\)|\(\.\.\.\) ->|\(\*args: Any, \*\*kwargs: Any\)"
)
"""Signatures that take anything; not one edge into such a vertex is judged."""


@attrs.frozen
class Translated:
    """What remarks mean."""

    findings: tuple[Finding, ...]
    failures: tuple[Diagnostic, ...]
    not_proven: tuple[NotProven, ...]


def translate(
    text: CheckText,
    flows: Sequence[JudgedFlow],
    judgement: Judgement,
    tool: str,
    *,
    strict_any: bool = False,
) -> Translated:
    """Translate a judgement, after asking whether it can be trusted.

    Args:
        text: What was judged.
        flows: The flows in it, in its order.
        judgement: What the type checker said.
        tool: What messages call the type checker.
        strict_any: Whether results that hold `Any` are problems.
    """
    return _Translation(text, flows, judgement, tool, strict_any=strict_any).translated()


class _Translation:
    def __init__(
        self,
        text: CheckText,
        flows: Sequence[JudgedFlow],
        judgement: Judgement,
        tool: str,
        *,
        strict_any: bool,
    ) -> None:
        self._text = text
        self._flows = flows
        self._judgement = judgement
        self._tool = tool
        self._strict_any = strict_any
        self._report = RemarkReport(tool, flows, judgement.elsewhere)
        self._by_line: dict[int, list[Remark]] = {}
        for remark in judgement.remarks:
            self._by_line.setdefault(remark.line, []).append(remark)
        self._unseen: set[tuple[int, str]] = set()
        self._last_reached: set[tuple[int, str]] = set()

    def translated(self) -> Translated:
        """Translate everything."""
        failures = list(self._failures())
        findings: list[Finding] = []
        if not failures:
            # Vertices first: what is known of them says which remarks only follow.
            findings = [*self._guarded_vertices(), *self._remarked_lines()]
        return Translated(
            tuple(sorted(_once(findings), key=self._order)),
            tuple(failures),
            (*self._never_judged(), *self._blind_vertices()),
        )

    def _order(self, finding: Finding) -> tuple[int, int]:
        names = [found.name for found in self._flows]
        flow = names.index(finding.flow)
        vertices = list(self._flows[flow].wired.vertices)
        return flow, vertices.index(finding.vertex) if finding.vertex else -1

    def _failures(self) -> Iterator[Diagnostic]:
        """Say why the judgement cannot be trusted as a whole."""
        for line, place in self._text.places.items():
            if place.kind is LineKind.IMPORT:
                for remark in self._errors(line):
                    yield self._report.unseen_module(place.module, remark)
        if not self._canaries_came_back():
            yield self._report.silent_checker()
        for line in sorted(self._by_line.keys() - self._text.places.keys()):
            for remark in self._errors(line):
                yield self._report.unplaced(remark)

    def _canaries_came_back(self) -> bool:
        return all(
            self._errors(line)
            for line, place in self._text.places.items()
            if place.kind is LineKind.CANARY
        )

    def _guarded_vertices(self) -> Iterator[Finding]:
        """Find vertices that the checker sees as `Any`, and those that it never reached."""
        cut_off: set[int] = set()
        latest: dict[int, CheckPlace] = {}
        for line, place in self._places(LineKind.VERTEX):
            seen = self._type_at(line)
            if seen in ("Any", "Unknown"):
                self._unseen.add((place.flow, place.vertex))
                yield self._report.unseen_vertex(place, self._errors(line))
            elif seen is None and place.flow not in cut_off:
                if self._errors(line):
                    self._unseen.add((place.flow, place.vertex))
                    yield self._report.unseen_vertex(place, self._errors(line))
                else:
                    cut_off.add(place.flow)
                    last = latest.get(place.flow)
                    if last is not None:
                        self._last_reached.add((last.flow, last.vertex))
                    yield self._report.unreached(place, last)
            latest[place.flow] = place

    def _remarked_lines(self) -> Iterator[Finding]:
        for line in sorted(self._by_line):
            place = self._text.places.get(line)
            if place is None or (place.flow, place.vertex) in self._unseen:
                continue
            seen = self._type_at(line)
            if self._strict_any and place.kind is LineKind.RESULT and _holds_any(seen):
                yield self._report.any_result(place, seen or "")
            ends = (place.flow, place.vertex) in self._last_reached
            for remark in self._errors(line):
                # mypy gives no type to a result that never comes; that is reported already.
                if not (ends and remark.code == UNTYPED_RESULT):
                    yield from self._report.findings(place, remark)

    def _never_judged(self) -> Iterator[NotProven]:
        for unproven in self._text.unproven:
            found = self._flows[unproven.flow]
            vertex = found.wired.vertices.get(unproven.vertex)
            place = None if vertex is None else location_of(vertex.handler)
            yield NotProven(found.name, f"{unproven.subject} {unproven.reason}", place)

    def _blind_vertices(self) -> Iterator[NotProven]:
        for line, place in self._places(LineKind.VERTEX):
            seen = self._type_at(line) or ""
            if _BLIND.match(seen) or ("Unknown" in seen and seen != "Unknown"):
                found = self._flows[place.flow]
                text = (
                    f"`{place.vertex}` is `{seen}` to {self._tool}, so what it takes was not judged"
                )
                handler = found.wired.vertices[place.vertex].handler
                yield NotProven(found.name, text, location_of(handler))

    def _places(self, kind: LineKind) -> Iterator[tuple[int, CheckPlace]]:
        places: Mapping[int, CheckPlace] = self._text.places
        return ((line, place) for line, place in places.items() if place.kind is kind)

    def _errors(self, line: int) -> list[Remark]:
        return [r for r in self._by_line.get(line, ()) if r.severity is Severity.ERROR]

    def _type_at(self, line: int) -> str | None:
        """Return the type that the checker sees where the text asks for it."""
        for remark in self._by_line.get(line, ()):
            for said in (remark.message, *remark.notes):
                match = _REVEALED.match(said)
                if match is not None:
                    return match["type"]
        return None


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Leave one of those that say the same of the same place, with the notes of all."""
    first: dict[object, Finding] = {}
    for finding in findings:
        found = finding.diagnostic
        same = (finding.flow, found.code, found.location, found.message)
        kept = first.setdefault(same, finding)
        if kept is not finding:
            notes = tuple(dict.fromkeys((*kept.diagnostic.notes, *found.notes)))
            diagnostic = attrs.evolve(kept.diagnostic, notes=notes)
            first[same] = attrs.evolve(kept, diagnostic=diagnostic)
    return list(first.values())


def _holds_any(seen: str | None) -> bool:
    return seen is not None and re.search(r"\b(Any|Unknown)\b", seen) is not None
