"""Which annotations stand for a group's connection instead of a value of the flow.

Classes are compared by name, so that no database package is imported for it.
"""

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Final, Protocol, Union, get_args, get_origin

import attrs

SQLITE_CONNECTION: Final = "sqlite3.Connection"
POSTGRES_CONNECTION: Final = "psycopg.Connection"
SQLALCHEMY_CONNECTION: Final = "sqlalchemy.engine.base.Connection"
SQLALCHEMY_SESSION: Final = "sqlalchemy.orm.session.Session"
SQLALCHEMY_ASYNC_CONNECTION: Final = "sqlalchemy.ext.asyncio.engine.AsyncConnection"
SQLALCHEMY_ASYNC_SESSION: Final = "sqlalchemy.ext.asyncio.session.AsyncSession"

KNOWN_RESOURCES: Final = frozenset(
    {
        SQLITE_CONNECTION,
        POSTGRES_CONNECTION,
        SQLALCHEMY_CONNECTION,
        SQLALCHEMY_SESSION,
        SQLALCHEMY_ASYNC_CONNECTION,
        SQLALCHEMY_ASYNC_SESSION,
    }
)
"""The classes that are a resource wherever a member asks for them."""


@attrs.frozen
class ResourceMark:
    """Marks an annotation, `Annotated[Client, ResourceMark()]`, as a resource of its group.

    For classes that are not known as a resource anyway.
    """


class _Serving(Protocol):
    @property
    def resources(self) -> tuple[str, ...]: ...


def resource_class(annotation: object) -> object:
    """Return what is asked for by an annotation that may allow None.

    >>> resource_class(int | None)
    <class 'int'>
    """
    if isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        wanted = [part for part in get_args(annotation) if part is not NoneType]
        return wanted[0] if len(wanted) == 1 else annotation
    return annotation


def resource_name(annotation: object) -> str | None:
    """Return the name under which a class is known as a resource.

    Args:
        annotation: A class, or one with arguments (`psycopg.Connection[Row]`); or None.

    Returns:
        Its `module.qualname`; None for what is no class.

    >>> import sqlite3
    >>> resource_name(sqlite3.Connection)
    'sqlite3.Connection'
    """
    wanted = resource_class(annotation)
    kind = get_origin(wanted) or wanted
    return f"{kind.__module__}.{kind.__qualname__}" if isinstance(kind, type) else None


def is_known_resource(annotation: object) -> bool:
    """Return whether an annotation asks for a connection of one of the databases built in.

    >>> import sqlite3
    >>> is_known_resource(sqlite3.Connection)
    True
    """
    return resource_name(annotation) in KNOWN_RESOURCES


def serves(source: _Serving, annotation: object) -> bool:
    """Return whether a transaction source has a resource for an annotation."""
    return resource_name(annotation) in source.resources


def names_of(kinds: Sequence[object]) -> tuple[str, ...]:
    """Return the names of classes given as classes or by name."""
    given = [kind if isinstance(kind, str) else resource_name(kind) for kind in kinds]
    return tuple(name for name in given if name is not None)
