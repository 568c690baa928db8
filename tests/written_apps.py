"""An app that a test writes, and commands that run in its folder, in this process."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Final

import attrs
import pytest

from hbia_dsl.cli.entry import main

SIGNUP: Final = '''
    """Two vertices."""
    from typing import NewType
    from hbia_dsl import Flow, vertex

    User = NewType("User", str)
    Mail = NewType("Mail", str)

    @vertex(effect="pure")
    def normalize(name: str) -> User:
        """Bring a name into one form."""
        return User(name.strip())

    @vertex
    async def mail(user: User) -> Mail:
        return Mail(f"Hello {user}")

    signup = Flow.of("signup", normalize, mail, result=mail)
'''


@attrs.frozen
class Printed:
    """What a command left behind."""

    code: int
    out: str
    err: str


@attrs.frozen
class WrittenApp:
    """A folder with modules; their names begin with `app`."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def write(self, path: str, text: str) -> Path:
        """Write a file; a module of that name that was imported is forgotten."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        _forget_modules()
        return file

    def hbia(self, *arguments: str) -> Printed:
        """Run a command as if typed in the folder."""
        self.capsys.readouterr()
        code = main(arguments)
        printed = self.capsys.readouterr()
        return Printed(code, printed.out, printed.err)


@contextmanager
def written_app(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[WrittenApp]:
    """Work in a folder; what was imported from it is forgotten in the end."""
    before, here = list(sys.path), Path.cwd()
    writes_bytecode = sys.dont_write_bytecode
    os.chdir(folder)
    # A module that is written twice within a second would be taken from its first bytecode.
    sys.dont_write_bytecode = True
    try:
        yield WrittenApp(folder, capsys)
    finally:
        sys.dont_write_bytecode = writes_bytecode
        os.chdir(here)
        sys.path[:] = before
        _forget_modules()


def _forget_modules() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0].startswith("app")]:
        del sys.modules[name]
    importlib.invalidate_caches()
