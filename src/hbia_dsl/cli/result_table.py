"""The results of a run as a table: names, types, and values shortened to one line."""

from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hbia_dsl.cli.runnable_flow import Result
from hbia_dsl.cli.shortened_value import shortened

_GAPS: Final = 6
"""What is between the columns."""
_LEAST_ROOM: Final = 20
_WIDTH_ELSEWHERE: Final = 160
"""How wide a table is that does not go to a terminal."""


def print_results(result: Result) -> None:
    """Print the values of a run.

    Args:
        result: The values.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_ELSEWHERE)
    if not result.values:
        console.print(Text(f"{result.flow} gives no values"))
        return
    rows = [
        (f"{name} *" if name.partition(".")[0] == result.result else name, type(value).__name__)
        for name, value in result.values.items()
    ]
    taken = max(len(name) for name, _ in rows) + max(len(kind) for _, kind in rows) + _GAPS
    room = max(console.width - taken, _LEAST_ROOM)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("value", "type", ""):
        table.add_column(heading, no_wrap=True)
    for (name, kind), value in zip(rows, result.values.values(), strict=True):
        table.add_row(Text(name), Text(kind), Text(shortened(value, room)))
    _print(table, console)
    if any(name.endswith(" *") for name, _ in rows):
        console.print(Text("* the result of the flow", "dim"))


def _print(table: Table, console: Console) -> None:
    """Print a table without the spaces that fill its last column."""
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        console.file.write(f"{line.rstrip()}\n")
