"""The connections that members of an atomic group ask for: resources, never values of the flow."""

from collections.abc import Sequence
from typing import Final

from hbia_dsl.declare.resource_types import (
    POSTGRES_CONNECTION,
    SQLALCHEMY_ASYNC_CONNECTION,
    SQLALCHEMY_ASYNC_SESSION,
    SQLALCHEMY_CONNECTION,
    SQLALCHEMY_SESSION,
    SQLITE_CONNECTION,
    is_known_resource,
    resource_name,
)
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import GROUP_CONFLICT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.wiring.problems import Problems
from hbia_dsl.wiring.requirement import Requirement
from hbia_dsl.wiring.signature import VertexSignature

_FAMILY: Final = {
    SQLITE_CONNECTION: "sqlite3",
    POSTGRES_CONNECTION: "psycopg",
    SQLALCHEMY_CONNECTION: "SQLAlchemy",
    SQLALCHEMY_SESSION: "SQLAlchemy",
    SQLALCHEMY_ASYNC_CONNECTION: "SQLAlchemy's asyncio",
    SQLALCHEMY_ASYNC_SESSION: "SQLAlchemy's asyncio",
}
"""Which connections can be of one transaction."""


def is_resource(vertex: VertexSignature, requirement: Requirement) -> bool:
    """Return whether a parameter that nothing provides is a connection of the vertex's group."""
    told = vertex.atomic
    if told is None or told.on_failure != "rollback":
        return False
    return requirement.is_resource or is_known_resource(requirement.form)


def check_group_resources(
    group: str, members: Sequence[VertexSignature], problems: Problems
) -> None:
    """Report members that ask for connections of two databases: one transaction has one."""
    first: tuple[VertexSignature, Requirement, str] | None = None
    for vertex in members:
        for requirement in vertex.requirements:
            family = _FAMILY.get(resource_name(requirement.form) or "")
            if family is None or requirement.explicit is not None:
                continue
            if not is_resource(vertex, requirement):
                continue
            if first is None:
                first = vertex, requirement, family
            elif family != first[2]:
                problems.add(
                    vertex.order, _two_databases(group, first, vertex, requirement, family)
                )
                break


def _two_databases(
    group: str,
    first: tuple[VertexSignature, Requirement, str],
    vertex: VertexSignature,
    requirement: Requirement,
    family: str,
) -> Diagnostic:
    other, parameter, theirs = first
    place = location_of(other.handler, parameter.name)
    where = "" if place is None else f" ({place.short()})"
    return Diagnostic(
        GROUP_CONFLICT,
        f"atomic group `{group}` would be a transaction of two databases: `{vertex.name}` takes a "
        f"connection of {family}, and `{other.name}` one of {theirs}",
        location=location_of(vertex.handler, requirement.name),
        notes=(f"`{other.name}` is the first member that takes one{where}",),
        help='two databases cannot be rolled back as one: use on_failure="compensate", '
        "or one group for each",
    )
