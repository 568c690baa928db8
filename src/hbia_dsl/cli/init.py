"""`hbia init [DIR]`: a small project that works."""

import keyword
import os
import sys

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure, wrong_usage
from hbia_dsl.cli.python_names import identifier
from hbia_dsl.cli.text_output import write_text


def init(folder: str = ".", /) -> int:
    """Make a small working project.

    Args:
        folder: Where (default: here); its name becomes that of the package.
    """
    from hbia_dsl.cli.starter_project import starter_project  # loaded where it is used

    package = _package_name(folder)
    files = starter_project(package)
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise wrong_usage(f"`{folder}` is a file")
    there = [name for name in files if os.path.exists(os.path.join(folder, name))]
    if there:
        raise CommandFailure(
            f"nothing was written, because these are there already: {', '.join(there)}",
            "name an empty folder: hbia init orders",
            exit_code=PROBLEMS,
        )
    for name, text in files.items():
        file = os.path.join(folder, *name.split("/"))
        try:
            os.makedirs(os.path.dirname(file) or ".", exist_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CommandFailure(f"cannot make {folder}: {reason}", exit_code=PROBLEMS) from error
        write_text(text, file, is_new=True)
        print(os.path.join(folder, *name.split("/")) if folder != "." else name)
    go = "" if folder == "." else f"cd {folder}\n    "
    print(
        f"\nnext:\n    {go}hbia run {package}.flows:greeting --set name=ann\n"
        f"    hbia run flows/greeting.yaml --handlers {package}.handlers --set name=ann\n"
        f"    hbia check {package}\n    python -m pytest"
    )
    return 0


def _package_name(folder: str) -> str:
    name = identifier(os.path.basename(os.path.abspath(folder)).lower()).strip("_")
    if not name.isidentifier() or not name.isascii():
        name = "app"
    if (
        keyword.iskeyword(name)
        or name in sys.stdlib_module_names
        or name in {"hbia_dsl", "tests", "flows"}
    ):
        name = f"{name}_app"
    return name
