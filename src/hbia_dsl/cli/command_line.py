"""The command line as a cyclopts app: every command by name, loaded when it is used."""

from typing import Annotated, Final

import attrs
from cyclopts import App, Group, Parameter

import hbia_dsl
from hbia_dsl.cli.command_failure import USAGE
from hbia_dsl.cli.command_table import COMMANDS, CommandRow
from hbia_dsl.cli.invocation import Invocation

_ABOUT: Final = "Flows for Python: run, draw, check and lock them, in code or in documents."
_EPILOGUE: Final = """\
Exit codes: 0 fine, 1 problems found or a failed run, 2 wrong usage, 130 interrupted.
`hbia COMMAND --help` tells more about a command."""
_FLAG: Final = Parameter(negative=(), show_default=False)


@attrs.frozen
class CommandLine:
    """The app, ready to be given arguments."""

    app: App

    def run(self, arguments: list[str]) -> int:
        """Run the command that the arguments name, and return its exit code.

        Raises:
            CycloptsError: The arguments do not fit the command.
        """
        code: object = self.app.meta(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
        return code if isinstance(code, int) else 0


def command_line(invocation: Invocation) -> CommandLine:
    """Make the command line of one call.

    Args:
        invocation: Takes the name of the command and what holds for all commands.
    """
    app = _app()
    everywhere = Group("Everywhere", sort_key=len(COMMANDS))
    for flag in ("--help", "--version"):
        app[flag].group = (everywhere,)
    app.meta.suppress_keyboard_interrupt = False

    @app.meta.default
    def launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        traceback: Annotated[bool, Parameter(group=everywhere)] = False,
    ) -> int:
        """Find the command and run it.

        Args:
            tokens: The command and its arguments.
            traceback: Show the traceback of an error, too.
        """
        invocation.shows_traceback = traceback
        if not tokens:
            app.help_print([], console=app.error_console)
            return USAGE
        if tokens[0] in app:
            invocation.command = tokens[0]
        result: object = app(
            tokens, exit_on_error=False, print_error=False, result_action="return_value"
        )
        return result if isinstance(result, int) else 0

    return CommandLine(app)


def _app() -> App:
    app = App(
        name="hbia",
        help=_ABOUT,
        help_epilogue=_EPILOGUE,
        version=f"hbia {hbia_dsl.__version__}",
        help_format="plaintext",
        version_format="plaintext",
        default_parameter=_FLAG,
        suppress_keyboard_interrupt=False,
    )
    groups: dict[str, Group] = {}
    for number, row in enumerate(COMMANDS):
        group = groups.setdefault(row.group, Group(row.group, sort_key=number))
        _add(app, row, group, number)
    return app


def _add(app: App, row: CommandRow, group: Group, number: int) -> None:
    examples = "\n".join(f"    {example}" for example in row.examples)
    app.command(
        f"hbia_dsl.cli.{row.function}",
        name=(row.name, *row.aliases),
        help=row.about,
        group=group,
        sort_key=number,
        help_epilogue=f"Examples:\n\n{examples}",
    )
