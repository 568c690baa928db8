"""What the decorators record about a function.

A declaration is written at import and read at wiring. It holds what the user said and
nothing that was concluded from it: no annotation is evaluated here, no name is looked
up, nothing is registered.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final, Literal, Never

import attrs

Undo = Callable[[Mapping[str, object], Never], object]
"""Takes back what a member did: called with the member's inputs by name, and its output.

`Never` lets a function that takes any type of output be one: what it gets is what its member
gave, and that the two fit is the author's word.
"""


class _NotSaid(Enum):
    NOT_SAID = "not said"


NOT_SAID: Final = _NotSaid.NOT_SAID
"""Nothing was said about a compensation, which is something else than "there is none"."""

NotSaid = _NotSaid

Effect = Literal["pure", "side_effect"]
"""`pure`: repeating it is harmless. `side_effect`: something outside changes."""

OnFailure = Literal["rollback", "compensate", "abort"]
"""What becomes of an atomic group of which a member fails."""

Backend = Literal["asyncio", "trio"]
"""An event loop that an async vertex may need."""

ATTRIBUTE: Final = "__hbia__"
"""Name of the attribute that carries the declaration on the function."""


def _identities(items: tuple[object, ...]) -> tuple[int, ...]:
    """Compare things that may be anything, such as arrays, by what they are."""
    return tuple(map(id, items))


@attrs.frozen
class VertexDeclaration:
    """What `@vertex` was told about a function."""

    name: str | None = None
    """Name in the flow; None for the function's own."""
    inputs: Mapping[str, object] = attrs.field(factory=dict)
    """Explicit bindings as written: parameter to vertex, reference, text or type."""
    outputs: str | tuple[str, ...] | None = None
    """One name for the whole result, or names to split it by; None for the vertex's name."""
    references: Mapping[str, object] = attrs.field(factory=dict)
    """`out(...)` defaults, taken off the function: parameter to reference."""
    effect: Effect | None = None
    """None if not said: treated as a side effect."""
    version: str | None = None
    """The author's own change marker."""
    check: bool = True
    """Whether the result is checked against its declared type."""
    timeout_s: float | None = None
    """Longest time that one attempt may take, in seconds; None for no limit."""
    backend: Backend | None = None
    """The event loop that an async vertex needs, if it needs a certain one."""
    depends_on: tuple[object, ...] = attrs.field(default=(), eq=_identities)
    """What else decides its result and cannot be seen in its code."""


@attrs.frozen
class AtomicDeclaration:
    """What `@atomic` was told about a function."""

    group: str
    """Name of the group."""
    on_failure: OnFailure = "rollback"
    """What becomes of the group if a member fails."""
    no_parallel: bool = True
    """Whether members run one after the other."""
    no_cache: bool = True
    """Whether members are never read from nor written to a cache."""
    compensate: Undo | NotSaid | None = NOT_SAID
    """What takes this member back; None if there is nothing to take back."""
    is_pivot: bool = False
    """Whether nothing of the group is taken back once this member has succeeded."""
    is_retriable: bool = False
    """Whether this member, which comes after the pivot, is tried again when it fails."""


@attrs.frozen
class Declaration:
    """All that is recorded on one function."""

    vertex: VertexDeclaration | None = None
    atomic: AtomicDeclaration | None = None


def declaration_of(fn: object) -> Declaration | None:
    """Return what is recorded on a function, or None if it was not decorated."""
    if isinstance(fn, staticmethod | classmethod):
        fn = fn.__func__
    recorded = getattr(fn, ATTRIBUTE, None)
    return recorded if isinstance(recorded, Declaration) else None


def record(fn: Callable[..., object], declaration: Declaration) -> None:
    """Attach a declaration to a function, seeing through static and class methods."""
    setattr(underlying(fn), ATTRIBUTE, declaration)


def underlying(fn: Callable[..., object]) -> Callable[..., object]:
    """Return the function inside a static or class method, or the callable itself."""
    if isinstance(fn, staticmethod | classmethod):
        return fn.__func__
    return fn
