"""What is wrong with a command line, in one line and a way out."""

from typing import Final

from cyclopts import CycloptsError, MissingArgumentError, UnknownCommandError, UnusedCliTokensError

from hbia_dsl.cli.command_table import COMMANDS
from hbia_dsl.cli.invocation import Invocation
from hbia_dsl.diagnostics.near_miss import did_you_mean

_LONGEST_TEXT: Final = 60


def usage_text(error: CycloptsError, invocation: Invocation) -> str:
    """Return the text of a usage error.

    Args:
        error: What the reader of the command line raised.
        invocation: The call.
    """
    return f"{invocation.prefix}: {_problem(error)}\nhelp: {_way_out(error, invocation)}"


def _problem(error: CycloptsError) -> str:
    if isinstance(error, UnknownCommandError):
        return f"there is no command `{_shown(_first(error.unused_tokens))}`"
    if isinstance(error, UnusedCliTokensError):
        return f"nothing takes `{_shown(_first(error.unused_tokens))}`"
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        name = error.argument.name
        if name.startswith("-"):
            return f"{name} needs a value"
        return f"{name} is missing"
    text = str(error).strip().replace('"', "`").removesuffix(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _way_out(error: CycloptsError, invocation: Invocation) -> str:
    if isinstance(error, UnknownCommandError):
        names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
        near = did_you_mean(_first(error.unused_tokens), names)
        return f"{near} `hbia --help` lists all commands" if near else "see hbia --help"
    return f"see {invocation.prefix} --help"


def _first(tokens: list[str] | None) -> str:
    return tokens[0] if tokens else ""


def _shown(token: str) -> str:
    return token if len(token) <= _LONGEST_TEXT else f"{token[:_LONGEST_TEXT]}..."
