"""Real databases behind atomic groups: attach one with `flow.options(transactions={...})`."""

from hbia_dsl.atomicity.own_transaction import as_source
from hbia_dsl.atomicity.postgres_transaction import PostgresTransaction
from hbia_dsl.atomicity.sqlalchemy_transaction import SqlAlchemyTransaction
from hbia_dsl.atomicity.sqlite_transaction import SqliteTransaction
from hbia_dsl.atomicity.transaction import (
    AsyncTransactionUnit,
    Transaction,
    TransactionSource,
    TransactionUnit,
)
from hbia_dsl.declare.resource_types import ResourceMark

__all__ = [
    "AsyncTransactionUnit",
    "PostgresTransaction",
    "ResourceMark",
    "SqlAlchemyTransaction",
    "SqliteTransaction",
    "Transaction",
    "TransactionSource",
    "TransactionUnit",
    "as_source",
]
