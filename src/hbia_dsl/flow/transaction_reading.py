"""Read the option `transactions`: see that each fits the group that it is attached to."""

from collections.abc import Mapping
from types import MappingProxyType

from hbia_dsl.atomicity.own_transaction import as_source
from hbia_dsl.atomicity.transaction import TransactionSource
from hbia_dsl.declare.resource_types import resource_name, serves
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import GROUP_CONFLICT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import RunOptionError
from hbia_dsl.flow.attached_transactions import AttachedTransactions
from hbia_dsl.flow.run_options import bad_option, bad_value
from hbia_dsl.wiring.wired_flow import WiredFlow, WiredVertex


def attach(flow: WiredFlow, given: object) -> AttachedTransactions:
    """Attach transactions to the groups of a flow.

    Args:
        flow: The flow.
        given: What the user gave.

    Raises:
        RunOptionError: It names no group that can be rolled back, or cannot serve it.
        AtomicSetupError: A database cannot be used for a group.
    """
    if not isinstance(given, Mapping):
        way = 'write transactions={"payment": SqliteTransaction("app.db")}'
        raise bad_value("transactions", "a mapping from groups to transactions", given, way)
    groups = flow.graph.atomic_groups
    sources: dict[str, TransactionSource] = {}
    read: list[tuple[object, TransactionSource]] = []
    for name, transaction in given.items():
        group = groups.get(name)
        if group is None:
            names = f"its groups are {', '.join(groups)}" if groups else "it has none"
            text = f"`transactions` names `{name}`, which is not an atomic group of `{flow.name}`"
            raise bad_option(text, did_you_mean(str(name), groups) or names)
        if group.on_failure != "rollback":
            text = f'atomic group `{name}` has on_failure="{group.on_failure}"; only a group that '
            way = 'declare it with on_failure="rollback", or leave the transaction out'
            raise bad_option(f"{text}is rolled back can be a transaction", way)
        if isinstance(transaction, list | tuple | set | frozenset):
            text = f"atomic group `{name}` is given {len(transaction)} transactions"
            way = 'two databases cannot be rolled back as one: use on_failure="compensate"'
            raise bad_option(text, way)
        # An object that is given to two groups is one source, which then sees that it is.
        known = next((source for one, source in read if one is transaction), None)
        sources[name] = as_source(transaction) if known is None else known
        read.append((transaction, sources[name]))
        for member in group.vertices:
            _check_member(flow.vertices[member], name, sources[name])
    return AttachedTransactions(MappingProxyType(sources))


def _check_member(vertex: WiredVertex, group: str, source: TransactionSource) -> None:
    for parameter, form in vertex.resources.items():
        wanted = _short(resource_name(form) or "connection")
        if not serves(source, form):
            kinds = " or ".join(_short(name) for name in source.resources)
            gives = f"gives {kinds}" if kinds else "gives no connection"
            text = f"`{vertex.name}` takes a {wanted}, and what is attached to `{group}` {gives}"
            way = "attach a transaction of that database, or change the annotation"
            raise _unserved(vertex, parameter, text, way)
        if source.is_async and not vertex.is_async:
            text = f"`{vertex.name}` takes a {wanted}, which has to be awaited, and is not async"
            raise _unserved(vertex, parameter, text, "make it `async def`, or attach a sync engine")


def _unserved(vertex: WiredVertex, parameter: str, text: str, way: str) -> RunOptionError:
    place = location_of(vertex.handler, parameter)
    return RunOptionError(Diagnostic(GROUP_CONFLICT, text, location=place, help=way))


def _short(resource: str) -> str:
    """Return a class as people write it, with its package: others have a `Connection` too."""
    package, _, inner = resource.partition(".")
    return f"{package}.{inner.rpartition('.')[2]}" if inner else package
