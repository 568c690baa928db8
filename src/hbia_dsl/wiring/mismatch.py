"""Why a value of one type does not fit another, in the cases that people stumble over.

Types that nearly fit deserve a word: the missing None check, the list that cannot be
widened, the plain number where a NewType is meant, the `def` that should be `async def`.
"""

import typing
from collections.abc import Awaitable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import attrs

from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.verdict import NO, YES


@attrs.frozen
class Mismatch:
    """A near fit: what is in the way, and what would remove it."""

    reason: str
    """A clause about the value, after its name."""
    help: str
    """One instruction; `{parameter}` stands for the parameter that takes the value, `{source}`
    for the vertex that gives it."""

    def help_for(self, parameter: str, source: str) -> str:
        """Return the instruction with the names in it."""
        return self.help.replace("{parameter}", parameter).replace("{source}", source)


def explain_mismatch(source: object, target: object) -> Mismatch | None:
    """Say why a type that nearly fits does not; None if it is not near at all."""
    if source is typing.Any:
        return None
    for explain in (_awaitable, _optional, _invariant, _new_type, _wider):
        found = explain(source, target)
        if found is not None:
            return found
    return None


def _awaitable(source: object, target: object) -> Mismatch | None:
    origin = typing.get_origin(source)
    arguments = typing.get_args(source)
    if not (isinstance(origin, type) and issubclass(origin, Awaitable) and arguments):
        return None
    if is_assignable(arguments[-1], target) is NO:
        return None
    return Mismatch(
        f"is a plain `def` that returns `{display(source)}`, and nothing awaits that",
        f"make `{{source}}` an `async def` that returns `{display(arguments[-1])}`",
    )


def _optional(source: object, target: object) -> Mismatch | None:
    if source is None or is_assignable(None, source) is not YES:
        return None
    if is_assignable(None, target) is not NO:
        return None
    if is_assignable(source, typing.Optional[target]) is not YES:  # noqa: UP045 - of any form
        return None
    return Mismatch(
        f"yields `{display(source)}`, which may be None",
        f"annotate `{{parameter}}` as `{display(target)} | None`, "
        "or let `{source}` raise where it now returns None",
    )


_READERS: Final[dict[object, tuple[object, str]]] = {
    list: (Sequence, "Sequence"),
    set: (AbstractSet, "AbstractSet"),
    dict: (Mapping, "Mapping"),
}
"""Containers that can be changed, and what reads them without changing them."""


def _invariant(source: object, target: object) -> Mismatch | None:
    origin = typing.get_origin(target)
    given, wanted = typing.get_args(source), typing.get_args(target)
    if origin not in _READERS or typing.get_origin(source) is not origin:
        return None
    reader, name = _READERS[origin]
    if is_assignable(source, reader[wanted]) is not YES:  # type: ignore[index]  # they are generic
        return None
    kind = display(origin)
    return Mismatch(
        f"yields `{display(source)}`, and as a `{kind}` can be changed, a `{kind}` of "
        f"`{display(given[-1])}` is not one of `{display(wanted[-1])}`",
        f"annotate `{{parameter}}` as `{name}[{', '.join(map(display, wanted))}]`, "
        "which takes both",
    )


def _new_type(source: object, target: object) -> Mismatch | None:
    supertype = getattr(target, "__supertype__", None)
    if supertype is None or is_assignable(source, supertype) is not YES:
        return None
    return Mismatch(
        f"yields `{display(source)}`, which is not yet a `{display(target)}`",
        f"let `{{source}}` return `{display(target)}(...)` and annotate it so",
    )


def _wider(source: object, target: object) -> Mismatch | None:
    if source is object or is_assignable(target, source) is not YES:
        return None
    return Mismatch(
        f"yields the wider `{display(source)}`",
        f"annotate `{{parameter}}` as `{display(source)}`, "
        f"or the result of `{{source}}` as `{display(target)}`",
    )
