"""The folder in which checks keep their texts and what type checkers remember of them."""

import contextlib
import os
import threading
import zlib
from collections.abc import Iterator
from typing import Final

from hbia_dsl.conf.settings_in_force import settings_in_force

PACKAGE: Final = "hbia_flows"
"""The package that the texts of all checks are in, as the configuration of a checker names it."""


@contextlib.contextmanager
def work_folder() -> Iterator[str]:
    """Give the folder `check` inside the folder of the cache, made if it is not there.

    Where nothing can be written, a temporary folder that is removed again: then a type
    checker remembers nothing from one check to the next.
    """
    folder = os.path.abspath(os.path.join(settings_in_force().cache_dir, "check"))
    if _is_made(folder):
        yield folder
        return
    import tempfile  # loaded where it is used

    with tempfile.TemporaryDirectory(prefix="hbia-check-") as temporary:
        yield temporary


def module_of_key(key: str) -> str:
    """Return the full name of the module that a text with a certain key becomes.

    A check that is repeated must find what a type checker remembers of its module, also
    when the text is another one: so the name follows from the key alone.
    """
    return f"{PACKAGE}.checked_{zlib.crc32(key.encode()):08x}"


def file_of_module(folder: str, module: str) -> str:
    """Return the file of a module of the package, in the folder that holds the package."""
    return os.path.join(folder, *module.split(".")) + ".py"


def write_module(folder: str, module: str, text: str) -> str:
    """Write a text as a module of the package, and return its file."""
    file = file_of_module(folder, module)
    package = os.path.dirname(file)
    os.makedirs(package, exist_ok=True)
    write_if_changed(os.path.join(package, "__init__.py"), "")
    write_if_changed(file, text)
    return file


def write_if_changed(path: str, text: str) -> None:
    """Write a file whole or not at all; leave it alone if it has that text already.

    Type checkers look at the time of a file before they look into it.
    """
    with contextlib.suppress(OSError), open(path, encoding="utf-8") as opened:
        if opened.read() == text:
            return
    fresh = f"{path}.{os.getpid()}.{threading.get_ident()}"
    with open(fresh, "w", encoding="utf-8") as opened:
        opened.write(text)
    os.replace(fresh, path)


def _is_made(folder: str) -> bool:
    try:
        os.makedirs(folder, exist_ok=True)
        write_if_changed(os.path.join(folder, ".gitignore"), "*\n")
    except OSError:
        return False
    return os.access(folder, os.W_OK)
