"""Where a member's code called its database: past the frames of drivers and of this package."""

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Final

from hbia_dsl.diagnostics.location import Location

_PASSED_OVER: Final = frozenset(
    {"hbia_dsl", "sqlalchemy", "psycopg", "sqlite3", "contextlib", "asyncio", "threading"}
)


def member_place() -> Location | None:
    """Return the innermost line on the stack that is neither ours nor a driver's.

    Used when a problem is reported, not before: walking the stack takes a moment.
    """
    for frame in _frames():
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in _PASSED_OVER:
            return Location(frame.f_code.co_filename, frame.f_lineno)
    return None


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - CPython's way to see the stack
    while frame is not None:
        yield frame
        frame = frame.f_back
    greenlets = sys.modules.get("greenlet")  # SQLAlchemy runs what is async in one
    here = None if greenlets is None else greenlets.getcurrent()
    while here is not None and here.parent is not None:
        here = here.parent
        frame = here.gr_frame
        while frame is not None:
            yield frame
            frame = frame.f_back
