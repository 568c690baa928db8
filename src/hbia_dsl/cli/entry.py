"""`hbia`, which is also `python -m hbia_dsl`: runs a command and turns its end into an exit code.

Exit codes: 0 fine, 1 problems found or a failed run, 2 wrong usage (of the command line or
of what it names: files, modules, inputs), 130 interrupted by Ctrl-C.
"""

import io
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from hbia_dsl.cli.command_failure import INTERRUPTED, PROBLEMS, USAGE, CommandFailure
from hbia_dsl.cli.invocation import Invocation

_NEEDED: Final = ("cyclopts", "rich")
_INSTALL: Final = 'the command line needs cyclopts and rich; run: pip install "hbia-dsl[cli]"'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The arguments; those of the process if left out.

    Returns:
        The exit code: 0 fine, 1 problems found or a failed run, 2 wrong usage, 130
        interrupted.
    """
    if any(sys.modules.get(name, name) is None or find_spec(name) is None for name in _NEEDED):
        print(f"hbia: {_INSTALL}", file=sys.stderr)
        return USAGE
    if argv is None:
        _never_fail_on_a_character()
    invocation = Invocation()
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv), invocation)
        sys.stdout.flush()
    except BrokenPipeError:  # `hbia ... | head`: the reader has seen enough
        # Python flushes once more when it ends; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(f"\n{invocation.prefix}: interrupted", file=sys.stderr)
        return INTERRUPTED
    return code


def _never_fail_on_a_character() -> None:
    """Have the streams of this process escape what a terminal or a pipe cannot take."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(arguments: list[str], invocation: Invocation) -> int:
    from cyclopts import CycloptsError  # loaded once it is known to be there

    from hbia_dsl.cli.command_line import command_line  # as above
    from hbia_dsl.errors import HbiaError  # loaded where it is used

    try:
        return command_line(invocation).run(arguments)
    except CycloptsError as error:
        from hbia_dsl.cli.usage_text import usage_text  # loaded where it is used

        print(usage_text(error, invocation), file=sys.stderr)
        return USAGE
    except CommandFailure as failure:
        if failure.text:
            print(failure.shown(invocation.prefix), file=sys.stderr)
        _show_traceback(failure.__cause__, invocation)
        return failure.exit_code
    except HbiaError as error:
        print(error, file=sys.stderr)
        _show_traceback(error, invocation)
        return PROBLEMS
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich ends the program itself
            return 0
        from hbia_dsl.cli.failed_run_text import who_ended  # loaded where it is used

        print(f"{invocation.prefix}: {who_ended(end)} ended the program", file=sys.stderr)
        _show_traceback(end, invocation)
        return PROBLEMS
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours, or of what was imported
        kind = type(error).__name__
        print(f"{invocation.prefix}: unexpected {kind}: {error}", file=sys.stderr)
        if not invocation.shows_traceback:
            print("help: --traceback shows where", file=sys.stderr)
        _show_traceback(error, invocation)
        return PROBLEMS


def _show_traceback(error: BaseException | None, invocation: Invocation) -> None:
    if error is not None and invocation.shows_traceback:
        import traceback  # loaded where it is used

        traceback.print_exception(error)
