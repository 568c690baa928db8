"""A transaction of one's own writes when it begins, and its rollback does not take that back."""

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.testing import verify_groups

lines: list[str] = []


class Journal:
    def begin(self) -> None:
        lines.append("begun")

    def commit(self) -> None:
        lines.append("done")

    def rollback(self) -> None:
        pass


@atomic(group="entry")
@vertex(effect="side_effect")
def write(line: str) -> str:
    return line


diary = Flow.of("diary", write).options(transactions={"entry": Journal})
found = verify_groups(diary, lambda: len(lines), inputs={"line": "sun"}, reset=lines.clear)
found.require_ok()
