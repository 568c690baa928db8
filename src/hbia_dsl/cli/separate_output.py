"""Keep what a user's code prints out of the results that a program reads."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def results_alone(is_wanted: bool) -> Iterator[None]:  # noqa: FBT001 - the only argument, read as "results alone if"
    """Send everything printed inside the block to the standard error stream.

    Programs that are started inside, and code that writes to the descriptor, are sent
    there as well.

    Args:
        is_wanted: Whether to do so; otherwise nothing changes.
    """
    if not is_wanted:
        yield
        return
    with contextlib.redirect_stdout(sys.stderr), _descriptor_redirected():
        yield


@contextlib.contextmanager
def _descriptor_redirected() -> Iterator[None]:
    stdout, stderr = sys.__stdout__, sys.__stderr__
    try:
        if stdout is None or stderr is None:
            raise io.UnsupportedOperation
        number, target = stdout.fileno(), stderr.fileno()
        stdout.flush()
        kept = os.dup(number)
    except (OSError, ValueError):  # no descriptor: under a test, say
        yield
        return
    try:
        os.dup2(target, number)
        yield
    finally:
        stdout.flush()  # what was buffered there meanwhile belongs to the error stream
        os.dup2(kept, number)
        os.close(kept)
