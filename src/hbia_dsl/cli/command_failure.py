"""The end of a command that cannot do what was asked: a text and an exit code."""

from typing import Final

PROBLEMS: Final = 1
"""Exit code: problems were found, or a run failed."""
USAGE: Final = 2
"""Exit code: wrong usage, of the command line or of what it names."""
INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""


class CommandFailure(Exception):  # noqa: N818 - an end, with the text to print
    """Ends a command; never seen outside the command line.

    Args:
        text: What to print to the error stream; empty if it was printed already.
        help_: One instruction that the user can follow now.
        exit_code: What the process ends with.
        is_report: Whether the text is a report, which is printed as it is; otherwise it is
            one line, and the name of the command goes before it.
    """

    def __init__(
        self, text: str, help_: str | None = None, *, exit_code: int, is_report: bool = False
    ) -> None:
        super().__init__(text)
        self.text = text
        self.help = help_
        self.exit_code = exit_code
        self.is_report = is_report

    def shown(self, prefix: str) -> str:
        """Return the text as it is printed.

        Args:
            prefix: The command, `hbia run`.
        """
        opening = self.text if self.is_report else f"{prefix}: {self.text}"
        return opening if self.help is None else f"{opening}\nhelp: {self.help}"


def wrong_usage(text: str, help_: str | None = None) -> CommandFailure:
    """Return the failure for something that the user named wrongly."""
    return CommandFailure(text, help_, exit_code=USAGE)
