"""`All[T]`: a parameter that collects every value of a type.

A plain `list[T]` means a vertex that returns a list; collecting is asked for by name.
"""

from typing import Annotated, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen
class FanIn:
    """Marks an annotated list as a collection of every assignable output."""


All = Annotated[list[T], FanIn()]
"""`people: All[User]` takes every `User` that a vertex of the flow provides, in flow order."""

# Whoever asks where the name comes from (`help`, a test of our face) is told: from here.
All.__module__ = __name__
