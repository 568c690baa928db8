"""Tables of Arrow taken apart into the bytes of its own IPC format; finds the kinds of pandas.

The bytes are those of the buffers, so two equal tables may differ in them: by how they are
cut into chunks, or in what lies under a null. That costs a hit, and never gives a wrong one.
"""

import importlib
import typing
from collections.abc import Callable

from hbia_dsl.cache.foreign_kind import ForeignKind
from hbia_dsl.cache.frame_columns import PANDAS_KINDS
from hbia_dsl.cache.raw_bytes import RawBytes


def frame_kind(cls: type) -> ForeignKind | None:
    """Return the kind of a class of pandas or Arrow, or None.

    Args:
        cls: The exact class of a value.
    """
    top = cls.__module__.partition(".")[0]
    library = importlib.import_module(top)
    if top == "pandas":
        return next((kind for name, kind in PANDAS_KINDS.items() if _is(library, name, cls)), None)
    if issubclass(cls, library.Array):
        return _ARRAY
    return next((kind for name, kind in _ARROW_KINDS.items() if _is(library, name, cls)), None)


def _is(library: object, name: str, cls: type) -> bool:
    return getattr(library, name, None) is cls


def _table_apart(value: object) -> object:
    arrow = importlib.import_module("pyarrow")
    table = typing.cast(typing.Any, value)  # pyarrow has no types
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write(table)
    buffer = sink.getvalue()
    return (RawBytes(memoryview(buffer), buffer.address, is_lent=True),)


def _table_together(parts: object) -> object:
    return _read(parts, lambda reader: reader.read_all())


def _batch_together(parts: object) -> object:
    return _read(parts, lambda reader: reader.read_next_batch())


def _read(parts: object, take: Callable[[typing.Any], typing.Any]) -> object:
    arrow = importlib.import_module("pyarrow")
    (raw,) = typing.cast(tuple[RawBytes], parts)
    held = raw.view if raw.is_lent else bytes(raw.view)
    table = take(arrow.ipc.open_stream(arrow.py_buffer(held)))
    if not raw.is_lent:
        table.validate(full=True)  # it trusts what it reads, and would crash later
    return typing.cast(object, table)


def _array_apart(value: object) -> object:
    arrow = importlib.import_module("pyarrow")
    return _table_apart(arrow.RecordBatch.from_arrays([value], [""]))


def _array_together(parts: object) -> object:
    return typing.cast(object, typing.cast(typing.Any, _batch_together(parts)).column(0))


def _chunked_apart(value: object) -> object:
    arrow = importlib.import_module("pyarrow")
    return _table_apart(arrow.table([value], [""]))


def _chunked_together(parts: object) -> object:
    return typing.cast(object, typing.cast(typing.Any, _table_together(parts)).column(0))


_ARRAY = ForeignKind("arrow-array", _array_apart, _array_together)
_ARROW_KINDS = {
    "Table": ForeignKind("arrow-table", _table_apart, _table_together),
    "RecordBatch": ForeignKind("arrow-batch", _table_apart, _batch_together),
    "ChunkedArray": ForeignKind("arrow-chunked", _chunked_apart, _chunked_together),
}
FRAME_KINDS = {kind.tag: kind for kind in (_ARRAY, *_ARROW_KINDS.values(), *PANDAS_KINDS.values())}
"""By tag."""
