"""Peers beside us: Hamilton, pipefunc and Dask in a virtual environment of their own.

A process in that environment takes one sample whenever it is asked to, so peers are
measured in the same rounds as everything else.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from fresh_process import HERE
from measuring import Sample

REQUIREMENTS: Final = ("apache-hamilton", "pipefunc", "dask", "attrs")


class PeerProcess:
    """A process with the peers installed; it answers one line of JSON with another."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def started(cls, folder: Path | None) -> Iterator[Self | None]:
        """Make the environment if need be, and start the process; None if that fails."""
        place = folder or Path(tempfile.gettempdir()) / "hbia-bench-peers"
        python = _environment(place)
        if python is None:
            yield None
            return
        command = [str(python), str(HERE / "peer_probe.py")]
        environment = {**os.environ, "HAMILTON_TELEMETRY_ENABLED": "false"}
        environment.pop("PYTHONPATH", None)  # their environment is their own
        with subprocess.Popen(  # noqa: S603 - our own script
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        ) as process:
            try:
                yield cls(process)
            finally:
                if process.stdin is not None:
                    process.stdin.close()

    def ask(self, **question: object) -> object:
        """Ask and wait for the answer.

        Raises:
            RuntimeError: The process has ended.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101, PT018 - both are pipes
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        answer = stdout.readline()
        if not answer:
            raise RuntimeError("the process with the peers has ended; see what it said above")
        return json.loads(answer)


def peer_samples(process: PeerProcess | None) -> Mapping[str, Mapping[str, Sample]]:
    """Return samples of the peers by workload and name; nothing if there is no process."""
    if process is None:
        return {}
    known = process.ask(do="list")
    assert isinstance(known, dict)  # noqa: S101 - our own script answers
    for problem in known["problems"]:
        print(f"left out: {problem}")
    print(f"peers: {', '.join(known['versions'])}")
    print("building their graphs, which takes a minute or two", flush=True)
    found: dict[str, dict[str, Sample]] = {}
    for workload, names in known["candidates"].items():
        found[workload] = {}
        for name in names:
            problem = process.ask(do="prepare", workload=workload, name=name)
            if problem is None:
                found[workload][name] = _sample(process, workload, name)
            else:
                print(f"left out: {name} on {workload}: {problem}")
    return found


def _sample(process: PeerProcess, workload: str, name: str) -> Sample:
    def take() -> float:
        answer = process.ask(do="sample", workload=workload, name=name)
        assert isinstance(answer, float)  # noqa: S101 - our own script answers
        return answer

    return take


def _environment(place: Path) -> Path | None:
    """Return the interpreter of the environment, made and filled if need be."""
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    try:
        if not python.exists():
            print(f"making {place}", flush=True)
            venv.create(place, with_pip=True)
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*command, *REQUIREMENTS], check=True)  # noqa: S603 - pip of our own environment
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"no peers: their environment cannot be made ({problem})")
        return None
    return python
