"""`hbia`, which is also `python -m hbia_dsl`: finds the command and runs it."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Final

import hbia_dsl
from hbia_dsl.cli.check import CHECK
from hbia_dsl.cli.command import Command
from hbia_dsl.cli.explain import EXPLAIN
from hbia_dsl.cli.lock import LOCK
from hbia_dsl.cli.show import SHOW

COMMANDS: Final[tuple[Command, ...]] = (CHECK, EXPLAIN, LOCK, SHOW)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The arguments; those of the process if left out.

    Returns:
        The exit code: 0 fine, 1 problems found or a failed run, 2 wrong usage.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    run: Callable[..., int] | None = arguments.run
    if run is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        code = run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # `hbia ... | head`: the reader has seen enough
        # Python flushes once more when it ends; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="hbia", description="Flows of decorated functions: check, show, lock and explain them."
    )
    parser.add_argument("--version", action="version", version=f"hbia {hbia_dsl.__version__}")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(command.name, help=command.about, description=command.about)
        command.configure(own)
        own.set_defaults(run=command.run)
    return parser
