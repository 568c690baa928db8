"""Refuse a flow whose atomic groups need a transaction that nobody attached."""

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import MISSING_TRANSACTION
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import RunOptionError
from hbia_dsl.flow.attached_transactions import AttachedTransactions
from hbia_dsl.typeforms.signature_reading import read_parameters
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


def refuse_missing(flow: WiredFlow, attached: AttachedTransactions) -> None:
    """Refuse to plan a flow whose members take connections that nothing gives.

    Raises:
        RunOptionError: Nothing is attached to a group that needs it.
    """
    for group in flow.graph.atomic_groups:
        if group in attached.sources:
            continue
        for vertex in flow.vertices.values():
            if vertex.atomic is None or vertex.atomic.group != group:
                continue
            parameter = next(iter(_needed(vertex)), None)
            if parameter is not None:
                raise RunOptionError(
                    Diagnostic(
                        MISSING_TRANSACTION,
                        f"`{parameter}` of `{vertex.name}` is a connection of atomic group "
                        f"`{group}`, to which no transaction is attached",
                        location=location_of(vertex.handler, parameter) or caller_location(),
                        help="attach one: flow.options(transactions={"
                        f'"{group}": SqliteTransaction("app.db")}})',
                    )
                )


def _needed(vertex: WiredVertex) -> list[str]:
    """Return the parameters that take a connection and have no default."""
    if not vertex.resources:
        return []
    known = read_parameters(vertex.handler)
    return [p.name for p in known if p.name in vertex.resources and not p.has_default]
