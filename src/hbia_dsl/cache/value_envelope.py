"""A stored value as bytes: a header, JSON, and the large buffers behind it.

    magic 4 | schema 8 | bytes of JSON 4 | buffers 4 | bytes of each buffer 8 ... | JSON | buffers

Numbers are little-endian. The buffers follow as they are, so writing a large array copies
nothing, and reading it copies it once, into the new array.
"""

import struct
import typing

import attrs

from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_refusal import CorruptValue

CODEC_VERSION: typing.Final = 1
"""Belongs into every key: another version writes or reads values in another way."""

_MAGIC = b"HBV" + bytes([CODEC_VERSION])
_HEAD = struct.Struct("<4s8sII")
_LARGEST_JSON = 0xFFFF_FFFF


@attrs.frozen(eq=False)
class EncodedValue:
    """A value as bytes in several parts, to be written one after the other.

    Large parts are the memory of the value itself: write or join them before anybody else
    gets the value.
    """

    parts: tuple[bytes | memoryview, ...]
    """Header and JSON first, then the buffers."""

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(map(len, self.parts))

    def __bytes__(self) -> bytes:
        return b"".join(self.parts)


@attrs.frozen(eq=False)
class OpenedValue:
    """What stands in an envelope."""

    text: str
    buffers: list[RawBytes]


def pack(schema: bytes, text: bytes, buffers: list[RawBytes]) -> EncodedValue:
    """Put an envelope around a value.

    Args:
        schema: What its form looks like, `SCHEMA_BYTES` long.
        text: The JSON.
        buffers: The large buffers, by number.
    """
    sizes = struct.pack(f"<{len(buffers)}Q", *(buffer.size for buffer in buffers))
    head = _HEAD.pack(_MAGIC, schema, len(text), len(buffers)) + sizes + text
    return EncodedValue((head, *(buffer.view for buffer in buffers)))


def unpack(data: bytes | bytearray | memoryview, schema: bytes) -> OpenedValue:
    """Open an envelope; the buffers are views of the data.

    Args:
        data: What `pack` gave, joined.
        schema: What the form of the value looks like.

    Raises:
        CorruptValue: It is something else.
    """
    view = memoryview(data).cast("B")
    if len(view) < _HEAD.size:
        raise CorruptValue("too short")
    magic, found, text_size, count = _HEAD.unpack_from(view)
    if magic != _MAGIC:
        raise CorruptValue("not a value of this version")
    if found != schema:
        raise CorruptValue("a value of another type")
    start = _HEAD.size + 8 * count
    if len(view) < start + text_size:
        raise CorruptValue("too short")
    sizes: tuple[int, ...] = struct.unpack_from(f"<{count}Q", view, _HEAD.size) if count else ()
    if len(view) != start + text_size + sum(sizes):
        raise CorruptValue("of another length than it says")
    place = start + text_size
    text = str(view[start:place], "utf-8", "surrogatepass")
    buffers: list[RawBytes] = []
    for size in sizes:
        buffers.append(RawBytes(view[place : place + size], 0))
        place += size
    return OpenedValue(text, buffers)
