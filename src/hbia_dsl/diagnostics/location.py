"""Places in the user's code and documents.

A place is kept as file, line and perhaps a name on that line; the text of the line
is read only when a report is rendered, unless it is kept too. Paths are shown relative
to the working directory, or as the bare file name: never absolute.
"""

import os
from collections.abc import Callable
from types import CodeType

import attrs


@attrs.frozen
class Location:
    """A line of a file and what on it is meant."""

    file: str
    """Path as the interpreter knows it."""
    line: int
    """1-based; for a function the line of its code object until `found_in` narrows it."""
    column: int | None = None
    """0-based column of the marked text, if known."""
    width: int = 1
    """How many characters are marked."""
    subject: str | None = None
    """What is meant on that line, such as "parameter `prices`"."""
    text: str | None = None
    """The line itself in a document, which may be in no file; None for Python code."""

    def shown_file(self) -> str:
        """Return the path as a reader may see it: relative, or the bare file name."""
        if self.file.startswith("<"):
            return self.file
        try:
            relative = os.path.relpath(self.file)
        except ValueError:  # another drive on Windows
            return os.path.basename(self.file)
        if relative.startswith(os.pardir):
            return os.path.basename(self.file)
        return relative.replace(os.sep, "/")

    def short(self) -> str:
        """Return `file:line`; in a document `file:line:column`, the column from 1."""
        place = f"{self.shown_file()}:{self.line}"
        return place if self.text is None or self.column is None else f"{place}:{self.column + 1}"


def location_of(fn: Callable[..., object], parameter: str | None = None) -> Location | None:
    """Return where a function was written, or where one of its parameters was.

    Args:
        fn: A function, bound method, partial or callable object.
        parameter: The parameter to mark; "return" marks the returned annotation;
            None marks the function's name.

    Returns:
        None if the function has no Python source (a builtin).
    """
    code = _code_of(fn)
    if code is None:
        return None
    from hbia_dsl.diagnostics.source_lookup import place_in_source  # reads and parses a file

    return place_in_source(code.co_filename, code.co_firstlineno, code.co_name, parameter)


def declaration_line(fn: Callable[..., object]) -> Location | None:
    """Return the place of a function without reading its file."""
    code = _code_of(fn)
    return None if code is None else Location(code.co_filename, code.co_firstlineno)


def _code_of(fn: object) -> CodeType | None:
    seen = 0
    while seen < 16:  # partial(method(wrapper(...))): unwrap, but not for ever
        seen += 1
        code = getattr(fn, "__code__", None)
        wrapped = getattr(fn, "__wrapped__", None) or getattr(fn, "func", None)
        if code is None and wrapped is None:
            wrapped = getattr(fn, "__func__", None) or getattr(type(fn), "__call__", None)  # noqa: B004 - its code, not whether
            if getattr(wrapped, "__code__", None) is None and wrapped is not fn:
                return None
        elif wrapped is None:
            return code if isinstance(code, CodeType) else None
        fn = wrapped
    return None
