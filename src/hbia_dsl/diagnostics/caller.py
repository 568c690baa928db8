"""The user's code that called into this package: its line, and its local names."""

import sys
from collections.abc import Mapping
from types import FrameType
from typing import Final

from hbia_dsl.diagnostics.location import Location

_PACKAGE: Final = "hbia_dsl"


def caller_location() -> Location | None:
    """Return the innermost place on the stack that is not in this package.

    Used when a problem is reported, not before: walking the stack takes a moment.
    """
    frame = _caller_frame()
    return None if frame is None else Location(frame.f_code.co_filename, frame.f_lineno)


def caller_locals() -> Mapping[str, object]:
    """Return the local names of the function that called into this package.

    Needed for annotations that are text and name a class defined in that function.
    """
    frame = _caller_frame()
    return {} if frame is None else dict(frame.f_locals)


def _caller_frame() -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - CPython's way to see the stack
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module != _PACKAGE and not module.startswith(f"{_PACKAGE}."):
            return frame
        frame = frame.f_back
    return None
