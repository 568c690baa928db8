"""`hbia` as a process: terminals, colours, pipes, Ctrl-C, encodings."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from cli_apps import ORDERS
from started_hbia import HBIA, Ended, hbia, hbia_on_a_terminal

ORDER: Final = ("run", "app_orders:order", "--set", "customer=ann", "--set", "count=3")
ESCAPE: Final = "\x1b["

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="there is no pty on Windows")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app_orders.py").write_text(dedent(ORDERS), encoding="utf-8")
    (tmp_path / "app_waits.py").write_text(
        dedent(
            """
            import time
            from hbia_dsl import Flow, vertex

            @vertex
            def wait() -> int:
                while True:
                    time.sleep(0.01)

            @vertex
            def answer() -> int:
                return 42

            waits = Flow.of("waits", wait)
            quick = Flow.of("quick", answer, result=answer)
            """
        ),
        encoding="utf-8",
    )
    return tmp_path


@on_posix
def test_a_terminal_shows_progress_that_changes_and_results_in_colour(folder: Path) -> None:
    done = hbia_on_a_terminal(*ORDER, folder=folder)

    assert done.code == 0
    assert f"{ESCAPE}32mdone{ESCAPE}0m  send" in done.out
    assert "order: 3 vertices, 3 done" in done.out
    assert "the user's own line" in done.out
    assert "sent to ann, due None" in done.out
    assert done.out.count(f"{ESCAPE}?25l") == done.out.count(f"{ESCAPE}?25h") == 1, "cursor"


@on_posix
@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_refused(folder: Path, variables: dict[str, str]) -> None:
    done = hbia_on_a_terminal(*ORDER, folder=folder, environment=variables)

    assert done.code == 0
    for colour in (f"{ESCAPE}32m", f"{ESCAPE}1;36m", f"{ESCAPE}33m"):
        assert colour not in done.out


def test_pipes_get_no_escapes_unless_colour_is_forced(folder: Path) -> None:
    plain = hbia(*ORDER, folder=folder)
    forced = hbia("--help", folder=folder, environment={"FORCE_COLOR": "1"})

    assert ESCAPE not in plain.out + plain.err
    assert ESCAPE in forced.out


@on_posix
def test_ctrl_c_ends_a_run_cleanly(folder: Path) -> None:
    done = hbia_on_a_terminal("run", "app_waits:waits", folder=folder, interrupt_at="running")

    assert done.code == 130
    assert done.out.endswith(f"{ESCAPE}?25h\r\nhbia run: interrupted\r\n")
    assert "Traceback" not in done.out


@on_posix
def test_json_on_a_pipe_is_clean_even_of_what_other_programs_print(folder: Path) -> None:
    (folder / "app_loud.py").write_text(
        dedent(
            """
            import os, subprocess, sys
            from hbia_dsl import Flow, vertex

            print("while imported")

            @vertex
            def shout() -> int:
                print("printed")
                os.write(1, b"written\\n")
                subprocess.run([sys.executable, "-c", "print('another program')"], check=True)
                return 1

            loud = Flow.of("loud", shout)
            """
        ),
        encoding="utf-8",
    )

    done = hbia("run", "app_loud:loud", "--json", "--quiet", folder=folder)

    assert json.loads(done.out)["values"] == {"shout.shout": 1}
    for line in ("while imported", "printed", "written", "another program"):
        assert line in done.err


@pytest.mark.parametrize(
    ("command", "opening"),
    [
        (("show", "app_loud:loud", "--as", "svg"), "<svg "),
        (("export", "app_loud:loud"), "flow:\n"),
        (("stages", "app_loud:loud", "--json"), '{\n  "loud": '),
        (("check", "app_loud:loud", "--format", "json"), '{\n  "version": '),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_programs_that_an_import_starts_do_not_spoil_the_output(
    folder: Path, command: tuple[str, ...], opening: str
) -> None:
    (folder / "app_loud.py").write_text(
        dedent(
            """
            import os
            from hbia_dsl import Flow, vertex

            os.system("echo RAW")

            @vertex
            def shout() -> int:
                return 1

            loud = Flow.of("loud", shout)
            """
        ),
        encoding="utf-8",
    )

    done = hbia(*command, folder=folder)

    assert done.code == 0, done.err
    assert done.out.startswith(opening)
    assert "RAW" not in done.out
    assert "RAW" in done.err


STUBBORN: Final = """
    import asyncio
    import threading
    from hbia_dsl import Flow, vertex

    @vertex
    async def stays() -> int:
        while True:
            try:
                print("told", flush=True)
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass

    @vertex(inputs={"stays": stays})
    def after(stays: int) -> int:
        return stays

    stubborn = Flow.of("stubborn", stays, after)
"""


@on_posix
def test_a_second_ctrl_c_calls_what_had_started_interrupted(folder: Path) -> None:
    (folder / "app_stubborn.py").write_text(dedent(STUBBORN), encoding="utf-8")
    running = subprocess.Popen(
        [*HBIA, "run", "app_stubborn:stubborn"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    for _ in range(2):
        assert running.stdout.readline() == "told\n"
        running.send_signal(signal.SIGINT)

    _, err = running.communicate(timeout=30)

    assert running.returncode == 130
    assert "\ninterrupted stays  " in err
    assert "\nskipped     after\n" in err
    assert "stubborn: 2 vertices, 1 interrupted, 1 skipped" in err


@on_posix
def test_ctrl_c_says_what_became_of_groups(folder: Path) -> None:
    (folder / "app_trip.py").write_text(
        dedent(
            """
            import os, signal, time
            from hbia_dsl import Flow, atomic, vertex

            def undo(inputs, output):
                pass

            @atomic(group="trip", on_failure="compensate", compensate=undo)
            @vertex
            def book() -> int:
                return 1

            @atomic(group="trip", on_failure="compensate", compensate=None)
            @vertex
            def pay(book: int) -> int:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(30)
                return 1

            trip = Flow.of("trip", book, pay)
            """
        ),
        encoding="utf-8",
    )

    done = hbia("run", "app_trip:trip", "--quiet", folder=folder)

    assert done.code == 130
    assert done.err == "group `trip` was compensated: `book`\n\nhbia run: interrupted\n"


@pytest.mark.parametrize(
    "arguments",
    [(*ORDER, "--json"), ("run", "app_waits:quick"), ("--help",), ("doctor",)],
    ids=lambda arguments: arguments[0],
)
def test_a_reader_that_has_seen_enough_is_no_error(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    running = subprocess.Popen(
        [*HBIA, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    running.stdout.close()  # before anything was written

    _, errors = running.communicate(timeout=50)

    assert running.returncode == 0
    assert "Error" not in errors
    assert "ended" not in errors


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_that_cannot_take_every_character_gets_escapes(folder: Path, encoding: str) -> None:
    order = ("run", "app_orders:order", "--set", "customer=\u0142ukasz", "--set", "count=3")
    done = _bytes(*order, folder=folder, encoding=encoding)

    assert done.code == 0
    assert "\\u0142ukasz" in done.out
    assert _bytes("--help", folder=folder, encoding=encoding).code == 0


def test_data_may_come_from_the_standard_input(folder: Path) -> None:
    given = '\ufeff{"customer": "eve", "count": 2}'

    done = hbia("run", "app_orders:order", "--data", "-", "--json", folder=folder, given=given)

    assert json.loads(done.out)["values"]["send.sent"] == "sent to eve, due None"


def test_a_handler_that_ends_the_program_ends_the_run_only(folder: Path) -> None:
    (folder / "app_exit.py").write_text(
        dedent(
            """
            import sys
            from hbia_dsl import Flow, vertex

            @vertex
            def leave() -> int:
                sys.exit(0)

            exits = Flow.of("exits", leave)
            """
        ),
        encoding="utf-8",
    )

    done = hbia("run", "app_exit:exits", "--quiet", folder=folder)

    assert (done.code, done.out) == (1, "")
    assert done.err == "hbia run: vertex `leave` (app_exit.py:7) ended the program\n"


def _bytes(*arguments: str, folder: Path, encoding: str) -> Ended:
    done = subprocess.run(
        [*HBIA, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
        timeout=50,
    )
    return Ended(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))
