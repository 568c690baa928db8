"""Ctrl-C in every mode: the first one stops the run and leaves bare, the second leaves at once.

Each case is a program of its own. What happens when is settled by lines that it writes,
not by time; only how long it takes to leave is measured.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

PROGRAM: Final = Path(__file__).parent / "interrupted_program.py"
TESTS: Final = Path(__file__).parents[1]

PROMPT_S: Final = 0.2
"""How long leaving may take, in seconds."""

PATIENCE_S: Final = 15.0
"""How long the tests wait for a line, in seconds."""

ATTEMPTS: Final = 3
"""A machine that has other work may be slow once; one that keeps its promise is not slow always."""

MODES: Final = ("serial", "staged", "crew", "eager", "asyncio", "trio")
LOOPS: Final = ("asyncio", "trio")
COMPILED: Final = ("compiled asyncio", "compiled trio")
AWAITED: Final = ("awaited asyncio", "awaited trio")
"""In a loop of the caller's, whose own handling of the signal it is then."""


class Program:
    """The program, running."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdin is not None
        self.stdout, self.stderr, self.stdin = process.stdout, process.stderr, process.stdin
        self._heard = b""

    def line(self) -> str:
        """Wait for the next line that it writes; at its end, return an empty one."""
        while b"\n" not in self._heard:
            assert self.speaks_within(PATIENCE_S), f"it says no more, after {self._heard!r}"
            part = os.read(self.stdout.fileno(), 4096)
            if not part:
                break
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()

    def lines(self) -> list[str]:
        """Wait for its end and return all that it writes until then."""
        found = []
        while line := self.line():
            found.append(line)
        return found

    def speaks_within(self, seconds: float) -> bool:
        """Wait until it writes something; return whether it did, or ended."""
        return bool(select.select([self.stdout], [], [], seconds)[0])

    def interrupt(self) -> float:
        """Press Ctrl-C; return when."""
        now = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        return now

    def press_until_it_speaks(self) -> None:
        """Press Ctrl-C again, as often as it takes: presses that come together count as one."""
        for _ in range(8):
            self.interrupt()
            if b"\n" in self._heard or self.speaks_within(0.1):
                return

    def wait_for_end(self) -> tuple[int, str]:
        """Wait until it has ended; return its code and what it complained about."""
        complaints = self.stderr.read().decode()
        return self.process.wait(timeout=10), complaints


@contextmanager
def started(mode: str, kind: str) -> Iterator[Program]:
    """Start the program and wait until its handlers are in their places."""
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), mode, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
    ) as process:
        try:
            program = Program(process)
            first = program.line()
            assert first == "ready", program.stderr.read().decode()
            yield program
        finally:
            process.kill()


def assert_left_bare(code: int, complaints: str) -> None:
    """Check that the program ended as Python programs do that are interrupted."""
    assert code == -signal.SIGINT, complaints
    assert "\nKeyboardInterrupt\n" in complaints
    assert "ExceptionGroup" not in complaints
    assert "Exception ignored" not in complaints
    assert "never retrieved" not in complaints
    assert "was destroyed" not in complaints


def _is_prompt(since: float) -> bool:
    return time.monotonic() - since < PROMPT_S


@pytest.mark.parametrize("mode", MODES + AWAITED)
def test_the_first_ctrl_c_leaves_bare_and_at_once_if_handlers_give_way(mode: str) -> None:
    prompt = False
    for _ in range(ATTEMPTS):
        with started(mode, "cooperative") as program:
            pressed = program.interrupt()
            if mode in LOOPS + AWAITED:
                assert program.line() == "cleaned up"
            assert program.line() == "interrupted KeyboardInterrupt ()"
            prompt = _is_prompt(pressed)
            rest = program.lines()
            code, complaints = program.wait_for_end()
        assert rest[-1] == "then 2", complaints
        assert_left_bare(code, complaints)
        if prompt:
            break
    assert prompt


@pytest.mark.parametrize("mode", LOOPS + COMPILED)
def test_ctrl_c_cancels_a_handler_that_is_alone_and_begins_no_other(mode: str) -> None:
    with started(mode, "cleans_up") as program:
        program.interrupt()
        lines = program.lines()
        code, complaints = program.wait_for_end()
    assert lines == ["cleaned up", "interrupted KeyboardInterrupt ()", "then 2"]
    assert_left_bare(code, complaints)


@pytest.mark.parametrize("mode", MODES)
def test_the_second_ctrl_c_leaves_at_once_whatever_handlers_do(mode: str) -> None:
    prompt = False
    for _ in range(ATTEMPTS):
        with started(mode, "stubborn") as program:
            program.interrupt()
            heard = program.line()
            if heard == "cleaned up":  # the async vertex; the one on a thread may be told after it
                heard = program.line()
            assert heard == "told to stop"
            pressed = program.interrupt()
            lines = [program.line()]
            while not lines[-1].startswith("interrupted"):
                assert lines[-1] in ("told to stop", "cleaned up"), lines
                lines.append(program.line())
            prompt = _is_prompt(pressed)
            code, complaints = program.wait_for_end()
        assert lines[-1] == "interrupted KeyboardInterrupt ()"
        assert_left_bare(code, complaints)
        if prompt:
            break
    assert prompt


@pytest.mark.parametrize("mode", ["staged", "crew", "eager"])
def test_after_the_first_ctrl_c_a_handler_that_is_running_is_waited_for(mode: str) -> None:
    with started(mode, "waiting" if mode == "staged" else "waiting_crew") as program:
        program.interrupt()
        assert program.line() == "told to stop"
        assert program.process.poll() is None
        program.stdin.write(b"go on\n")
        program.stdin.flush()
        assert program.line() == "ended by itself"
        assert program.line() == "interrupted KeyboardInterrupt ()"
        code, complaints = program.wait_for_end()
    assert_left_bare(code, complaints)


def test_the_second_ctrl_c_interrupts_the_wait_after_the_first() -> None:
    with started("staged", "waiting") as program:
        program.interrupt()
        assert program.line() == "told to stop"
        program.interrupt()
        assert program.line() == "interrupted KeyboardInterrupt ()"
        code, complaints = program.wait_for_end()
    assert_left_bare(code, complaints)


@pytest.mark.parametrize("mode", LOOPS + COMPILED)
def test_ctrl_c_again_leaves_async_handlers_that_do_not_let_themselves_be_cancelled(
    mode: str,
) -> None:
    with started(mode, "swallows") as program:
        program.interrupt()
        assert program.line() == "told to stop"
        program.press_until_it_speaks()
        lines = program.lines()
        code, complaints = program.wait_for_end()
    assert "interrupted KeyboardInterrupt ()" in lines
    assert lines[-1] == "then 2"
    if "trio" in mode:  # which complains, since its code was torn; the program goes on all the same
        assert code == -signal.SIGINT
    else:
        assert_left_bare(code, complaints)


@pytest.mark.parametrize("mode", LOOPS + COMPILED)
def test_ctrl_c_again_interrupts_a_handler_that_never_lets_the_loop_have_its_turn(
    mode: str,
) -> None:
    with started(mode, "spins") as program:
        program.interrupt()
        program.press_until_it_speaks()
        assert program.line() == "interrupted KeyboardInterrupt ()"
        code, complaints = program.wait_for_end()
    assert_left_bare(code, complaints)
