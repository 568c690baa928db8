"""`hbia` as a process of its own: through pipes, and on a terminal."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

HBIA: Final = (sys.executable, "-W", "error", "-m", "hbia_dsl")
_LONGEST_S: Final = 50.0


@attrs.frozen
class Ended:
    """What a process left behind."""

    code: int
    out: str
    err: str = ""


def hbia(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    given: str = "",
) -> Ended:
    """Run `hbia` through pipes, with the text `given` as its standard input."""
    done = subprocess.run(
        [*HBIA, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(environment or {})},
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=_LONGEST_S,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def hbia_on_a_terminal(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    interrupt_at: str | None = None,
) -> Ended:
    """Run `hbia` on a terminal of 80 columns and 24 lines.

    Args:
        arguments: What follows `hbia`.
        folder: Where.
        environment: Variables to add.
        interrupt_at: Press Ctrl-C once the terminal shows this text.
    """
    import pty  # not on Windows

    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another program in a moment
        os.chdir(folder)
        shown = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        cleared = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        os.execve(HBIA[0], [*HBIA, *arguments], {**cleared, **shown, **(environment or {})})  # noqa: S606 - no shell is what is wanted
    seen, until = b"", time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 1.0)
        if not ready:
            continue
        try:
            read = os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        seen += read
        if interrupt_at is not None and interrupt_at.encode() in seen:
            os.write(terminal, b"\x03")
            interrupt_at = None
    else:
        os.kill(child, signal.SIGKILL)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), seen.decode("utf-8", "replace"))
