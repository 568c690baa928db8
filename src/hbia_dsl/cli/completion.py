"""`hbia completion`: completion of commands and options in a shell."""

from typing import Literal

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure, wrong_usage
from hbia_dsl.cli.text_output import print_text


def completion(
    shell: Literal["bash", "zsh", "fish", "powershell"] | None = None,
    /,
    *,
    install: bool = False,
) -> int:
    """Print or install completion for a shell.

    Args:
        shell: Which shell (default: the one that this runs in).
        install: Write it where the shell looks for it, and have it loaded at its start.
    """
    from cyclopts.completion import ShellDetectionError  # loaded where it is used

    from hbia_dsl.cli.command_line import command_line  # as above
    from hbia_dsl.cli.invocation import Invocation  # as above

    app = command_line(Invocation()).app
    try:
        if not install:
            print_text(app.generate_completion(shell=shell))
            return 0
        file = app.install_completion(shell=shell)
    except ShellDetectionError as error:
        help_ = "name it: hbia completion bash"
        raise wrong_usage("cannot tell which shell this is", help_) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandFailure(f"cannot install it: {reason}", exit_code=PROBLEMS) from error
    print(f"completion is in {file}; it works in the next shell that is started")
    return 0
