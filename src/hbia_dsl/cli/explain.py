"""`hbia explain CODE`: print the page about a problem's code."""

import sys
from argparse import ArgumentParser, Namespace
from importlib.resources import files
from typing import Final

from hbia_dsl.cli.command import Command
from hbia_dsl.diagnostics.diagnostic_code import CODES
from hbia_dsl.diagnostics.near_miss import did_you_mean


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="such as HB201; without it, all codes are listed"
    )


def _run(arguments: Namespace) -> int:
    given: str | None = arguments.code
    if given is None:
        for code in CODES.values():
            print(f"{code.number}  {code.title}")
        return 0
    number = given.strip().upper()
    if number not in CODES:
        hint = did_you_mean(number, CODES) or "`hbia explain` lists all codes"
        print(f"hbia explain: there is no code `{given}`; {hint}", file=sys.stderr)
        return 2
    print(page_of(number), end="")
    return 0


def page_of(number: str) -> str:
    """Return the page about a code."""
    pages = files("hbia_dsl.diagnostics") / "pages"
    return (pages / f"{number}.md").read_text(encoding="utf-8")


EXPLAIN: Final = Command("explain", "print the page about a code such as HB201", _configure, _run)
