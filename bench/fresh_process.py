"""Run a probe in an interpreter of its own, so that it sees its own memory and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def probe(script: str, *arguments: object) -> dict[str, float]:
    """Run a script of this folder; return the numbers that it prints as JSON.

    Raises:
        CalledProcessError: It failed; what it said is on the terminal.
    """
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - our own script
    found: dict[str, float] = json.loads(done.stdout)
    return found


def peak_bytes() -> int:
    """Return the most memory that this process ever had resident, in bytes; 0 if unknown."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
