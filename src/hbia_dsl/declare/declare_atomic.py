"""`@atomic`: declare a vertex as a member of an atomic group."""

from collections.abc import Callable
from typing import Never, NoReturn, TypeVar, overload

import attrs

from hbia_dsl.declare.declaration import (
    NOT_SAID,
    AtomicDeclaration,
    Declaration,
    NotSaid,
    OnFailure,
    Undo,
    declaration_of,
    underlying,
)
from hbia_dsl.declare.declare_vertex import VertexDecorator, attach
from hbia_dsl.declare.misuse import misuse, named
from hbia_dsl.declare.option_checking import check_atomic_options

F = TypeVar("F", bound=Callable[..., object])


@overload
def atomic(
    *,
    group: str,
    on_failure: OnFailure = ...,
    no_parallel: bool = ...,
    no_cache: bool = ...,
    compensate: Undo | None = ...,
    pivot: bool = ...,
    retriable: bool = ...,
) -> VertexDecorator: ...
@overload
def atomic(bare: Never, /) -> NoReturn: ...
def atomic(
    bare: object = None,
    /,
    *,
    group: object = None,
    on_failure: OnFailure = "rollback",
    no_parallel: bool = True,
    no_cache: bool = True,
    compensate: Undo | NotSaid | None = NOT_SAID,
    pivot: bool = False,
    retriable: bool = False,
) -> object:
    """Declare a vertex as a member of an atomic group; goes above or below `@vertex`.

    Args:
        bare: Nothing can be here: a group has a name.
        group: Name of the group; members of one name belong together.
        on_failure: What becomes of the group if a member fails. "rollback": the
            transaction that is attached to the group is rolled back. "compensate": what
            `compensate=` names is called for each member that had succeeded, in the
            reverse of the order in which they did. "abort": everything is left as it is.
        no_parallel: Whether members run one after the other even in a parallel run.
        no_cache: Whether members are never read from nor written to a cache.
        compensate: In a group that compensates: what takes this member back,
            `undo(inputs, output)`, with the member's inputs by name and its output. It may
            be `async def`, it may be called again after it failed, and it has to bear
            that. None says that there is nothing to take back.
        pivot: In a group that compensates: once this member has succeeded, nothing of the
            group is taken back.
        retriable: In a group that compensates, after the pivot: this member is tried again
            when it fails.

    Raises:
        DeclarationError: An option has a value that it cannot have, or the function is
            in a group already.
    """
    if bare is not None:
        raise misuse(bare, "`@atomic` needs the name of a group", 'write @atomic(group="payment")')

    def declare(fn: F, /) -> F:
        told = AtomicDeclaration(
            group,  # type: ignore[arg-type]  # checked in the next line
            on_failure,
            no_parallel,
            no_cache,
            compensate,
            is_pivot=pivot,
            is_retriable=retriable,
        )
        check_atomic_options(fn, told)
        earlier = declaration_of(underlying(fn)) or Declaration()
        if earlier.atomic is not None and earlier.atomic != told:
            text = f"{named(fn)} is in atomic group `{earlier.atomic.group}` already"
            raise misuse(fn, text, "a vertex belongs to one atomic group at the most")
        attach(fn, attrs.evolve(earlier, atomic=told), "@atomic")
        return fn

    return declare
