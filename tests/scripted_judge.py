"""A type checker that says what a test wants, about lines that the test names by their text."""

import attrs

from hbia_dsl.judging.judge import Judgement, Remark, Severity
from hbia_dsl.lowering.check_place import CheckText, LineKind


@attrs.frozen
class Said:
    """One error, on the first line that holds a certain text."""

    on: str
    message: str
    code: str = "misc"
    notes: tuple[str, ...] = ()


@attrs.frozen
class ScriptedJudge:
    """Answers as mypy does for flows without a fault, but for what its script says."""

    says: tuple[Said, ...] = ()
    sees: tuple[tuple[str, str], ...] = ()
    """Types of certain vertices; all others are seen as functions."""
    overlooks: tuple[str, ...] = ()
    """Vertices whose type it does not tell, as if they were unreachable."""
    is_silent: bool = False
    """Whether it reports nothing at all."""
    elsewhere: tuple[Remark, ...] = ()
    name: str = "mypy"
    refuses_any: bool = True

    def judge(self, text: CheckText, key: str) -> Judgement:
        """Say what the script says."""
        del key
        remarks = [] if self.is_silent else [*self._expected(text), *self._scripted(text)]
        return Judgement(f"{self.name} 2.0", tuple(remarks), self.elsewhere)

    def _expected(self, text: CheckText) -> list[Remark]:
        types = dict(self.sees)
        remarks = []
        for line, place in text.places.items():
            if place.kind is LineKind.CANARY:
                remarks.append(Remark(line, Severity.ERROR, "Incompatible types in assignment"))
            elif place.kind is LineKind.VERTEX and place.vertex not in self.overlooks:
                seen = types.get(place.vertex, "def (number: int) -> int")
                remarks.append(Remark(line, Severity.NOTE, f'Revealed type is "{seen}"'))
        return remarks

    def _scripted(self, text: CheckText) -> list[Remark]:
        lines = text.text.splitlines()
        found = []
        for said in self.says:
            line = next(n for n, content in enumerate(lines, start=1) if said.on in content)
            found.append(Remark(line, Severity.ERROR, said.message, said.code, said.notes))
        return found
