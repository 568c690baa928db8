"""`hbia doctor`: what this installation is made of, and what is broken in it."""

from collections.abc import Sequence
from typing import Final

from hbia_dsl.cli.command_failure import PROBLEMS
from hbia_dsl.cli.examination import BROKEN, Finding

_MARKS: Final = {"fine": "ok", "note": "note", BROKEN: "broken"}


def doctor(*, json: bool = False) -> int:
    """Look at this installation: versions, settings, cache.

    Args:
        json: Print JSON: a list of findings.
    """
    from hbia_dsl.cli.examination import examine  # loaded where it is used

    found = examine()
    if json:
        from json import dumps  # as above

        import attrs  # loaded where it is used

        print(dumps([attrs.asdict(finding) for finding in found], indent=2))
    else:
        _print(found)
    return PROBLEMS if any(finding.state == BROKEN for finding in found) else 0


def _print(found: Sequence[Finding]) -> None:
    from rich.console import Console  # loaded where it is used
    from rich.table import Table  # as above
    from rich.text import Text  # as above

    styles = {"ok": "green", "note": "yellow", "broken": "bold red"}
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in found:
        mark = _MARKS[finding.state]
        detail = finding.detail if finding.help is None else f"{finding.detail}\n{finding.help}"
        table.add_row(Text(mark, styles[mark]), Text(finding.subject), Text(detail))
    Console().print(table)
    broken = sum(finding.state == BROKEN for finding in found)
    print(f"\n{broken} broken" if broken else "\nnothing is broken")
