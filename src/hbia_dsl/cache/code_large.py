"""Large objects of packages: looked at once in a process, by identity.

A table of SQLAlchemy leads to all tables of its database and an XML element to its whole tree.
To put the question to each of these objects again in every run would take longer than many a
vertex. So the first look counts for as long as the object lives, and a limit says so.
"""

import contextlib
from typing import Final, NamedTuple

from hbia_dsl.cache.code_memo import IdentityMemo
from hbia_dsl.cache.code_thing import Notes, Part, Thing

LARGE: Final = 300
"""Objects that were asked what they consist of: 2 to 6 ms."""


class LargeValue(NamedTuple):
    """An object as it was at the first look."""

    text: str | None
    """None if it cannot be seen into."""
    parts: tuple[Part, ...]
    things: tuple[Thing, ...]
    limits: tuple[str, ...]
    unseen: tuple[str, ...]
    reads_annotations: bool

    @classmethod
    def of(cls, text: str | None, notes: Notes) -> "LargeValue":
        """Return an object as it is now.

        Args:
            text: What stands for it; None if it cannot be seen into.
            notes: What it led to, and nothing else.
        """
        return cls(
            text,
            tuple(notes.parts),
            tuple(notes.things),
            tuple(notes.limits),
            notes.unseen,
            notes.reads_annotations,
        )

    def add_to(self, notes: Notes) -> None:
        """Note what it led to."""
        notes.parts += self.parts
        notes.things += self.things
        notes.limits += self.limits
        notes.unseen += self.unseen
        notes.reads_annotations |= self.reads_annotations


_known: Final[IdentityMemo[object, LargeValue]] = IdentityMemo()


def known_large(value: object) -> LargeValue | None:
    """Return how a large object was at the first look; None if there was none."""
    return _known.get(value)


def keep_large(value: object, seen: LargeValue) -> None:
    """Remember how a large object is, if its class allows that."""
    with contextlib.suppress(TypeError):  # no weak references
        _known.keep(value, seen)
