"""The folders of questions: for each text and all that is asked with it, one of its own.

Checks that run at once may ask different things about flows of the same names: with other
options, after an edit, or from several processes of a test run. Each finds its own text
and its own answer. What nobody asks any more is removed when something new is asked.
"""

import contextlib
import os
import time
from collections.abc import Sequence
from typing import Final

MOST_KEPT: Final = 4
"""Questions of one module that are kept however old they are, within `LONGEST_S`."""

IN_USE_S: Final = 3_600.0
"""Within this time of its latest use a question may be that of a check that runs."""

LONGEST_S: Final = 30 * 24 * 3_600.0
"""A question that was not asked for so long is removed with all others of its module."""


def question_folder(folder: str, module: str, digest: str) -> str:
    """Return the folder of a question; nothing is made.

    Args:
        folder: The folder of all checks.
        module: Names what is asked about.
        digest: Differs for every question.
    """
    return os.path.join(folder, "asked", module, digest[:24])


def make_question_folder(path: str) -> None:
    """Make the folder of a question, and remove those that nobody needs any more."""
    os.makedirs(path, exist_ok=True)
    note_use(path)
    module = os.path.dirname(path)
    for folder in _folders(os.path.dirname(module)):
        questions = sorted(_folders(folder), key=_used_at_s, reverse=True)
        _remove_unused(questions[:MOST_KEPT], LONGEST_S)
        _remove_unused(questions[MOST_KEPT:], IN_USE_S)
        if time.time() - _used_at_s(folder) > IN_USE_S:  # else another may begin there
            with contextlib.suppress(OSError):
                os.rmdir(folder)  # which fails while there is anything in it


def note_use(path: str) -> None:
    """Note that a question is asked now."""
    with contextlib.suppress(OSError):
        os.utime(path)


def _remove_unused(questions: Sequence[str], longest_s: float) -> None:
    import shutil  # loaded where it is used

    for question in questions:
        if time.time() - _used_at_s(question) > longest_s:
            shutil.rmtree(question, ignore_errors=True)


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return [entry.path for entry in found if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []  # another check has removed it


def _used_at_s(folder: str) -> float:
    try:
        return os.stat(folder).st_mtime
    except OSError:
        return time.time()
