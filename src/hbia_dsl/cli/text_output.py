"""Texts that a command writes: to a file, or to the terminal whatever characters it can show."""

import os

from hbia_dsl.cli.command_failure import PROBLEMS, CommandFailure


def write_text(text: str, file: str, *, is_new: bool = False) -> None:
    """Write a text to a file.

    Args:
        text: The text; halves of characters are escaped, since no file can hold them.
        file: Its path.
        is_new: Refuse to overwrite a file.

    Raises:
        CommandFailure: It cannot be written.
    """
    try:
        mode = "x" if is_new else "w"
        with open(file, mode, encoding="utf-8", errors="backslashreplace", newline="\n") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise CommandFailure(
            f"`{file}` exists already", "name another file, or delete it", exit_code=PROBLEMS
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandFailure(f"cannot write {file}: {reason}", exit_code=PROBLEMS) from error


def printable(text: str) -> str:
    """Return a text in which nothing steers a terminal: control characters are escaped.

    Args:
        text: The text; line breaks and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)


def print_text(text: str) -> None:
    """Print a text as it is; a stream that takes ASCII only gets escapes."""
    try:
        print(text, end="")
    except UnicodeEncodeError:
        print(text.encode("ascii", "backslashreplace").decode("ascii"), end="")


def print_or_write(text: str, file: str | None) -> None:
    """Write a text to a file if one is named, else print it."""
    if file is None or file == "-":
        print_text(text)
        return
    folder = os.path.dirname(file)
    if folder and not os.path.isdir(folder):
        raise CommandFailure(f"there is no folder `{folder}`", exit_code=PROBLEMS)
    write_text(text, file)
