"""A function that an option names, `module:function`, to be called without arguments."""

import os
from collections.abc import Callable

from hbia_dsl.cli.command_failure import USAGE, CommandFailure, wrong_usage
from hbia_dsl.cli.separate_output import results_alone


def function_named(text: str, option: str) -> Callable[[], object]:
    """Return a function.

    What it raises when it is called ends the command.

    Args:
        text: A module or a file, a colon, and the function's name.
        option: Where it was named, such as `--probe`.

    Raises:
        CommandFailure: The module cannot be imported, or has no such function.
    """
    from hbia_dsl.check.target_import import (  # loaded where it is used
        BrokenFlowError,
        import_target,
        make_importable,
    )
    from hbia_dsl.check.target_reading import read_target  # as above
    from hbia_dsl.diagnostics.near_miss import did_you_mean  # as above
    from hbia_dsl.diagnostics.text_report import render, render_all  # as above
    from hbia_dsl.errors import CheckError  # as above
    from hbia_dsl.wiring.signature import is_coroutine_function  # as above

    make_importable(os.getcwd())
    try:
        target = read_target(text)[0]
        if target.flow is None or target.is_called:
            raise wrong_usage(f"{option} takes module:function, not `{text}`")
        if target.folder is not None:
            make_importable(target.folder)
        with results_alone(is_wanted=True):
            found: object = import_target(target.module)
    except CheckError as error:
        raise CommandFailure(render(error.diagnostic), exit_code=USAGE, is_report=True) from error
    except BrokenFlowError as error:
        raise CommandFailure(
            render_all(error.diagnostics), exit_code=USAGE, is_report=True
        ) from error
    for part in target.flow.split("."):
        names = vars(found) if hasattr(found, "__dict__") else {}
        if part not in names:
            near = did_you_mean(part, [n for n, value in names.items() if callable(value)])
            raise wrong_usage(f"{option}: `{target.module}` has no `{target.flow}`", near)
        found = getattr(found, part)
    if not callable(found):
        raise wrong_usage(f"{option}: `{text}` is not a function")
    if is_coroutine_function(found):
        return found  # refused by whom it is given to
    return _ending_the_command(text, found)


def _ending_the_command(name: str, function: Callable[[], object]) -> Callable[[], object]:
    def call() -> object:
        try:
            return function()
        except Exception as error:
            text = f"`{name}` raised {type(error).__name__}: {error}"
            raise wrong_usage(text, "--traceback shows where") from error

    return call
