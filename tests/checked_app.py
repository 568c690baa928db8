"""An app in a folder of its own, checked by the command as users start it."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import attrs


@attrs.frozen
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that it wrote."""
        return f"{self.out}\n{self.err}"


@attrs.frozen
class App:
    """A folder with modules, and the memory that all checks of the tests share."""

    folder: Path
    memory: Path

    def write(self, path: str, text: str) -> Path:
        """Write a file of the app."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return file

    def check(self, *arguments: str, **environment: str) -> Done:
        """Run `hbia check`."""
        return self.run("-m", "hbia_dsl", "check", *arguments, **environment)

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run Python in the folder."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, "HBIA_CACHE_DIR": str(self.memory), **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)
