"""What is known of one call of `hbia` beside the arguments of its command."""

import attrs


@attrs.define
class Invocation:
    """One call of `hbia`; filled in while the command line is read."""

    command: str = ""
    """The command, as it was typed; empty until it is known."""
    shows_traceback: bool = False
    """Whether `--traceback` was given."""

    @property
    def prefix(self) -> str:
        """How messages begin: `hbia run`."""
        return f"hbia {self.command}".rstrip()
