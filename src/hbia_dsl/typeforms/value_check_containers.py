"""Checks that look at the items of built-in containers, up to a limit.

Only built-in containers and their subclasses are looked into. A container class of
the user's own may load or compute while it is iterated, so it is judged by its class;
iterators, generators and async iterators are never consumed.
"""

import itertools
import types
import typing
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from hbia_dsl.typeforms.compiled_check import (
    DEEP_ITEM_LIMIT,
    Accepts,
    ValueCheck,
    WithinDefault,
    share,
)
from hbia_dsl.typeforms.value_check_scalars import class_check
from hbia_dsl.typeforms.value_mismatch import Mismatch, found_text

_LOOKED_INTO: tuple[type, ...] = (
    list, tuple, set, frozenset, dict, deque, type({}.keys()), type({}.values()),
    type({}.items()), str, bytes, bytearray, range, types.MappingProxyType,
)  # fmt: skip
"""What may be iterated again and again without loading or computing anything."""

T = typing.TypeVar("T")
Parts = Iterator[tuple[str, ValueCheck, object]]
"""What a container consists of: where, checked by what, and the value there."""
AllAccepted = Callable[[Collection[object], int], bool]


def elements_check(expected: str, kind: type, item: ValueCheck | None) -> ValueCheck:
    """Check a container of one item type: list, set, deque, Sequence, Iterable, ...

    Args:
        expected: The form, for messages.
        kind: The class that the container must have.
        item: The check of the items; None if they can be anything.
    """
    if item is None:
        return class_check(kind, expected)
    inside = _looked_into(kind)
    is_kind = class_check(kind).accepts
    all_accepted = every(item)

    def within(value: object, limit: int = DEEP_ITEM_LIMIT) -> bool:
        if not isinstance(value, inside):
            return is_kind(value)
        try:
            return all_accepted(value, limit)
        except Exception:  # noqa: BLE001 - it changed under our eyes, or its own code failed
            return True

    def parts(value: object, limit: int) -> Parts:
        if isinstance(value, inside):
            for position, member in numbered(value, limit):
                yield f"item {position}", item, member

    return _deep(expected, is_kind, within, parts)


def mapping_check(
    expected: str, kind: type, key: ValueCheck | None, item: ValueCheck | None
) -> ValueCheck:
    """Check a mapping of one key type and one value type.

    Args:
        expected: The form, for messages.
        kind: The class that the mapping must have.
        key: The check of the keys; None if they can be anything.
        item: The check of the values; None if they can be anything.
    """
    if key is None and item is None:
        return class_check(kind, expected)
    inside = typing.cast(tuple[type[Mapping[object, object]], ...], _looked_into(kind))
    is_kind = class_check(kind).accepts
    keys_accepted = None if key is None else every(key)
    values_accepted = None if item is None else every(item)

    def within(value: object, limit: int = DEEP_ITEM_LIMIT) -> bool:
        if not isinstance(value, inside):
            return is_kind(value)
        try:
            return (keys_accepted is None or keys_accepted(value.keys(), limit)) and (
                values_accepted is None or values_accepted(value.values(), limit)
            )
        except Exception:  # noqa: BLE001 - it changed under our eyes, or its own code failed
            return True

    def parts(value: object, limit: int) -> Parts:
        if not isinstance(value, inside):
            return
        for position, (found_key, found_value) in numbered(value.items(), limit):
            if key is not None:
                yield f"entry {position}, key", key, found_key
            if item is not None:
                yield f"entry {position}, value", item, found_value

    return _deep(expected, is_kind, within, parts)


def _looked_into(kind: type) -> tuple[type[Collection[object]], ...]:
    """Return the classes of values that a form of this kind is checked inside of."""
    found = (
        (kind,) if kind in _LOOKED_INTO else tuple(c for c in _LOOKED_INTO if issubclass(c, kind))
    )
    return typing.cast(tuple[type[Collection[object]], ...], found or (kind,))


def every(check: ValueCheck) -> AllAccepted:
    """Return the test that every looked-at member of a collection is accepted.

    Args:
        check: The check of one member.
    """
    accepts, inside, sure = check.accepts, check.within, check.sure
    if inside is not None:
        within = inside

        def every_deep(members: Collection[object], limit: int) -> bool:
            inner = share(limit, len(members))
            for member in _spread(members, limit):
                if not within(member, inner):
                    return False
            return True

        return every_deep
    if isinstance(accepts, types.BuiltinMethodType | types.MethodWrapperType):

        def every_fast(members: Collection[object], limit: int) -> bool:
            if len(members) > limit:
                members = tuple(_spread(members, limit))
            return all(map(accepts, members))

        return every_fast

    def every_flat(members: Collection[object], limit: int) -> bool:
        # Most containers hold few exact classes, so the set of them settles most cases.
        if len(members) > limit:
            members = tuple(_spread(members, limit))
        return sure.issuperset(map(type, members)) or all(map(accepts, members))

    return every_flat


def _spread(members: Collection[object], limit: int) -> Iterable[object]:
    """Return at most about `limit` members at even distances."""
    count = len(members)
    if count <= limit:
        return members
    if limit <= 0:
        return ()
    step = -(-count // limit)
    if type(members) is list or type(members) is tuple:
        return itertools.chain(members[::step], members[-1:])
    return itertools.islice(members, 0, None, step)


def numbered(members: Collection[T], limit: int) -> Iterator[tuple[int, T]]:
    """Yield at least what the fast path looks at, with positions.

    Args:
        members: The items of a container.
        limit: Items to look at.
    """
    count = len(members)
    step = -(-count // limit) if limit > 0 else count + 1
    for position, member in enumerate(members):
        if position % step == 0 or position == count - 1:
            yield position, member


def first_mismatch(parts: Parts, inner: int) -> Mismatch | None:
    """Return the first mismatch among labelled parts of a value, or None.

    Args:
        parts: Label, check and value of each part.
        inner: Items to look at inside each part.
    """
    for label, check, member in parts:
        mismatch = check.find(member, inner)
        if mismatch is not None:
            return mismatch.under(label)
    return None


def _deep(
    expected: str, is_kind: Accepts, within: WithinDefault, parts: Callable[[object, int], Parts]
) -> ValueCheck:
    def locate(value: object, limit: int) -> Mismatch | None:
        if not is_kind(value):
            return Mismatch((), expected, found_text(value, expected))
        count = len(value) if isinstance(value, Collection) else 1
        return first_mismatch(parts(value, limit), share(limit, count))

    return ValueCheck(expected, within, within, locate)
