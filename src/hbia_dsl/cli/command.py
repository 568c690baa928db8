"""A command of `hbia` as a value; one module of this package defines one."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

import attrs


@attrs.frozen
class Command:
    """What `hbia NAME` does."""

    name: str
    """What is typed."""
    about: str
    """One line for the list of commands."""
    configure: Callable[[ArgumentParser], None]
    """Adds the command's arguments to its parser."""
    run: Callable[[Namespace], int]
    """Does it, and returns the exit code: 0 fine, 1 problems found, 2 wrong usage."""
