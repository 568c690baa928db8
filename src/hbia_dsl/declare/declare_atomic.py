"""`@atomic`: declare a vertex as a member of an atomic group."""

from collections.abc import Callable
from typing import TypeVar

import attrs

from hbia_dsl.declare.declaration import (
    AtomicDeclaration,
    Declaration,
    OnFailure,
    declaration_of,
    record,
    underlying,
)
from hbia_dsl.declare.declare_vertex import VertexDecorator
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import MISUSED_DECORATOR
from hbia_dsl.diagnostics.location import declaration_line
from hbia_dsl.errors import DeclarationError

F = TypeVar("F", bound=Callable[..., object])


def atomic(
    *,
    group: str,
    on_failure: OnFailure = "rollback",
    no_parallel: bool = True,
    no_cache: bool = True,
) -> VertexDecorator:
    """Declare a vertex as a member of an atomic group; goes above or below `@vertex`.

    Args:
        group: Name of the group; members of one name belong together.
        on_failure: "rollback", "compensate" or "abort".
        no_parallel: Whether members run one after the other even in a parallel run.
        no_cache: Whether members are never read from nor written to a cache.

    Raises:
        DeclarationError: An option has a value that it cannot have.
    """

    def declare(fn: F, /) -> F:
        _check(fn, group, on_failure)
        earlier = declaration_of(underlying(fn)) or Declaration()
        told = AtomicDeclaration(group, on_failure, no_parallel, no_cache)
        record(fn, attrs.evolve(earlier, atomic=told))
        return fn

    return declare


def _check(fn: object, group: object, on_failure: object) -> None:
    place = declaration_line(fn) if callable(fn) else None
    if not isinstance(group, str) or not group.isidentifier():
        raise DeclarationError(
            Diagnostic(
                MISUSED_DECORATOR,
                f"{group!r} cannot be the name of an atomic group",
                location=place,
                help='write @atomic(group="payment")',
            )
        )
    if on_failure not in ("rollback", "compensate", "abort"):
        raise DeclarationError(
            Diagnostic(
                MISUSED_DECORATOR,
                f'`on_failure` must be "rollback", "compensate" or "abort", not {on_failure!r}',
                location=place,
                help='write on_failure="rollback"',
            )
        )
