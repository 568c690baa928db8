"""Objects of the user's own that stand for a transaction, and what makes them one."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Final, cast

from hbia_dsl.atomicity.own_async_unit import OwnAsyncUnit
from hbia_dsl.atomicity.own_unit import OwnUnit, Turn
from hbia_dsl.atomicity.postgres_transaction import PostgresTransaction, parse_dsn
from hbia_dsl.atomicity.refusal import unfit
from hbia_dsl.atomicity.transaction import (
    AsyncTransactionUnit,
    TransactionSource,
    TransactionUnit,
)
from hbia_dsl.declare.resource_types import names_of

_NEEDED: Final = ("commit", "rollback")
_AWAITED: Final = (
    *("begin", "savepoint", "rollback_to", "rollback", "close"),
    *("enter_member", "leave_member"),
)
"""The methods that may be async, if `commit` is."""


def as_source(given: object, *, exclusive: bool = True) -> TransactionSource:
    """Return a source for whatever was attached to a group.

    Args:
        given: A source, such as `SqliteTransaction`; or an object with at least `commit`
            and `rollback`, plain or async (all that `Transaction` lists are used); or a
            class or function without parameters that makes one for each attempt.
        exclusive: Whether a single object serves one group at a time. A second group that
            begins in the meantime is refused then, since its work would mix with the
            first one's; False says that the object keeps them apart itself.

    Raises:
        AtomicSetupError: It is none of these.

    >>> class Ledger:
    ...     def commit(self) -> None: ...
    ...     def rollback(self) -> None: ...
    >>> as_source(Ledger()).is_async
    False
    """
    is_class = isinstance(given, type)
    if not is_class and all(hasattr(given, name) for name in ("open", "resources", "is_async")):
        if isinstance(given, PostgresTransaction):
            parse_dsn(given)  # here, and not when it was made: that loads no driver
        return cast(TransactionSource, given)
    makes_one = is_class or not hasattr(given, "commit")
    if makes_one and not _takes_arguments(given):
        _check_colours(_static(given))
        return OwnSource(cast(Callable[[], object], given), _static(given), exclusive=False)
    missing = [f"`{name}`" for name in _NEEDED if not callable(getattr(given, name, None))]
    if missing or is_class:
        why = f"lacks {' and '.join(missing)}" if missing else "takes arguments"
        raise unfit(
            f"a {_kind(given)} cannot be attached as a transaction: it {why}",
            'write transactions={"payment": SqliteTransaction("app.db")}, or give an object with'
            " `begin`, `commit` and `rollback`",
        )
    _check_colours(given)
    return OwnSource(lambda: given, given, exclusive=exclusive, is_one_object=True)


class OwnSource:
    """A source made of the user's own object, or of what makes one."""

    def __init__(
        self,
        make: Callable[[], object],
        known: object,
        *,
        exclusive: bool,
        is_one_object: bool = False,
    ) -> None:
        self._make = make
        self._known = known
        self.is_one_object = is_one_object
        """Whether every group gets the same object, so that groups have to take turns."""
        self._turn = Turn() if exclusive else None

    def __repr__(self) -> str:
        return f"OwnSource({_kind(self._known)})"

    @property
    def is_async(self) -> bool:
        """Whether its `commit` is async."""
        return inspect.iscoroutinefunction(getattr(self._known, "commit", None))

    @property
    def resources(self) -> tuple[str, ...]:
        """What it lists as `resources`: classes, or their names."""
        listed: object = getattr(self._known, "resources", ())
        if isinstance(listed, property):  # seen on a class, before there is an instance
            return ()
        return names_of(tuple(listed)) if isinstance(listed, Iterable) else ()

    def open(self) -> TransactionUnit | AsyncTransactionUnit:
        """Return a unit for one attempt."""
        made = self._make()
        if not self.is_async:  # of a function nothing was known before
            _check_made(made)
        unit = OwnAsyncUnit if self.is_async else OwnUnit
        return unit(made, self._turn)


def _is_async(given: object, name: str) -> bool:
    return inspect.iscoroutinefunction(getattr(given, name, None))


def _check_colours(given: object) -> None:
    """Refuse an object of which a method is async and `commit` is not: it says what all are.

    Raises:
        AtomicSetupError: It is one.
    """
    if _is_async(given, "resource"):
        raise unfit(
            f"`resource` of a {_kind(given)} is async, and is never awaited",
            "make it a plain method, and connect in `begin`",
        )
    others = [name for name in _AWAITED if _is_async(given, name)]
    if others and not _is_async(given, "commit"):
        raise unfit(
            f"`{others[0]}` of a {_kind(given)} is async, and `commit` is not",
            "declare `commit` `async def` too: it tells that the methods are to be awaited",
        )


def _check_made(given: object) -> None:
    """Refuse an async object made by a function that does not say so.

    Raises:
        AtomicSetupError: It is one.
    """
    _check_colours(given)
    if _is_async(given, "commit"):
        raise unfit(
            f"a function made a {_kind(given)}, whose `commit` is async, and does not say so",
            f"annotate what it returns: `-> {_kind(given)}`; or attach the class",
        )


def _takes_arguments(given: object) -> bool:
    try:
        parameters: Mapping[str, inspect.Parameter]
        parameters = inspect.signature(cast(Callable[..., object], given)).parameters
    except (TypeError, ValueError):  # not even callable, or without a signature
        return True
    loose = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(
        each.default is inspect.Parameter.empty and each.kind not in loose
        for each in parameters.values()
    )


def _static(given: object) -> object:
    """Return where to look for `resources` before there is an object: a class, or nothing."""
    if isinstance(given, type):
        return given
    returned = inspect.signature(cast(Callable[..., object], given)).return_annotation
    return returned if isinstance(returned, type) else None


def _kind(given: object) -> str:
    return f"class `{given.__name__}`" if isinstance(given, type) else type(given).__name__
