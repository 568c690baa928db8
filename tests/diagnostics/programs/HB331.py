"""A database in memory is attached to a group."""

from hbia_dsl.atomicity import SqliteTransaction

SqliteTransaction(":memory:")
